/**
 * Keeps the page for when there is no network. Written into the built page by `vite.config.ts`, which
 * puts the list of its files in the place of `__FILES__` and a hash over them in that of `__VERSION__`.
 *
 * A version is kept whole or not at all, in a cache of its own. What its name says the content of
 * (`assets/`) is answered from there. The page itself comes from the network, and from the cache when
 * that does not answer: so nobody is ever shown an old page that wants new files, or the reverse, and
 * a new version is there on the next visit at the latest.
 */

declare const __FILES__: readonly string[];
declare const __VERSION__: string;

/** What is used of a service worker's global scope; the page's types know only windows. */
interface ServiceWorkerScope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(kind: "install" | "activate", listener: (event: LifeEvent) => void): void;
  addEventListener(kind: "fetch", listener: (event: AskedEvent) => void): void;
}
interface LifeEvent {
  waitUntil(work: Promise<unknown>): void;
}
interface AskedEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = self as unknown as ServiceWorkerScope;
const CACHE_PREFIX = "chronik-";
const CACHE = `${CACHE_PREFIX}${__VERSION__}`;
/** A file is the same for everybody, whatever its server says that it depends on. */
const ANYWAY = { ignoreVary: true };
/** The page is asked for so long before the kept one is shown. */
const PATIENCE_MS = 3_000;

scope.addEventListener("install", (event) => {
  event.waitUntil(keepAll());
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => scope.clients.claim()));
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const isOurs = request.method === "GET" && request.url.startsWith(scope.registration.scope);
  if (!isOurs) return;
  event.respondWith(request.mode === "navigate" ? page(request) : file(request));
});

/** Past the browser's own cache: it may hold the page of another version. */
async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(__FILES__.map((name) => new Request(urlOf(name), { cache: "no-cache" })));
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith(CACHE_PREFIX) && name !== CACHE);
  await Promise.all(others.map((name) => caches.delete(name)));
}

async function page({ url }: Request): Promise<Response> {
  const kept = (await caches.open(CACHE)).match(urlOf("index.html"), ANYWAY);
  // What a server redirects is for the browser to follow.
  const asked = fetch(url, { redirect: "manual" }).catch(() => null);
  const first = await Promise.race([asked, after(PATIENCE_MS)]);
  if (first !== null && (first.ok || first.type === "opaqueredirect")) return first;
  // A server in trouble is no better than none.
  return (await kept) ?? (await asked) ?? Response.error();
}

const after = (ms: number): Promise<null> =>
  new Promise((resolve) => setTimeout(() => resolve(null), ms));

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(request.url, ANYWAY)) ?? fetch(request);
}

const urlOf = (name: string): string => new URL(name, scope.registration.scope).href;
