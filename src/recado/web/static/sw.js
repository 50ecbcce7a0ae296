const NAME = `recado-${"b95bdc9439383610"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-CPPj0YYF.css","/app/assets/About-Cw9meKX1.js","/app/assets/Account-Cxu8sZ2w.js","/app/assets/Commands-D-A3sTvz.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-Bc5lV8Dv.css","/app/assets/CopyOnce-ZvT9P2LU.js","/app/assets/DateMenu-DH_T3PNk.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-BOQUYu7d.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Dialog-DsOThyr8.js","/app/assets/Done-C_pitdsn.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Inside-Ci5qjvXE.js","/app/assets/Inside-t3oYtWNP.css","/app/assets/Join-COl1L2io.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-D8B9AUXc.js","/app/assets/Languages-DlvpmoWo.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-C_unHaCP.js","/app/assets/Messages-DnPUpINI.css","/app/assets/More-Mi4anxWd.js","/app/assets/Operator-CVo-IGQm.css","/app/assets/Operator-DNhMvN-J.js","/app/assets/Panel-BVfYAxKX.js","/app/assets/Panel-C_H8xmYT.css","/app/assets/Reset-BTOC25FF.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-CUVqrnUG.js","/app/assets/Section-CGh1-riX.js","/app/assets/Section-Db_U7fOm.css","/app/assets/Settings-DtZW2Lx4.js","/app/assets/SignIn-WK7x4tf1.js","/app/assets/SignUp-eKMpm8uz.js","/app/assets/Suggest-XACOVlSL.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-C1alvVLv.js","/app/assets/Unloaded-0bpDwxqn.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-C4aoSA5m.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-CkLHtInA.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-Di4T1iEy.js","/app/assets/samples-DLIQjeRx.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation--R1lSakU.js","/app/assets/usePages-DYl7fuA8.js","/app/assets/useSending-BIkbq6qz.js","/app/assets/useSending-DoMCJSw2.css"]]);
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
