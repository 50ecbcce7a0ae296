const NAME = `recado-${"5e014d9948bf684e"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-CPPj0YYF.css","/app/assets/About-DV0PdOJr.js","/app/assets/Account-BnblaWIs.js","/app/assets/Commands-DpJ_keIs.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-DvzKySG7.css","/app/assets/CopyOnce-ixfCTkWl.js","/app/assets/DateMenu-C5xGM9xC.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-DeRvmIAP.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-CAVYqtKW.js","/app/assets/Done-_RoxapMn.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Forgot-ChnjeTIt.js","/app/assets/Inside-BMM5yFdP.css","/app/assets/Inside-QpuTxPy4.js","/app/assets/Join-sRVP58Vi.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-Byasu3jH.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-CpmrFmh9.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-CYPpeKbE.js","/app/assets/Panel-CD15WCd-.css","/app/assets/Panel-CGF7xsxN.js","/app/assets/PasswordField-1xVd1YVv.css","/app/assets/PasswordField-LNR5cJ27.js","/app/assets/Reset-Da7_00Ok.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-Cg69mEOS.js","/app/assets/Settings-DqOO5Aux.js","/app/assets/SignIn-Dqb2QNtq.js","/app/assets/SignUp-Cpqhh6Hy.js","/app/assets/Suggest-Dl0GvOUK.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-C2ymBW7K.js","/app/assets/UserName-Cujp-j6i.js","/app/assets/arrow-up-DZotuUzs.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-C8UyC-g6.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-BZO9XjOp.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-DQ1eAkoW.js","/app/assets/said-BMbhK0-n.js","/app/assets/said.pt-BR-31_ku50q.js","/app/assets/samples-DduMZMJN.js","/app/assets/sessions-D03dIbzS.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-CgvfYNky.js","/app/assets/usePages-CsrCh3VB.js","/app/assets/useSending-C1yql9Ta.js"]]);
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
