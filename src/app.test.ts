import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DEFAULT_RUN_OPTIONS } from "@chronik/core/sim";
import { App } from "./app.ts";
import type { WorkerEvents, WorkerLike } from "./session/port.ts";
import type { FrameMessage } from "./session/protocol.ts";
import * as clientParts from "./session/clientParts.ts";
import { Session } from "./session/session.ts";

type Listener = (event: WorkerEvents["message"]) => void;

/** A worker of this thread: it answers whenever the test lets it work. */
class FakeWorker implements WorkerLike {
  terminated = false;
  #listener: Listener | null = null;
  readonly #session = new Session((message) => this.say(structuredClone(message)));

  constructor() {
    this.#session.provideClients(clientParts);
  }

  addEventListener<Kind extends keyof WorkerEvents>(
    kind: Kind,
    listener: (event: WorkerEvents[Kind]) => void,
  ): void {
    if (kind === "message") this.#listener = listener as unknown as Listener;
  }

  postMessage(message: Parameters<WorkerLike["postMessage"]>[0]): void {
    this.#session.receive(structuredClone(message));
  }

  work(): void {
    while (this.#session.work(() => false));
  }

  say(message: FrameMessage): void {
    this.#listener?.({ data: message } as WorkerEvents["message"]);
  }

  terminate(): void {
    this.terminated = true;
  }
}

const workers: FakeWorker[] = [];
const copied: string[] = [];
let address = "";
let app: App;
let wallMs = 0;

beforeEach(() => {
  workers.length = 0;
  copied.length = 0;
  vi.stubGlobal("document", { documentElement: { dataset: {} } });
  vi.stubGlobal("localStorage", { getItem: () => null, setItem() {}, removeItem() {} });
  vi.stubGlobal("history", { replaceState: (_: unknown, __: string, url: string) => goTo(url) });
  vi.stubGlobal("navigator", {
    clipboard: { writeText: (text: string) => Promise.resolve(copied.push(text)) },
  });
});

afterEach(async () => {
  // Links are made behind the picture, and need the address until they are.
  await vi.dynamicImportSettled();
  await new Promise((resolve) => setTimeout(resolve));
  vi.unstubAllGlobals();
});

describe("opening", () => {
  test("shows a running cluster, with its leader selected and the seed in the address", async () => {
    await start("");
    const { world, selectedNode, selectedPartition, playback, scenario } = app.store.getState();
    expect(world?.summary.leader).not.toBeNull();
    expect(selectedNode).toBe(world?.summary.leader);
    expect(selectedPartition).toBe("orders-0");
    expect(playback).toMatchObject({ mode: "live", speed: 1 / 4 });
    expect(scenario).toMatchObject({ title: "Three brokers", seed: 1042 });
    expect(address).toBe("https://example.org/play/?seed=1042");
  });

  test("says what is wrong with a bad link and opens the scenario", async () => {
    await start("?seed=7#run=AAAA");
    expect(app.store.getState().problem?.title).toBe("This link cannot be opened.");
    expect(app.store.getState().boot).toBe("ready");
    expect(address).toBe("https://example.org/play/?seed=1042");
  });
});

test("a shared moment is the same moment when it is opened", async () => {
  await start("?seed=7");
  frame();
  app.dispatch({ kind: "kill", node: "n1" });
  for (let count = 0; count < 20; count++) frame();
  app.dispatch({ kind: "pause" });
  frame();
  frame();
  const shared = app.store.getState();
  expect(shared.scenario.traceHash).toBeDefined();
  app.dispatch({ kind: "share", what: "link" });
  await expect.poll(() => app.store.pending().toast?.text).toBe("Link copied.");
  await expect.poll(() => app.store.pending().scenario.link).not.toBe("");
  expect(copied).toEqual([app.store.pending().scenario.link]);

  await start(new URL(copied[0] ?? "").search + new URL(copied[0] ?? "").hash);
  const opened = app.store.getState();
  expect(opened.playback.mode).toBe("paused");
  expect(opened.world?.nowUs).toBe(shared.world?.nowUs);
  expect(opened.scenario.traceHash).toBe(shared.scenario.traceHash);
  app.dispatch({ kind: "seek", atUs: 2_000_000 });
  frame();
  expect(address).toBe(copied[0]);
  app.dispatch({ kind: "kill", node: "n2" });
  frame();
  expect(address).toBe("https://example.org/play/?scenario=three-brokers&seed=7");
});

test("acting in the past says so, and can be undone", async () => {
  await start("");
  frame();
  app.dispatch({ kind: "seek", atUs: 2_000_000 });
  frame();
  app.dispatch({ kind: "cut", node: "n1" });
  frame();
  expect(app.store.getState().toast).toMatchObject({
    text: "This is branch B now.",
    detail: "You acted at 2.000 s; the old future is kept as branch A.",
    undo: true,
  });
  expect(app.store.getState().branch).toMatchObject({ name: "B", others: [{ name: "A" }] });
  app.dispatch({ kind: "undo" });
  frame();
  expect(app.store.getState().branch).toMatchObject({ name: "A", others: [] });
  expect(app.store.getState().playback).toMatchObject({ mode: "paused", inPast: true });
});

test("acting at the end says what was done, and can be undone", async () => {
  await start("?paused=1");
  app.dispatch({ kind: "kill", node: "n1" });
  frame();
  await expect.poll(() => app.store.pending().toast?.text).toBe("You cut the power of n1.");
  expect(app.store.pending().toast?.undo).toBe(true);
  app.dispatch({ kind: "undo" });
  frame();
  expect(app.store.getState().world?.nodes["n1"]?.process).toBe("running");
  expect(app.store.getState().toast?.undo).toBe(false);
});

test("a toast that offers to undo one thing goes when another was done", async () => {
  await start("");
  frame();
  app.dispatch({ kind: "seek", atUs: 2_000_000 });
  frame();
  app.dispatch({ kind: "kill", node: "n1" });
  frame();
  expect(app.store.getState().toast).toMatchObject({ undo: true });
  app.dispatch({ kind: "switchBranch", name: "A" });
  frame();
  expect(app.store.getState()).toMatchObject({ toast: null, branch: { name: "A" } });
});

test("a node that was selected is selected before the next frame", async () => {
  await start("");
  app.dispatch({ kind: "selectNode", node: "n1" });
  expect(app.store.getState().selectedNode).toBe("n1");
  app.dispatch({ kind: "selectNode", node: "n3" });
  expect(app.store.getState().selectedNode).toBe("n3");
});

test("in another run nothing of the last one is selected, and its title is shown", async () => {
  await start("");
  app.dispatch({ kind: "selectNode", node: "n3" });
  app.dispatch({ kind: "cutDraft", nodes: ["n3"] });
  app.dispatch({ kind: "openRun", seed: 3, options: { nodeCount: 1 } });
  await expect.poll(() => address).toContain("#run=");
  frame();
  const { selectedNode, cutDraft, scenario, world } = app.store.getState();
  expect(world?.nodeNames).toEqual(["n1"]);
  expect([selectedNode, cutDraft]).toEqual(["n1", null]);
  expect(scenario).toMatchObject({ name: "", title: "1 broker, set up by hand", seed: 3 });
  expect(scenario.options).toEqual({ nodeCount: 1 });
  expect(document.title).toContain("1 broker, set up by hand");

  app.dispatch({ kind: "openSeed", text: "4" });
  await expect.poll(() => address).toContain("seed=4");
  frame();
  expect(app.store.getState().world?.nodeNames).toEqual(["n1"]);

  app.dispatch({ kind: "openScenario", name: "atlantis" });
  await expect.poll(() => app.store.pending().problem?.title).toContain("atlantis");
  expect(app.store.pending().world?.nodeNames).toEqual(["n1"]);
  app.dispatch({ kind: "openFile", name: "run.jsonl", text: "{}" });
  await expect.poll(() => app.store.pending().problem?.title).toContain("run.jsonl");
});

test("an address says how the page is shown, and stays as it is", async () => {
  const query = "?embed=1&panels=log&theme=dark&speed=2&paused=1&seed=5";
  await start(query);
  const { embed, theme, playback } = app.store.getState();
  expect([embed, theme, playback.speed, playback.mode]).toEqual([["log"], "dark", 2, "paused"]);
  expect(address).toBe(`https://example.org/play/${query}`);
});

test("what the world refuses is said in a sentence", async () => {
  await start("");
  app.dispatch({ kind: "restart", node: "n1" });
  frame();
  expect(app.store.getState().toast).toMatchObject({ text: "n1 is running already.", undo: false });
});

test("a broken invariant names seed and link, and another seed starts anew", async () => {
  await start("?seed=7");
  const run = { seed: 7, options: DEFAULT_RUN_OPTIONS, actions: [] };
  workers[0]?.say({ kind: "failure", message: "commit went back", run, atUs: 3_500_000 });
  frame();
  const { boot, playback } = app.store.getState();
  expect(boot).toBe("failed");
  expect(playback.mode).toBe("paused");
  await expect.poll(() => app.store.pending().problem).not.toBeNull();
  const { problem } = app.store.pending();
  expect(problem?.detail).toContain("commit went back. It was seed 7 at 3.500 s.");
  expect(problem?.detail).toContain("https://example.org/play/?seed=7#run=");

  app.dispatch({ kind: "openSeed", text: "8" });
  frame();
  expect(workers.map(({ terminated }) => terminated)).toEqual([true, false]);
  expect(app.store.getState()).toMatchObject({ boot: "ready", problem: null });
  expect(app.store.getState().scenario.seed).toBe(8);
});

async function start(path: string): Promise<void> {
  goTo(`https://example.org/play/${path}`);
  const create = (): FakeWorker => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  };
  app = new App(create, true);
  await app.start();
  frame();
}

/** The workers catch up, then the page draws. */
function frame(): void {
  for (const worker of workers) worker.work();
  wallMs += 16;
  app.tick(wallMs);
}

function goTo(url: string): void {
  const { href, search, hash, origin, pathname } = new URL(url, address || undefined);
  address = href;
  vi.stubGlobal("location", { search, hash, origin, pathname });
}
