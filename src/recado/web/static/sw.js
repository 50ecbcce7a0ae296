const NAME = `recado-${"26bb473c96b073d4"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-BDjhcM92.js","/app/assets/About-DRZORzkL.css","/app/assets/Account-BKd0UtJz.js","/app/assets/Commands-Bl-erRAS.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyField-D09qf45y.css","/app/assets/CopyField-_7zO0W-f.js","/app/assets/DateMenu-CAjGNeBi.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-D2ym3nXl.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-WcAjovXt.js","/app/assets/Done-BDnREBc9.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Forgot-DE67-iev.js","/app/assets/Inside-BMM5yFdP.css","/app/assets/Inside-DEpaHgSR.js","/app/assets/Join-Dt5kXwX_.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-VkDW5o_3.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-0gP-lujW.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-kHPdFZut.js","/app/assets/Panel-7mq-O3Ii.js","/app/assets/Panel-CD15WCd-.css","/app/assets/PasswordField-1xVd1YVv.css","/app/assets/PasswordField-CY5nyulC.js","/app/assets/Reset-BrWt7hfG.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-C-_NH8pv.js","/app/assets/Settings-CNX4C9xc.js","/app/assets/SignIn-D-aGn-es.js","/app/assets/SignUp-DqJHRqcM.js","/app/assets/Suggest-BDiksppX.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BDVxWl7A.js","/app/assets/Trash-BfyX19tj.css","/app/assets/UserName-BVWqfhwK.js","/app/assets/arrow-up-DZotuUzs.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-C9cs6aVH.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-BRvJnbjN.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-BCEgxhVt.js","/app/assets/said-HYgwAh-Y.js","/app/assets/said.pt-BR-C7WdqCXO.js","/app/assets/samples-Boi2cLzB.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-RWlV1ce3.js","/app/assets/usePages-CFhZbAmc.js","/app/assets/useSending-DOtfar5w.js"]]);
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
