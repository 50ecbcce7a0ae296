/// The service worker: keeps the built files of one version, so that the page opens without a network. Nothing else: no
/// answer of the service is ever kept here.

interface Install extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Ask extends Install {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
declare const __FILES__: string[];
declare const __VERSION__: string;

const NAME = `recado-${__VERSION__}`;
const PAGE = "/app/";
const ROUTES = /^\/(?:$|app(?:\/|$))/;
const scope = self as unknown as { skipWaiting(): Promise<void>; clients: { claim(): Promise<void> } };

self.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(NAME);
    await cache.addAll([PAGE, ...__FILES__]);
    await scope.skipWaiting();
  };
  (event as Install).waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("recado-") && name !== NAME);
    // The version before this one stays for tabs that still run it and load a part of it late.
    await Promise.all(old.slice(0, -1).map((name) => caches.delete(name)));
    await scope.clients.claim();
  };
  (event as Install).waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event as Ask;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || !ROUTES.test(url.pathname)) return;
  if (request.mode === "navigate") (event as Ask).respondWith(page(request));
  else if (url.pathname.startsWith("/app/assets/")) (event as Ask).respondWith(file(request));
});

/** The newest page where the network answers within 3 s, else the kept one. */
async function page(request: Request): Promise<Response> {
  const kept = async () => (await caches.match(PAGE, { cacheName: NAME })) ?? Response.error();
  const late = new Promise<Response>((resolve) => setTimeout(() => void kept().then(resolve), 3000));
  const asked = fetch(request).then((answer) => (answer.status >= 500 ? kept() : answer), kept);
  return Promise.race([asked, late]);
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}
