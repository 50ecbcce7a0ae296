const NAME = `recado-${"635d6b1ccb2e44db"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-BkUlEi7-.js","/app/assets/About-CPPj0YYF.css","/app/assets/Account-Bk-36zV5.js","/app/assets/Commands-CulcJq5V.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-B77WOaiG.js","/app/assets/CopyOnce-DvzKySG7.css","/app/assets/DateMenu-DzY4Cwva.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-BOsiUl0T.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-DqNeDLgF.js","/app/assets/Done-BHUi1rV-.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Forgot-D_FwzDVI.js","/app/assets/Inside-BMM5yFdP.css","/app/assets/Inside-Ciz622N9.js","/app/assets/Join-eBnI8_Ca.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-BGUZG1AQ.js","/app/assets/Languages-De_mGoje.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-DnPUpINI.css","/app/assets/Messages-gNN9nJQD.js","/app/assets/More-BqWUey5-.js","/app/assets/Operator-C9S4DMnm.js","/app/assets/Operator-CVo-IGQm.css","/app/assets/Panel-CD15WCd-.css","/app/assets/Panel-CwPpsrnc.js","/app/assets/PasswordField-1xVd1YVv.css","/app/assets/PasswordField-D5clPpwt.js","/app/assets/Reset-LvCtedNd.js","/app/assets/Search-B-knbMzy.js","/app/assets/Search-BjR7diMS.css","/app/assets/Settings-DZ6oF6rw.js","/app/assets/SignIn-BshYBqXk.js","/app/assets/SignUp-0Npyd2Jz.js","/app/assets/Suggest-DXdiAICQ.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-fS2VlIcj.js","/app/assets/Unloaded-Bdn5eU_M.js","/app/assets/UserName-BECj0231.js","/app/assets/arrow-up-DZotuUzs.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-Bx6Wl-Bs.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-BL0UycK6.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-DbJ_ktrv.js","/app/assets/said-TNI4QOQ-.js","/app/assets/said.pt-BR-31_ku50q.js","/app/assets/samples-MPdspEry.js","/app/assets/sessions-CBH-kL_K.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-DYn8hg8S.js","/app/assets/usePages-B4TppMOt.js","/app/assets/useSending-BWFmcY51.js"]]);
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
