const NAME = `recado-${"db8c6e5d180e67cb"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/Account-Bi_WY54Q.js","/app/assets/Commands-CA4mdVvK.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu-D7R_Av6x.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Dialog-B75b8Jwn.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Done-DFEAsOJQ.js","/app/assets/Inside-0XG15CzE.css","/app/assets/Inside-nGx5nGc9.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-RlthYLuP.js","/app/assets/Logo-H1WdCCVp.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Panel-DjJQoizb.js","/app/assets/Reset-BFA8raHa.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-K33VJ_wM.js","/app/assets/SignIn-hz6FcQjX.js","/app/assets/SignUp-Cx0EeVij.js","/app/assets/Trash-CJ1NdWND.js","/app/assets/actions-UhLv2NH0.js","/app/assets/code-CZTDiS27.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-C_WDh2Tq.js","/app/assets/index-CzIum0Yk.js","/app/assets/index-DCZkbTbs.css","/app/assets/portuguese-a9z0vQo8.js","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/usePages-D894KdnD.js","/app/assets/useSending-DzFajtkw.js","/app/assets/useSending-ejDvY_P0.css"]]);
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
