const NAME = `recado-${"07bd4153dd4527b3"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-C0WRpwOX.js","/app/assets/About-DRZORzkL.css","/app/assets/Account-DlFOimkj.js","/app/assets/Commands-BpppqM4S.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyField-D09qf45y.css","/app/assets/CopyField-DGafnyZ5.js","/app/assets/DateMenu-Dh4hKtYN.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-CeECDXfU.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-qlI5T_hD.js","/app/assets/Done-Cxb-duOy.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Inside-BMM5yFdP.css","/app/assets/Inside-JOStqwWd.js","/app/assets/Join-DKaTNB17.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-BtiQ6Hrv.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-CAnX5BFH.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-shYRQbDi.js","/app/assets/Panel-4fqMnWd1.js","/app/assets/Panel-CD15WCd-.css","/app/assets/Reset-BF3jpGuJ.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-DOFRBKf6.js","/app/assets/Settings-bF6rnxpL.js","/app/assets/SignIn-CUIJ7lgm.js","/app/assets/SignUp-t4YZ6uE5.js","/app/assets/Suggest-C2iD6o44.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-CHA-ltba.js","/app/assets/arrow-up-_SMqrmHd.js","/app/assets/code-DfiGdwcd.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-CUdBfpeA.js","/app/assets/eye-Cbrq2v3C.js","/app/assets/index-BzNY1sFb.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-D-47rVdN.js","/app/assets/said-DX7g59xK.js","/app/assets/said.pt-BR-C7WdqCXO.js","/app/assets/samples-CeEzFNI6.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-CwPZS6LT.js","/app/assets/usePages-NLx3okb4.js","/app/assets/useSending-BeDCa2TE.js","/app/assets/useSending-DoMCJSw2.css"]]);
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
