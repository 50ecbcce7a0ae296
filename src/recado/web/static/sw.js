const NAME = `recado-${"c0976b423e003618"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-BgYdN0rO.css","/app/assets/About-D6NDGt03.js","/app/assets/Account-CHAVvVeZ.js","/app/assets/Commands-BJguWyWV.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu-C8QUK-Qx.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-C_SVuxdr.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-CEZCauAc.js","/app/assets/Done-T2ByWlSk.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Inside-fHJ0KzmM.js","/app/assets/Inside-t3oYtWNP.css","/app/assets/Join-DL7v8BHV.js","/app/assets/Keys-BA0Hg1RR.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-DnPUpINI.css","/app/assets/Messages-hkxMpCL2.js","/app/assets/More-DWoftxat.js","/app/assets/Panel-C-0DGc48.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Reset-CCtPPG06.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-Bx-y_CC4.js","/app/assets/Section-CGh1-riX.js","/app/assets/Section-Db_U7fOm.css","/app/assets/Settings-C-d6iLf3.js","/app/assets/SignIn-BvTq5O_U.js","/app/assets/SignUp-BzB-0qp-.js","/app/assets/Suggest-COqt0-61.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-Em5FflHP.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-SODjAJWh.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-C8CZAa9C.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-Bhj9Oxqm.js","/app/assets/samples-DfkIBg8a.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-DJntJQQh.js","/app/assets/usePages-C02aqPUb.js","/app/assets/useSending-698yIPoJ.js","/app/assets/useSending-DoMCJSw2.css"]]);
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
