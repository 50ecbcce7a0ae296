const NAME = `recado-${"c6697dfde53ee36b"}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self;
self.addEventListener("install", (event) => {
	const keep = async () => {
		const cache = await caches.open(NAME);
		await cache.addAll([PAGE, ...["/app/assets/About-CPPj0YYF.css","/app/assets/About-DblR6UeB.js","/app/assets/Account-DqnPkJzO.js","/app/assets/Commands-Jj4e3kKk.js","/app/assets/Commands-nEsR2Cd2.css","/app/assets/CopyOnce-BZAGhl_U.js","/app/assets/CopyOnce-DvzKySG7.css","/app/assets/DateMenu-DzwlKUys.js","/app/assets/DateMenu-GVya3av4.css","/app/assets/Devices-DIYV0aJ5.js","/app/assets/Dialog-9cZGGtqT.js","/app/assets/Dialog-BpicDhmS.css","/app/assets/Done-CkLLkQ03.js","/app/assets/Empty-O10oaSRv.css","/app/assets/Empty-_4_0LlxI.js","/app/assets/Forgot-DETbSna7.js","/app/assets/Inside-BMM5yFdP.css","/app/assets/Inside-C9l-ujQy.js","/app/assets/Join-DiAYR6cs.js","/app/assets/Keys-BASx8J4-.css","/app/assets/Keys-DB-unMEO.js","/app/assets/Languages-DLu32uQd.js","/app/assets/Logo-CoRkfQrc.js","/app/assets/Messages-DnPUpINI.css","/app/assets/Messages-aNUSgHds.js","/app/assets/More-BmFs6ayY.js","/app/assets/Operator-CVo-IGQm.css","/app/assets/Operator-DlH5nemn.js","/app/assets/Panel-BCI6CuQs.js","/app/assets/Panel-CD15WCd-.css","/app/assets/PasswordField-1xVd1YVv.css","/app/assets/PasswordField-BabzTXqf.js","/app/assets/Reset-CTGAPHG-.js","/app/assets/Search-BjR7diMS.css","/app/assets/Search-cyxe8G5G.js","/app/assets/Settings-KZTpJPPH.js","/app/assets/SignIn-CN4pUOsI.js","/app/assets/SignUp-W2p_XJ_n.js","/app/assets/Suggest-DHtIHSlw.js","/app/assets/Thing-P_oX6N4N.css","/app/assets/Thing-oatyj86d.js","/app/assets/Trash-BfyX19tj.css","/app/assets/Trash-DnB9W7yr.js","/app/assets/Unloaded-DhD6qD6v.js","/app/assets/UserName-BQlpZkja.js","/app/assets/arrow-up-DZotuUzs.js","/app/assets/code-DfiGdwcd.js","/app/assets/createLucideIcon-CPo5g7Z4.js","/app/assets/docs-B6ksLQOK.css","/app/assets/docs-BIIkfSvi.js","/app/assets/english-oOihPoMM.js","/app/assets/entering-D9KscE7a.js","/app/assets/eye-B9h2s7eu.js","/app/assets/index-EH-Cw5YL.js","/app/assets/portuguese-a9z0vQo8.js","/app/assets/remembered-BE7n1pQc.js","/app/assets/replica-DtEkKh6y.js","/app/assets/said-DaajuxHy.js","/app/assets/said.pt-BR-2NmCU6ex.js","/app/assets/samples-CuL1Qpd3.js","/app/assets/sessions-B6rCeUFj.js","/app/assets/sign-DUX0B5JH.css","/app/assets/stream.worker-CzSEx8kH.js","/app/assets/theme-Cy4Y7wTV.js","/app/assets/theme-bG3l8X6U.css","/app/assets/undo-Dlq3WVmx.js","/app/assets/useMutation-DlDEEkxv.js","/app/assets/usePages-C9UBiie9.js","/app/assets/useSending-BYCa7-qp.js"]]);
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
