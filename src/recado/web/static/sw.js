const NAME = `recado-${"bb84c14f73d2c3ef"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-1U1rvHkb.js","/app/assets/About-CPPj0YYF.css","/app/assets/Account-hoyZS6Ms.js","/app/assets/Commands-7XNlcZPF.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-BpOS3pwH.js","/app/assets/CopyOnce-DtSPHtz1.css","/app/assets/DateMenu-DzQdnZcf.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-x80DXHIb.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-ZEFjX0za.js","/app/assets/Done-BrQ_-Ffa.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Inside-0-DCf3Cq.js","/app/assets/Inside-t3oYtWNP.css","/app/assets/Join-CS6UAwwn.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-CTvyEq_E.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-CLbM7u1-.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-D4J7C8Dz.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Panel-DAGqgWrj.js","/app/assets/Reset-C1d3_erL.js","/app/assets/Search-B8sGJqCn.js","/app/assets/Search-BjR7diMS.css","/app/assets/Settings-CR4ghsBv.js","/app/assets/SignIn-zWlONUmm.js","/app/assets/SignUp-Bn3aAaDS.js","/app/assets/Suggest-DfN1udMF.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-C3cbbetJ.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-BBC2274r.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-CWDkoX-I.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-p6bBir4l.js","/app/assets/samples-Dcx04Tqe.js","/app/assets/sessions-Ch9oFfpe.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-BavWKJuR.js","/app/assets/usePages-DVG9HDHl.js","/app/assets/useSending-DoMCJSw2.css","/app/assets/useSending-DoqTVwTz.js"]]);
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
