const NAME = `recado-${"6a9d2477f0d0a1a0"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-BqryUTY2.js","/app/assets/About-CPPj0YYF.css","/app/assets/Account-DUfDneyS.js","/app/assets/Commands-CrNj0SwS.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-CYZddWH6.css","/app/assets/CopyOnce-CvwsFLbL.js","/app/assets/DateMenu-DCnq0F0h.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-CFWx2QE5.js","/app/assets/Dialog-B_MPCTu6.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Done-DZVOpZ_k.js","/app/assets/Empty-CWrfxNC9.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Inside-5Rn3p0sW.js","/app/assets/Inside-t3oYtWNP.css","/app/assets/Join-fqWZhxHb.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-DznXOlOQ.js","/app/assets/Languages-8YTrGkbg.js","/app/assets/Logo-Bl4n8Bv3.js","/app/assets/Messages-CZWzJ2L_.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-4fN8ULsA.js","/app/assets/Panel-BfxojMRF.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Prove-CNYdePt7.js","/app/assets/Reset-DdPV6SUh.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-DQDBNdnJ.js","/app/assets/SecondStep-Cxx27-0b.js","/app/assets/Settings-BlB8Mdho.js","/app/assets/Settings-CEkZS6U4.css","/app/assets/SignIn-DNm6DSML.js","/app/assets/SignUp-lgQ30FyS.js","/app/assets/Suggest-Ju6QArkD.js","/app/assets/Thing-BxbaTy00.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-CWSwyVHp.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/dist-BsbcV6pe.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-CWlaRmOb.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-BuX7ZKMo.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-bSEw5rsj.js","/app/assets/key-round-DRMcipoH.js","/app/assets/passkeys-Co3mSy4a.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/possible-DZ8TUXRh.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-BjPOaIrb.js","/app/assets/samples-3wHGkydm.js","/app/assets/sessions-BXv3hESe.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-AjdA6YZV.css","/app/assets/theme-DdHQFiew.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-BclrFgLY.js","/app/assets/usePages-DHHj1uWR.js","/app/assets/useSending-CFQ2Hqk6.js","/app/assets/useSending-DoMCJSw2.css"]]);
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
