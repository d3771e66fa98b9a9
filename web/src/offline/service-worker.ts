// The service worker: after one visit the page works without a network, and on hosts that send no headers of isolation it has shared
// memory, and with it threads, from the second visit on. web/build/offline.ts compiles this file and gives it the list of built files.
//
//   page      all built files but the data, stored when the worker is installed; a version has a store of its own
//   data      data sets and pretrained nets, stored when they are first fetched; kept until a build has other data
//
// The page itself comes from the network where there is one, so that a reload shows the newest version; the files that a version of the
// page names have their hash in their names, and come from the store.

declare const built: { readonly version: string; readonly dataVersion: string; readonly files: readonly string[] };

const worker = self as unknown as ServiceWorkerGlobalScope;
const scope = new URL(worker.registration.scope);
const prefix = `chainrule ${scope.pathname}`;
const stores = { page: `${prefix} page ${built.version}`, data: `${prefix} data ${built.dataVersion}` };
/** Under this time in milliseconds, the network is waited for before the stored page is shown. */
const patience = 4000;

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(removeOld().then(() => worker.clients.claim())));
worker.addEventListener("message", ({ data }) => {
  if (data === "take over") void worker.skipWaiting();
});
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return;
  const name = url.pathname.slice(scope.pathname.length);
  if (name === "" || name === "index.html") event.respondWith(page(request).then(isolated));
  else event.respondWith(file(request, name).then(isolated));
});

async function install(): Promise<void> {
  const store = await caches.open(stores.page);
  // A name with a hash never changes its content, so the browser's own store may answer.
  const requests = built.files.map(
    (name) => new Request(name, { cache: name.startsWith("assets/") ? "default" : "no-cache" }),
  );
  await store.addAll(requests);
}

async function removeOld(): Promise<void> {
  const current = new Set(Object.values(stores));
  const old = (await caches.keys()).filter((name) => name.startsWith(`${prefix} `) && !current.has(name));
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** The page from the network; the stored one where the network does not answer in time, or not at all. */
async function page(request: Request): Promise<Response> {
  const stored = await (await caches.open(stores.page)).match("index.html");
  if (stored === undefined) return fetch(request);
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(stored), patience));
  return Promise.race([fetch(request).catch(() => stored), late]);
}

async function file(request: Request, name: string): Promise<Response> {
  const known = await (await caches.open(stores.page)).match(name);
  if (known !== undefined) return known;
  const data = await caches.open(stores.data);
  const stored = await data.match(name);
  if (stored !== undefined) return stored;
  const response = await fetch(request);
  // A full disk costs the copy, not the answer.
  if (name.startsWith("data/") && response.status === 200) void data.put(name, response.clone()).catch(() => undefined);
  return response;
}

/** The response with the headers that give a page shared memory. A response from a redirect would not be taken for a page as it is. */
function isolated(response: Response): Response {
  if (response.type === "opaque" || response.type === "error" || response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  const { status, statusText } = response;
  return new Response(status === 204 || status === 304 ? null : response.body, { status, statusText, headers });
}
