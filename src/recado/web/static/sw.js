const NAME = `recado-${"aef865f2be0b7d36"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-BdhwWj6t.js","/app/assets/About-DRZORzkL.css","/app/assets/Account-Daku_8dZ.js","/app/assets/Commands-DOA42dMl.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyField-CWyliUcR.js","/app/assets/CopyField-D09qf45y.css","/app/assets/DateMenu-BBEXB6t5.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-C23GakiG.js","/app/assets/Dialog-BcqZ8qgH.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Done-DPzqhkkC.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Forgot-BdIHwuBk.js","/app/assets/Inside-B7M7jxtB.js","/app/assets/Inside-BMM5yFdP.css","/app/assets/Join-CSHoLioQ.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-D5gk0W_n.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-DnPUpINI.css","/app/assets/Messages-X5m9QeCD.js","/app/assets/More-DoE-UFkT.js","/app/assets/Panel-CD15WCd-.css","/app/assets/Panel-DnbL07RY.js","/app/assets/PasswordField-Ba5LDg0-.js","/app/assets/PasswordField-DoMCJSw2.css","/app/assets/Reset-CNsj-Fg8.js","/app/assets/Search-BWzQCO6p.js","/app/assets/Search-BjR7diMS.css","/app/assets/Settings-DWcfNilW.js","/app/assets/SignIn-px5nmHtF.js","/app/assets/SignUp-Cy29eIMf.js","/app/assets/Suggest-Cl-uIcX5.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfpFUK-H.js","/app/assets/Trash-BfyX19tj.css","/app/assets/arrow-up-DZotuUzs.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-BQrwjYDx.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-BgXIoJJm.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-vMPZujGS.js","/app/assets/said-CtpcOy3J.js","/app/assets/said.pt-BR-C7WdqCXO.js","/app/assets/samples-CvNyL6ft.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-CpYORaLi.js","/app/assets/usePages-Wcld1mOR.js","/app/assets/useSending-BaqpiAzC.js"]]);
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
