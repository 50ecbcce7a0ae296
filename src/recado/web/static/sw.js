const NAME = `recado-${"9cbbfc81c2a41485"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-CPPj0YYF.css","/app/assets/About-CpCqGPRZ.js","/app/assets/Account-DUl52Tvc.js","/app/assets/Commands-DjdtJ-Ol.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-Db-v0KRu.js","/app/assets/CopyOnce-DtSPHtz1.css","/app/assets/DateMenu-92dQikeT.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-VQZJsz9f.js","/app/assets/Dialog-BPw5qEXp.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Done-DWEE6nYs.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Inside-Cwt-pydX.js","/app/assets/Inside-t3oYtWNP.css","/app/assets/Join-DTszmjBw.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-Dkc_4qLT.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-B2oOsGkc.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-xOFdaH1U.js","/app/assets/Panel-BW2zYmuw.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Reset-DKagtlza.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-CG9V-dV6.js","/app/assets/Settings-g9v-3yBE.js","/app/assets/SignIn-Cz1Y215s.js","/app/assets/SignUp-B3djfVtC.js","/app/assets/Suggest-UbH8_uII.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-lG-ybm8p.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-DNeh7oTd.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-BNA0a5dN.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-DepYp265.js","/app/assets/samples-CFBFW-jm.js","/app/assets/sessions-D8XQ_Qbl.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-BMFuc7Mg.js","/app/assets/usePages-5rQR7Jww.js","/app/assets/useSending-CHnnG2_8.js","/app/assets/useSending-DoMCJSw2.css"]]);
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
