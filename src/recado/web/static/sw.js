const NAME = `recado-${"3785516db6238908"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/Account-DFvWluM6.js","/app/assets/Commands-CP-tBkIX.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu-COFKRhVp.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Dialog-1GA7XDPQ.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Done-CGGmpzOX.js","/app/assets/Inside-BKGaaOx2.css","/app/assets/Inside-Ds2G4mLK.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-yC4S38Cj.js","/app/assets/Logo-DMywgn-H.js","/app/assets/Panel--vo-H3lT.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Reset-B4R33lG0.js","/app/assets/Search-B922HX8e.js","/app/assets/Search-BjR7diMS.css","/app/assets/SignIn-DGZEaJxO.js","/app/assets/SignUp-CcsuG6PB.js","/app/assets/Trash-DbeqOlWr.js","/app/assets/actions-DA1LJzGU.js","/app/assets/code-DIvlgdUt.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-BLA0ZV7a.js","/app/assets/index-DCZkbTbs.css","/app/assets/index-spQ40tna.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/usePages-D8dIgqC-.js","/app/assets/useSending-ejDvY_P0.css","/app/assets/useSending-q20KpWM1.js"]]);
		await scope.skipWaiting();
	};
	event.waitUntil(keep());
});
self.addEventListener("activate", (event) => {
	const tidy = async () => {
		const names = await caches.keys();
		const old = names.filter((name) => name.startsWith("recado-") && name !== NAME);
		// The version before this one stays for tabs that still run it and load a part of it late.
		await Promise.all(old.slice(0, -1).map((name) => caches.delete(name)));
		await scope.clients.claim();
	};
	event.waitUntil(tidy());
});
self.addEventListener("fetch", (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== "GET" || url.origin !== location.origin || !ROUTES.test(url.pathname)) return;
	if (request.mode === "navigate") event.respondWith(page(request));
	else if (url.pathname.startsWith("/app/assets/")) event.respondWith(file(request));
});
/** The newest page where the network answers within 3 s, else the kept one. */
async function page(request) {
	const kept = async () => await caches.match(PAGE, { cacheName: NAME }) ?? Response.error();
	const late = new Promise((resolve) => setTimeout(() => void kept().then(resolve), 3e3));
	const asked = fetch(request).then((answer) => answer.status >= 500 ? kept() : answer, kept);
	return Promise.race([asked, late]);
}
async function file(request) {
	return await caches.match(request) ?? fetch(request);
}
