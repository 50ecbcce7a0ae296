const NAME = `recado-${"7a36edcfe812ae66"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-BgYdN0rO.css","/app/assets/About-DJ9-c2qk.js","/app/assets/Account-BZexIDt9.js","/app/assets/Commands-DFd7fddY.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu-GVya3av4.css","/app/assets/DateMenu-t3l5Eeji.js","/app/assets/Devices-DFnMlaRx.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-DyO8NtUT.js","/app/assets/Done-Tupl4ZPh.js","/app/assets/Empty-CWrfxNC9.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Inside-DPu-0apo.js","/app/assets/Inside-t3oYtWNP.css","/app/assets/Join-DmF4AiM_.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-BNm72YK4.js","/app/assets/Languages-B3IiVz9p.js","/app/assets/Logo-Bl4n8Bv3.js","/app/assets/Messages-CgcI8ZSL.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-DA6Zvfdy.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Panel-D1W4dlzN.js","/app/assets/Prove-CPsx17No.js","/app/assets/Reset-EdPWxM_x.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-ChITdv3f.js","/app/assets/SecondStep-5SiUhhK7.js","/app/assets/Section-DjO-nqT4.css","/app/assets/Section-Dw1ecrW0.js","/app/assets/Settings-CEkZS6U4.css","/app/assets/Settings-wWWvQ1Ok.js","/app/assets/SignIn-CZk-YX3y.js","/app/assets/SignUp-Bq1xP2Aw.js","/app/assets/Suggest-W35gOnjz.js","/app/assets/Thing-BxbaTy00.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Trash-BHJ5VUQ2.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Unloaded-BIFHEXmX.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/dist-BsbcV6pe.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-CWlaRmOb.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-CqGf863r.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-DsmeIbst.js","/app/assets/key-round-DRMcipoH.js","/app/assets/passkeys-BAAnDrP4.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/possible-DZ8TUXRh.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-DL97YRjr.js","/app/assets/samples-DRJWuoQe.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-AjdA6YZV.css","/app/assets/theme-DdHQFiew.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-C5zs7GyS.js","/app/assets/usePages-BuiJk5VF.js","/app/assets/useSending-CVDoX3sg.js","/app/assets/useSending-DoMCJSw2.css"]]);
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
