const NAME = `recado-${"2b84360da871ffcc"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-BT70jRpD.js","/app/assets/About-CPPj0YYF.css","/app/assets/Account-BTKvm9vZ.js","/app/assets/Commands-_uWis5_G.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-CHICS_uM.js","/app/assets/CopyOnce-CYZddWH6.css","/app/assets/DateMenu-CUTQBUrI.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-DX1dr_j8.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-C85swNg5.js","/app/assets/Done-CPFJ9NHp.js","/app/assets/Empty-CWrfxNC9.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Inside-DYkDLSqi.js","/app/assets/Inside-t3oYtWNP.css","/app/assets/Join-BCX8URIA.js","/app/assets/Keys-B9nZlR5G.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Languages-CuZDhnZN.js","/app/assets/Logo-Bl4n8Bv3.js","/app/assets/Messages-DnPUpINI.css","/app/assets/Messages-quo6kSY8.js","/app/assets/More-BM6U-CkN.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Panel-DsEIab3o.js","/app/assets/Prove-ByXojRL_.js","/app/assets/Reset-BJ8LyR2e.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-D3oFxbE4.js","/app/assets/SecondStep-CJbXD-tB.js","/app/assets/Settings-CEkZS6U4.css","/app/assets/Settings-COwm704M.js","/app/assets/SignIn-DVflMjXN.js","/app/assets/SignUp-BA3B_WSu.js","/app/assets/Suggest-DSjIiEdE.js","/app/assets/Thing-BxbaTy00.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Trash-BNUvqQOo.js","/app/assets/Trash-BfyX19tj.css","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/dist-BsbcV6pe.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-CWlaRmOb.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-B35HDw6j.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-CPLx18lY.js","/app/assets/key-round-DRMcipoH.js","/app/assets/passkeys-C2mgtubj.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/possible-DZ8TUXRh.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-D9ddWFtA.js","/app/assets/samples-epDP7B7d.js","/app/assets/sessions-CETXiJSI.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-AjdA6YZV.css","/app/assets/theme-DdHQFiew.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-CAvEsDcV.js","/app/assets/usePages-B6IZ454s.js","/app/assets/useSending-DoMCJSw2.css","/app/assets/useSending-DqkchWIl.js"]]);
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
