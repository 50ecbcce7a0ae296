const NAME = `recado-${"92ec59b4764903cf"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-BgYdN0rO.css","/app/assets/About-imMxlnrP.js","/app/assets/Account-DWANpjWy.js","/app/assets/Commands-C1UrAsCE.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu-B8tFhe3E.js","/app/assets/DateMenu-DnsfvCiZ.css","/app/assets/Devices-z3bVQ7a2.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-BzsjQQMS.js","/app/assets/Done-CdOiN1N8.js","/app/assets/Empty-AGkdSCWc.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Inside-DF3BY1Cb.css","/app/assets/Inside-hebqOGli.js","/app/assets/Join-Bujf5wCK.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-BHDSqs5R.js","/app/assets/Logo-CcdJQrSN.js","/app/assets/Messages-DHKP4I83.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-CPdqCqGl.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Panel-D5TkcrK9.js","/app/assets/Reset-C4BAZgny.js","/app/assets/Search-CtgQt5pa.js","/app/assets/Search-Dg01iDBg.css","/app/assets/Section-BmHKJmur.js","/app/assets/Section-Db_U7fOm.css","/app/assets/Settings-CV5YioJ3.js","/app/assets/SignIn-Cp0hoAOv.js","/app/assets/SignUp-Cy3oOUHp.js","/app/assets/Suggest-CRvtStPZ.js","/app/assets/Thing-Ggdl-U6w.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Trash-C8jRSgCZ.js","/app/assets/code-DfiGdwcd.js","/app/assets/dates-BIed9i0p.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-DHa6-g1P.js","/app/assets/eye-BldvRUL4.js","/app/assets/index-M8RI9uGC.js","/app/assets/index-bG3l8X6U.css","/app/assets/portuguese-a9z0vQo8.js","/app/assets/replica-DqDLztnq.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-Dk2fNNoJ.js","/app/assets/usePages-Bo3iLscS.js","/app/assets/useSending-DoMCJSw2.css","/app/assets/useSending-T3tAVXd0.js"]]);
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
