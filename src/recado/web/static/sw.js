const NAME = `recado-${"53368c9674af2386"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/Account-C0bE7uR3.js","/app/assets/Commands-CSrdBLxj.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu-BHrsgn2z.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-C3IuNU-D.js","/app/assets/Done-Bx-8XK7o.js","/app/assets/Inside-0XG15CzE.css","/app/assets/Inside-C8IJbXQN.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-fKbC0Ig7.js","/app/assets/Logo-DpHwYz-k.js","/app/assets/Panel-CQp94PTT.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Reset-Bkmywc6S.js","/app/assets/Search-B_VGVLSk.js","/app/assets/Search-BjR7diMS.css","/app/assets/SignIn-COS1slks.js","/app/assets/SignUp-BRtiCePy.js","/app/assets/Trash-BHfJMoHU.js","/app/assets/actions-DWrG_gII.js","/app/assets/code-D12OFyW3.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-9XhbXxrz.js","/app/assets/index-CAFzfRV6.js","/app/assets/index-DCZkbTbs.css","/app/assets/portuguese-a9z0vQo8.js","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/usePages-C8UUMKym.js","/app/assets/useSending-Ducy_U_I.js","/app/assets/useSending-ejDvY_P0.css"]]);
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
