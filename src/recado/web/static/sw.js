const NAME = `recado-${"f7ec2d4a584b6630"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-CPPj0YYF.css","/app/assets/About-CVc_TJDX.js","/app/assets/Account-CjZrdi32.js","/app/assets/Commands-DBuFb70U.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-3S66Qrt-.css","/app/assets/CopyOnce-BPlxeO2q.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/DateMenu-X_75yF5j.js","/app/assets/Devices-CZXI5nAY.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-DSSdtPWL.js","/app/assets/Done-CIt1G956.js","/app/assets/Empty-CWrfxNC9.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Forgot-DI_DqiXs.js","/app/assets/Inside-BMM5yFdP.css","/app/assets/Inside-ayxHMRnz.js","/app/assets/Join-DdwqZJZ6.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-Bzbk0rSG.js","/app/assets/Languages-B48m5SGs.js","/app/assets/Logo-Bl4n8Bv3.js","/app/assets/Messages-BMaVkfWc.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-C62_1d6G.js","/app/assets/Panel-CD15WCd-.css","/app/assets/Panel-hydxyeV6.js","/app/assets/PasswordField-1xVd1YVv.css","/app/assets/PasswordField-C0oSbL6o.js","/app/assets/Prove-D9_4Wvw6.js","/app/assets/Reset-Bt8o596Z.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-C7CgJNuY.js","/app/assets/SecondStep-BF3SPZU4.js","/app/assets/Settings-CEkZS6U4.css","/app/assets/Settings-DhCCGPzZ.js","/app/assets/SignIn-BG0ecdSh.js","/app/assets/SignUp-jEdFIvDa.js","/app/assets/Suggest--wUOoB_U.js","/app/assets/Thing-BxbaTy00.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-BrO7X3mv.js","/app/assets/UserName-BU9SUMwA.js","/app/assets/arrow-up-DZotuUzs.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/dist-BsbcV6pe.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-CWlaRmOb.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-CXJGFmVG.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-Hit5676-.js","/app/assets/key-round-DRMcipoH.js","/app/assets/passkeys-CAIkUGAf.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/possible-DZ8TUXRh.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-BKsIiYwx.js","/app/assets/said-Di0cWbao.js","/app/assets/said.pt-BR-EHnnzJb3.js","/app/assets/samples-C40kG498.js","/app/assets/sessions-BieuFtKC.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-AjdA6YZV.css","/app/assets/theme-DdHQFiew.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-ArXd6ezX.js","/app/assets/usePages-ClMmiYNu.js","/app/assets/useSending-D-RRsHgq.js"]]);
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
