const NAME = `recado-${"3deefce05c865d77"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-DRZORzkL.css","/app/assets/About-l3Yi52kd.js","/app/assets/Account-CtQVthgx.js","/app/assets/Commands-DKx9XJOj.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyField-BTXdZV4n.js","/app/assets/CopyField-D09qf45y.css","/app/assets/DateMenu-DfKVjk_b.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-B5RmFuZJ.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-DUDSH4WG.js","/app/assets/Done-Brwk_VmK.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Inside-BMM5yFdP.css","/app/assets/Inside-CPAdLvK6.js","/app/assets/Join-BIDqB2yB.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-z4-vuzRc.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-DQhFpe6d.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-D2F5ICRA.js","/app/assets/Panel-CD15WCd-.css","/app/assets/Panel-rMj8zPkV.js","/app/assets/Reset-CD5s0_jT.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-D3qlrnUH.js","/app/assets/Settings-BqWIPtzB.js","/app/assets/SignIn-BM78EeFM.js","/app/assets/SignUp-B0xaPWtf.js","/app/assets/Suggest-aSeFRkek.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-CjTEYyBt.js","/app/assets/arrow-up-phfkeG4N.js","/app/assets/code-DfiGdwcd.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-BkBDu5rB.js","/app/assets/eye-r0gRGOt_.js","/app/assets/index-CSob_dAm.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-CGRLEr1I.js","/app/assets/said-BsIItj5_.js","/app/assets/said.pt-BR-C7WdqCXO.js","/app/assets/samples-DSKj2dER.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-B-cfgHnS.js","/app/assets/usePages-xKM-9dqA.js","/app/assets/useSending-CLcXsY2h.js","/app/assets/useSending-DoMCJSw2.css"]]);
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
