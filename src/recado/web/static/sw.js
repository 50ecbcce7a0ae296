const NAME = `recado-${"f723d3580463e9c2"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/Commands-BYDBr3fU.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu-CpLVx6Rn.js","/app/assets/DateMenu-DnsfvCiZ.css","/app/assets/Dialog-BYWyEu_v.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Done-C13FrEhK.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-CyIcko15.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Panel-DQSnj1bM.js","/app/assets/Reset-RYIoP9mh.js","/app/assets/Search-D_GgryKu.js","/app/assets/Search-Dg01iDBg.css","/app/assets/SignIn-BS0LSxpn.js","/app/assets/SignUp-DJgow1wi.js","/app/assets/Trash-D67EgrHS.js","/app/assets/code-y5-Ws-7S.js","/app/assets/createLucideIcon-BUqSLKEs.js","/app/assets/english-oOihPoMM.js","/app/assets/http-CgAB139W.js","/app/assets/index-B4qvXYGU.js","/app/assets/index-B7vfGWVt.css","/app/assets/portuguese-a9z0vQo8.js","/app/assets/replica-BKqqesrU.js","/app/assets/rolldown-runtime-XKyaHtl9.js","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/usePages-DKuWH7-f.js","/app/assets/useSending-BTfZur8F.js","/app/assets/useSending-ejDvY_P0.css"]]);
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
