const NAME = `recado-${"12b096448628daca"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-CPPj0YYF.css","/app/assets/About-D4g-9UXf.js","/app/assets/Account-DMOHRAqS.js","/app/assets/Commands-FdZY15Jb.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-3S66Qrt-.css","/app/assets/CopyOnce-CcF-OenL.js","/app/assets/DateMenu-DWEJoi5Y.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-BszDkA_x.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-leo1J0Wb.js","/app/assets/Done-BV2l0EwI.js","/app/assets/Empty-CWrfxNC9.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Forgot-CLPH0_ew.js","/app/assets/Inside-BMM5yFdP.css","/app/assets/Inside-CMxWwwh9.js","/app/assets/Join-DOVWJAfI.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-CzeMgQb-.js","/app/assets/Languages-DY7dgEWi.js","/app/assets/Logo-Bl4n8Bv3.js","/app/assets/Messages-BIfpTQ8y.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-DZJFPtCQ.js","/app/assets/Operator-CVo-IGQm.css","/app/assets/Operator-bf4HMIYh.js","/app/assets/Panel-CD15WCd-.css","/app/assets/Panel-DrXj0Cp3.js","/app/assets/PasswordField-1xVd1YVv.css","/app/assets/PasswordField-DXvslHHr.js","/app/assets/Prove-CyFF7UwQ.js","/app/assets/Reset-Dsbc-e_l.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-DKHeJ4IP.js","/app/assets/SecondStep-DJfQ2QRO.js","/app/assets/Settings-CAA-hGi7.js","/app/assets/Settings-CEkZS6U4.css","/app/assets/SignIn-Cr71Yr1R.js","/app/assets/SignUp-CwdRpvQk.js","/app/assets/Suggest-p_yngaw1.js","/app/assets/Thing-BxbaTy00.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-TZtn8jUX.js","/app/assets/Unloaded-BCNvrC3p.js","/app/assets/UserName-CYrDFEpN.js","/app/assets/arrow-up-DZotuUzs.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/dist-BsbcV6pe.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-CWlaRmOb.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-CQxx7PHU.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-C4O3-AI8.js","/app/assets/key-round-DRMcipoH.js","/app/assets/passkeys-Da_ROSn_.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/possible-DZ8TUXRh.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-c8cPoLnh.js","/app/assets/said-DCOaavRY.js","/app/assets/said.pt-BR-BllsB0_Z.js","/app/assets/samples-D5HXKh8A.js","/app/assets/sessions-DvnQoJNW.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-AjdA6YZV.css","/app/assets/theme-DdHQFiew.js","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-CMXjAyPY.js","/app/assets/usePages-CAiy2NQE.js","/app/assets/useSending-C7riPTrK.js"]]);
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
