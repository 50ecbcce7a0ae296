const NAME = `recado-${"c1eea3adaf1ccc7b"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/Account-CR4Y8bfj.js","/app/assets/Commands-B4EEmMqh.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu-Cs_FnSuq.js","/app/assets/DateMenu-DnsfvCiZ.css","/app/assets/Dialog-BfsIcS3g.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Done-Dx4huNVG.js","/app/assets/Inside-BFyXITT0.js","/app/assets/Inside-Bo24X5Fk.css","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-R8lQQLtv.js","/app/assets/Logo-DKeyPaWN.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Panel-DCpaoyu9.js","/app/assets/Reset-B4WzKdFF.js","/app/assets/Search-B2sHg04f.js","/app/assets/Search-Dg01iDBg.css","/app/assets/SignIn-UcLMpufN.js","/app/assets/SignUp-B42W4bvA.js","/app/assets/Trash-CYfBM7_F.js","/app/assets/actions-BXc6LQKN.js","/app/assets/code-DXhnyzoQ.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-BuhOuIay.js","/app/assets/index-BB1gg0ox.js","/app/assets/index-DCZkbTbs.css","/app/assets/portuguese-a9z0vQo8.js","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/usePages-HN2TipDM.js","/app/assets/useSending-MWMqVEmf.js","/app/assets/useSending-ejDvY_P0.css"]]);
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
