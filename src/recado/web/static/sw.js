const NAME = `recado-${"0b80cf8451f5ae55"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/Account-CYahZA0L.js","/app/assets/Commands-CdkgzW3v.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu-BRzwOI_E.js","/app/assets/DateMenu-DnsfvCiZ.css","/app/assets/Devices-BYxksJb7.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-DFrvahW5.js","/app/assets/Done-D3gndg7I.js","/app/assets/Inside-B0dIk4VZ.css","/app/assets/Inside-D5AA8Dv5.js","/app/assets/Keys-AbRQANVB.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Logo-BMpL4YwO.js","/app/assets/Messages-CJ0A9NF9.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-DfD1tNMo.js","/app/assets/Panel-B0Yt-HKW.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Reset-DiYN0gf9.js","/app/assets/Search-Dg01iDBg.css","/app/assets/Search-DvKG6PAX.js","/app/assets/Settings-Ck535fAT.js","/app/assets/Settings-Db_U7fOm.css","/app/assets/SignIn-BKRbD-sa.js","/app/assets/SignUp-D4AAiE2M.js","/app/assets/Suggest-Bp_9qZPP.js","/app/assets/Thing-B-W7RVXL.css","/app/assets/Thing-CkxS8lMz.js","/app/assets/Trash-CuMOTNsy.js","/app/assets/code-DfiGdwcd.js","/app/assets/dates-BIed9i0p.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-CaH2FLj5.js","/app/assets/index-BDSt-Lsr.js","/app/assets/index-bG3l8X6U.css","/app/assets/message-square-exclamation-point-DU_jsnYR.js","/app/assets/message-square-exclamation-point-O10oaSRv.css","/app/assets/portuguese-a9z0vQo8.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-qyRDTH57.js","/app/assets/usePages-CBB-iycP.js","/app/assets/useSending-DoMCJSw2.css","/app/assets/useSending-wc4wojXY.js"]]);
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
