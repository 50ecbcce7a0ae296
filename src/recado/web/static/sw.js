const NAME = `recado-${"0f45be4e90ae1e54"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-CTGVJBwj.js","/app/assets/About-DRZORzkL.css","/app/assets/Account-DNTWONeX.js","/app/assets/Commands-DOHgNVME.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyField-BSrIp-e6.js","/app/assets/CopyField-CBmNktVY.css","/app/assets/DateMenu-DG9ZzQjI.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-oZAAiHsm.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-D7kkyPft.js","/app/assets/Done-BS5BrVE-.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Inside-BMM5yFdP.css","/app/assets/Inside-BPIQmwF4.js","/app/assets/Join-CDcI0zup.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-DqZC8yD3.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-B2L7mLpf.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-tChBLvxP.js","/app/assets/Panel-BAU3g_rO.js","/app/assets/Panel-CD15WCd-.css","/app/assets/Reset-CCoXMfHQ.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-aoJ__1HF.js","/app/assets/Settings-DPnJa3gp.js","/app/assets/SignIn-kUIvuqTt.js","/app/assets/SignUp-Bsh-grgS.js","/app/assets/Suggest-Bb-ZFyeS.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-Qi0_d9az.js","/app/assets/arrow-up-BeSx_g0X.js","/app/assets/code-DfiGdwcd.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-CvZBPduk.js","/app/assets/eye-F5_iXb4z.js","/app/assets/index-BsCQafr9.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-D1WH8Xnk.js","/app/assets/said-DsX-tnDY.js","/app/assets/said.pt-BR-C7WdqCXO.js","/app/assets/samples-DMxyrKBw.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-GHs7OMcM.js","/app/assets/usePages-CN8Tn3zT.js","/app/assets/useSending-1saKZAfq.js","/app/assets/useSending-DoMCJSw2.css"]]);
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
