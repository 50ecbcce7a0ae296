const NAME = `recado-${"8215ee8c7df7706b"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-B12NZ4Wi.js","/app/assets/About-CPPj0YYF.css","/app/assets/Account-D2UUO6F1.js","/app/assets/Commands-Cxgs10xX.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-B49uUE-R.js","/app/assets/CopyOnce-DtSPHtz1.css","/app/assets/DateMenu-BSguXBEY.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-BgkrTjSK.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-DrX8Ny5-.js","/app/assets/Done-DCdbe-Wo.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Inside-CsRnDnoQ.js","/app/assets/Inside-t3oYtWNP.css","/app/assets/Join-B9xWphkr.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-CJGYjHL7.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-DnPUpINI.css","/app/assets/Messages-PCDBAhky.js","/app/assets/More-Cza6HaZL.js","/app/assets/Panel-Bs52sOx_.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Reset-DERt1pom.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-ChXnW4VU.js","/app/assets/Settings-Dx-FqCdB.js","/app/assets/SignIn-DxG2fTLh.js","/app/assets/SignUp-Dc-b1LrR.js","/app/assets/Suggest-CB28aPH6.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-DZGCQGov.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-ByXCOsVV.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-DCmlMWyc.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-CMYl9ixf.js","/app/assets/samples-BiS5NmlQ.js","/app/assets/sessions-DpULzBvk.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-hLkK4emR.js","/app/assets/usePages-C03_NzGP.js","/app/assets/useSending-CYRKThCd.js","/app/assets/useSending-DoMCJSw2.css"]]);
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
