const NAME = `recado-${"0ad40d72631cd86d"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-BfbxU4KN.js","/app/assets/About-BgYdN0rO.css","/app/assets/Account-C_s1geBb.js","/app/assets/Commands-CfLfClIH.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/DateMenu-BOkRHqu-.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-BjrHVM_C.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-CxDo1JuF.js","/app/assets/Done-sBa2oxjM.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Inside-BMM5yFdP.css","/app/assets/Inside-HO8-CrXb.js","/app/assets/Join-CN6T99Rt.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-CN7yEfOU.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-BIB1Oxrv.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-WaxUvdfL.js","/app/assets/Panel-BGOOsk0X.js","/app/assets/Panel-CD15WCd-.css","/app/assets/Reset-CR32AJvB.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-KDsTLEP3.js","/app/assets/Section-CGh1-riX.js","/app/assets/Section-Db_U7fOm.css","/app/assets/Settings-BtjxEAa2.js","/app/assets/SignIn-57WltQVS.js","/app/assets/SignUp-BqdOv9Dj.js","/app/assets/Suggest-D80M1DWP.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-BtQ-WSc9.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-BgxzAK-T.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-BchnqAK7.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-CSmHC6md.js","/app/assets/samples-CfqXtYOZ.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-BoIP19fX.js","/app/assets/usePages-BYfYFghv.js","/app/assets/useSending-DoMCJSw2.css","/app/assets/useSending-Dwvbl1LZ.js"]]);
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
