const NAME = `recado-${"28cab243665a1f2d"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-B19gBrI6.js","/app/assets/About-CPPj0YYF.css","/app/assets/Account-BorxXiqI.js","/app/assets/Commands-CB7pC9Us.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-Bc5lV8Dv.css","/app/assets/CopyOnce-CrjAhsmR.js","/app/assets/DateMenu-DoMKJbAH.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-BVmdtkKC.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-fRGHiqS0.js","/app/assets/Done-Ck1oBsI0.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Inside-Cv8aCmfg.js","/app/assets/Inside-t3oYtWNP.css","/app/assets/Join-ogv4vsRE.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-Ckfs1Q06.js","/app/assets/Languages-yw0dAM2E.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-C2I-2AKw.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-CLVfdLYk.js","/app/assets/Operator-CVo-IGQm.css","/app/assets/Operator-jwuDlmjg.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Panel-n8OaSxzH.js","/app/assets/Reset-DF0Tm7Nw.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-UzXwscre.js","/app/assets/Section-CGh1-riX.js","/app/assets/Section-Db_U7fOm.css","/app/assets/Settings-BpQD7r6g.js","/app/assets/SignIn-CUGaqk4k.js","/app/assets/SignUp-BP1daPCp.js","/app/assets/Suggest-V5IWrd4f.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-CNIWlgMS.js","/app/assets/Unloaded-CY63cd_O.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-B8GTxrgn.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-DEyiIOWa.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-D55sbb0y.js","/app/assets/samples-CtSY43Dm.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-bXTgPbBO.js","/app/assets/usePages-tMB7khhA.js","/app/assets/useSending-DoMCJSw2.css","/app/assets/useSending-U5lyD6kQ.js"]]);
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
