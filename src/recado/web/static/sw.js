const NAME = `recado-${"994d05b60ed20169"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/Account-DWpW63nA.js","/app/assets/Commands-iZ0H_xk6.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu-BpPm5u2v.js","/app/assets/DateMenu-DnsfvCiZ.css","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-Cs_eaoU_.js","/app/assets/Done-B9Zh4EVm.js","/app/assets/Inside-Bj8pbQ_S.css","/app/assets/Inside-CeDVZ1bC.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-CpNEX10l.js","/app/assets/Logo-Ckhlf4C_.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Panel-D3eSOR-V.js","/app/assets/Reset-DVRFyWsz.js","/app/assets/Search-Dg01iDBg.css","/app/assets/Search-DmNo67qM.js","/app/assets/SignIn-Ct1oGi1y.js","/app/assets/SignUp-CIFGGqSY.js","/app/assets/Trash-CTTXcMP0.js","/app/assets/actions-zQ6-jWnH.js","/app/assets/code-BKETcNRe.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-BkRiNb3Z.js","/app/assets/index-CHtvS19J.js","/app/assets/index-DCZkbTbs.css","/app/assets/portuguese-a9z0vQo8.js","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/usePages-CR-WWwrk.js","/app/assets/useSending-ejDvY_P0.css","/app/assets/useSending-s993JtTH.js"]]);
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
