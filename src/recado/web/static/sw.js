const NAME = `recado-${"e8f428d823910c15"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-CPPj0YYF.css","/app/assets/About-rX62wIL7.js","/app/assets/Account-CUiE3yQP.js","/app/assets/Commands-BF51quX7.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-Bc5lV8Dv.css","/app/assets/CopyOnce-Df-kqLDG.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/DateMenu-zFBO87Nt.js","/app/assets/Devices-CZZHAmFC.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-DhrknsSV.js","/app/assets/Done-DPqVHOTN.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Inside-DK7WBMyb.js","/app/assets/Inside-t3oYtWNP.css","/app/assets/Join-_Y1kURoe.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-D1LFCAt0.js","/app/assets/Languages-ZLfvuAhK.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-CF1WHxuO.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-CedAOFCJ.js","/app/assets/Operator-CVo-IGQm.css","/app/assets/Operator-CaWgZiq8.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Panel-DmRorQAz.js","/app/assets/Reset-CNVkaQvQ.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-DJWcyb0u.js","/app/assets/Section-CGh1-riX.js","/app/assets/Section-Db_U7fOm.css","/app/assets/Settings-C0RBv_Kp.js","/app/assets/SignIn-DP8ozyEK.js","/app/assets/SignUp-CBO1ciF5.js","/app/assets/Suggest-BizGmnZl.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-CuszErjx.js","/app/assets/Unloaded-CMi60Pj6.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-D2AcsT2n.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-BE9Sc5BG.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-DTHscgG2.js","/app/assets/samples-DsKSIPe-.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-m9giWXiI.js","/app/assets/usePages-DnY5qJ8e.js","/app/assets/useSending-CiuwCdgi.js","/app/assets/useSending-DoMCJSw2.css"]]);
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
