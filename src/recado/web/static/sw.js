const NAME = `recado-${"6a37945826f1102c"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-BkmvHIEs.js","/app/assets/About-DRZORzkL.css","/app/assets/Account-B6omqUBz.js","/app/assets/Commands-CPs7fYRY.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyField-CgegOofn.js","/app/assets/CopyField-D09qf45y.css","/app/assets/DateMenu-DIFDR5NA.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-CeVEx2xM.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-BzHUqCHJ.js","/app/assets/Done-Sl5erFmj.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Forgot-DvwEFUyP.js","/app/assets/Inside-BMM5yFdP.css","/app/assets/Inside-sUTOmrmL.js","/app/assets/Join-1U2Cnrqj.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-Dg0HsEwV.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-C761KsIN.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-CVU0ZrDE.js","/app/assets/Panel-CD15WCd-.css","/app/assets/Panel-WyUjMf1t.js","/app/assets/PasswordField-1xVd1YVv.css","/app/assets/PasswordField-B7J29f9z.js","/app/assets/Reset-Dd7pDwfI.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-DXIb2prH.js","/app/assets/Settings-C06jafO-.js","/app/assets/SignIn-OdN_OuUm.js","/app/assets/SignUp-DlYOcEEL.js","/app/assets/Suggest-DN6AYeS8.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-BpNAWRQb.js","/app/assets/UserName-B3u3YkAw.js","/app/assets/arrow-up-DZotuUzs.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-gDz1ZeRj.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-B2PcGgoh.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-88sJO7Z8.js","/app/assets/said-B9EiYYr5.js","/app/assets/said.pt-BR-2Sp3u8EY.js","/app/assets/samples-CAWn2t4Y.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-DbDUbMjP.js","/app/assets/usePages-BQxtkgnT.js","/app/assets/useSending-BkYENPyd.js"]]);
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
