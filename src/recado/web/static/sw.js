const NAME = `recado-${"cb5498ebebbc5ab3"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/Account-CvR0OoR2.js","/app/assets/Commands-CjPYTSCV.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu-DnsfvCiZ.css","/app/assets/DateMenu-oThEUa58.js","/app/assets/Devices-B-W7RVXL.css","/app/assets/Devices-Da2Y6os5.js","/app/assets/Dialog-BTuOeVq0.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Done-73hWxp5w.js","/app/assets/Inside-BiC1HqbO.js","/app/assets/Inside-Bj8pbQ_S.css","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-OOR_45l8.js","/app/assets/Logo-TVBZ6_zo.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Panel-rcQ3NzTw.js","/app/assets/Reset-C5ls5Nv-.js","/app/assets/Search-BWlAmOUZ.js","/app/assets/Search-Dg01iDBg.css","/app/assets/SignIn-CfnIfZEM.js","/app/assets/SignUp-DM7nhuhj.js","/app/assets/Trash-CYbTqYPk.js","/app/assets/actions-C7TM8_7-.js","/app/assets/code-C5na-sni.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-B2LQ87i9.js","/app/assets/index-Ce_n2hEl.js","/app/assets/index-DCZkbTbs.css","/app/assets/portuguese-a9z0vQo8.js","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/usePages-CFfH58EY.js","/app/assets/useSending-Ps1TEXXR.js","/app/assets/useSending-ejDvY_P0.css"]]);
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
