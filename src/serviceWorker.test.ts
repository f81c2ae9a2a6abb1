import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const SCOPE = "https://example.org/play/";

type Listener = (event: {
  readonly request: { readonly url: string; readonly method: string; readonly mode: string };
  respondWith(response: Promise<Response>): void;
  waitUntil(work: Promise<unknown>): void;
}) => void;

/** What the worker has kept, by the cache's name and the address. */
const kept = new Map<string, Map<string, Response>>();
const listeners = new Map<string, Listener>();
const fetched: string[] = [];
let answer: (url: string) => Promise<Response>;

beforeEach(async () => {
  vi.resetModules();
  kept.clear();
  listeners.clear();
  fetched.length = 0;
  answer = async (url) => new Response(`new ${url}`);
  vi.stubGlobal("__FILES__", ["assets/page-1.js", "index.html"]);
  vi.stubGlobal("__VERSION__", "2");
  vi.stubGlobal("self", {
    registration: { scope: SCOPE },
    clients: { claim: () => Promise.resolve() },
    addEventListener: (kind: string, listener: Listener) => listeners.set(kind, listener),
  });
  vi.stubGlobal("caches", {
    open: async (name: string) => cacheOf(name),
    keys: async () => [...kept.keys()],
    delete: async (name: string) => kept.delete(name),
  });
  vi.stubGlobal("fetch", (asked: string | { readonly url: string }) => {
    const url = typeof asked === "string" ? asked : asked.url;
    fetched.push(url);
    return answer(url);
  });
  // A script, not a module: it has nothing to export.
  await vi.importActual("./serviceWorker.ts");
  await tell("install");
});

afterEach(() => vi.unstubAllGlobals());

describe("the service worker", () => {
  test("keeps every file of its version, and forgets the other versions of this page alone", async () => {
    expect([...(kept.get("chronik-2") ?? [])].map(([url]) => url)).toEqual([
      `${SCOPE}assets/page-1.js`,
      `${SCOPE}index.html`,
    ]);
    kept.set("chronik-1", new Map());
    kept.set("of-somebody-else", new Map());
    await tell("activate");
    expect([...kept.keys()]).toEqual(["chronik-2", "of-somebody-else"]);
  });

  test("shows the page of the network, and the kept one when that is silent or in trouble", async () => {
    answer = async () => new Response("newest");
    expect(await textOf(ask(`${SCOPE}?seed=7`, "navigate"))).toBe("newest");
    answer = () => Promise.reject(new Error("no network"));
    expect(await textOf(ask(`${SCOPE}?seed=7`, "navigate"))).toBe(`new ${SCOPE}index.html`);
    answer = async () => new Response("down", { status: 503 });
    expect(await textOf(ask(SCOPE, "navigate"))).toBe(`new ${SCOPE}index.html`);
  });

  test("does not wait for ever", async () => {
    vi.useFakeTimers();
    answer = () => new Promise(() => {});
    const response = ask(SCOPE, "navigate");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await textOf(response)).toBe(`new ${SCOPE}index.html`);
    vi.useRealTimers();
  });

  test("answers files from what it keeps, and asks the network for what it does not", async () => {
    fetched.length = 0;
    answer = async () => new Response("from the network");
    expect(await textOf(ask(`${SCOPE}assets/page-1.js`))).toBe(`new ${SCOPE}assets/page-1.js`);
    expect(fetched).toEqual([]);
    expect(await textOf(ask(`${SCOPE}assets/page-2.js`))).toBe("from the network");
  });

  test("leaves alone what is not of this page", () => {
    expect(ask("https://example.org/other/", "navigate")).toBeNull();
    expect(ask("https://elsewhere.example/x.js")).toBeNull();
    expect(ask(SCOPE, "navigate", "POST")).toBeNull();
  });
});

function cacheOf(name: string) {
  const cache = kept.get(name) ?? new Map<string, Response>();
  kept.set(name, cache);
  return {
    match: async (url: string) => cache.get(url)?.clone(),
    addAll: async (requests: readonly Request[]) => {
      for (const { url } of requests) cache.set(url, await answer(url));
    },
  };
}

async function tell(kind: "install" | "activate"): Promise<void> {
  const work: Promise<unknown>[] = [];
  const request = { url: "", method: "", mode: "" };
  const waitUntil = (promise: Promise<unknown>): void => void work.push(promise);
  listeners.get(kind)?.({ request, waitUntil, respondWith: () => {} });
  await Promise.all(work);
}

/** Null when it lets the browser do what it would do without it. */
function ask(url: string, mode = "no-cors", method = "GET"): Promise<Response> | null {
  let response: Promise<Response> | null = null;
  listeners.get("fetch")?.({
    request: { url, method, mode },
    waitUntil: () => {},
    respondWith: (promise) => void (response = promise),
  });
  return response;
}

const textOf = async (response: Promise<Response> | null): Promise<string | undefined> =>
  (await response)?.text();
