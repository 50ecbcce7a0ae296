const NAME = `recado-${"3e2cd1c5625abae4"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-BGBt7xsM.js","/app/assets/About-BgYdN0rO.css","/app/assets/Account-BmqKPW-t.js","/app/assets/Commands-BEUaUNhr.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu-CZQYxZSI.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-C4h8N8zd.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-tHPVCUcL.js","/app/assets/Done-Dh9boZS5.js","/app/assets/Empty-BmmgY0C_.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Inside-FQclDGdn.js","/app/assets/Inside-t3oYtWNP.css","/app/assets/Join-BTc-xzZA.js","/app/assets/Keys-79cxD34-.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Logo-H2uR3KRN.js","/app/assets/Messages-DBsslNc2.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-mUFjW3FY.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Panel-SG0PUYvJ.js","/app/assets/Reset-g6ERz-GP.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-Dq2TI5aM.js","/app/assets/Section-BCtF7Q_G.js","/app/assets/Section-Db_U7fOm.css","/app/assets/Settings-BTQkr6v5.js","/app/assets/SignIn-BZ5uqFKS.js","/app/assets/SignUp-1a62_t-8.js","/app/assets/Suggest-4FlZf_Tn.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-dxBIG0wG.js","/app/assets/Trash-8HlKHu-6.js","/app/assets/code-DfiGdwcd.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-1qc6TOMG.js","/app/assets/eye-3OmX6mDK.js","/app/assets/index-G6fIzrja.js","/app/assets/index-bG3l8X6U.css","/app/assets/portuguese-a9z0vQo8.js","/app/assets/replica-pcgLOLY2.js","/app/assets/samples-CB9WjfgH.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-DNkEYp7S.js","/app/assets/usePages-CeCdxppT.js","/app/assets/useSending-CwtRvjTY.js","/app/assets/useSending-DoMCJSw2.css"]]);
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
