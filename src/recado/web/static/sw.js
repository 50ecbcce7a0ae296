const NAME = `recado-${"18ee3c51ed29145b"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/Account-B1DuC8A2.js","/app/assets/Commands-C3nr4x1z.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu--rIc7LC3.js","/app/assets/DateMenu-DnsfvCiZ.css","/app/assets/Devices-B-W7RVXL.css","/app/assets/Devices-BfqitKgm.js","/app/assets/Dialog-BYgbwJ6M.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Done-tuTEtSjk.js","/app/assets/Inside-Bj8pbQ_S.css","/app/assets/Inside-iLESqvXD.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-HvzE1_vb.js","/app/assets/Logo-rfa1BRmU.js","/app/assets/Panel-BdiIJc8j.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Reset-IVydBw4i.js","/app/assets/Search-Bl8l9TQZ.js","/app/assets/Search-Dg01iDBg.css","/app/assets/Settings-Bz9PJkOS.js","/app/assets/Settings-Db_U7fOm.css","/app/assets/SignIn-CDDQa70T.js","/app/assets/SignUp-BRJXoqP1.js","/app/assets/Suggest-BTBuT9fo.js","/app/assets/Trash-C7QWbvWG.js","/app/assets/code-DfiGdwcd.js","/app/assets/dates-BIed9i0p.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-CjgDnwCo.js","/app/assets/index-CrUdrc0M.js","/app/assets/index-bG3l8X6U.css","/app/assets/portuguese-a9z0vQo8.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-ilXz4-hM.js","/app/assets/usePages-DDQEiNK3.js","/app/assets/useSending-CsGxdN0A.js","/app/assets/useSending-DoMCJSw2.css"]]);
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
