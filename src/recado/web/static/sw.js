const NAME = `recado-${"e23c37bd0558fe98"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-CPPj0YYF.css","/app/assets/About-pdE6bR40.js","/app/assets/Account-KJRE-qNJ.js","/app/assets/Commands-JBHw1sqR.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-4AuY9xJr.js","/app/assets/CopyOnce-CYZddWH6.css","/app/assets/DateMenu-GVya3av4.css","/app/assets/DateMenu-KkEs70jz.js","/app/assets/Devices-BzcYQU3m.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-oFPz3KLw.js","/app/assets/Done-C7UUC1XS.js","/app/assets/Empty-CWrfxNC9.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Inside-D1AMrJWF.js","/app/assets/Inside-t3oYtWNP.css","/app/assets/Join-CA5IeXtM.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-De3lLLfI.js","/app/assets/Languages-C5Pz9UYW.js","/app/assets/Logo-Bl4n8Bv3.js","/app/assets/Messages-BmGer_9F.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-DZ18klqf.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Panel-DzRcxLM9.js","/app/assets/Prove-ClMPMzrK.js","/app/assets/Reset-DHPydA9j.js","/app/assets/Search-B8dn0Y1c.js","/app/assets/Search-BjR7diMS.css","/app/assets/SecondStep-CgZA_SEX.js","/app/assets/Settings-CEkZS6U4.css","/app/assets/Settings-D6308WwW.js","/app/assets/SignIn-pXLIYUD5.js","/app/assets/SignUp-LmZCa84V.js","/app/assets/Suggest-G98GXqs8.js","/app/assets/Thing-BxbaTy00.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Trash-BTyM7g3y.js","/app/assets/Trash-BfyX19tj.css","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/dist-BsbcV6pe.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-CWlaRmOb.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-DA04O-bO.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-JaFo-jGt.js","/app/assets/key-round-DRMcipoH.js","/app/assets/passkeys-DlzSpzMk.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/possible-DZ8TUXRh.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-cLB4iOHK.js","/app/assets/samples-D5YCNHJw.js","/app/assets/sessions-CNQvd79V.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-AjdA6YZV.css","/app/assets/theme-DdHQFiew.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-BcI6gU_i.js","/app/assets/usePages-Bn1XcA0c.js","/app/assets/useSending-DPcIktAn.js","/app/assets/useSending-DoMCJSw2.css"]]);
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
