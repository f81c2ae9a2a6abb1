import { beforeEach, describe, expect, test, vi } from "vitest";
import { createActor } from "xstate";
import type { Intent, PageState } from "../ui/page.ts";
import { createDispatch } from "./intents.ts";
import { playbackMachine } from "./machines/playback.ts";
import type { Command } from "./session/protocol.ts";
import { readAutoSlow } from "./settings.ts";
import { createPageStore } from "./store.ts";

function setUp() {
  const jumps: Command[] = [];
  const acts: Command[] = [];
  const calls: string[] = [];
  const seeds: number[] = [];
  const toasts: string[] = [];
  const playback = createActor(playbackMachine).start();
  const store = createPageStore({
    world: {
      nodes: { n1: { id: 1 }, n2: { id: 2 } },
      clients: [{ id: 2 }, { id: 4 }],
    },
    selectedNode: "n1",
    playback: { stepBy: "event", seeking: null, autoSlow: true },
    brush: null,
    problem: null,
  } as unknown as PageState);
  const dispatch = createDispatch({
    store,
    playback,
    player: {
      jump: (command) => void jumps.push(command),
      stay: (command) => void acts.push(command),
      scrub: (toUs) => void calls.push(`scrub ${toUs}`),
      endScrub: () => void calls.push("endScrub"),
      compare: (name) => void calls.push(`compare ${name}`),
      cancel: () => void calls.push("cancel"),
    },
    openSeed: (seed) => void seeds.push(seed),
    open: (asked) => void calls.push(asked.kind),
    share: () => {},
    parseCommand: async (line) =>
      line === "health" ? { command: { kind: "health" } } : { refusal: `"${line}" is no command.` },
    applyTheme: () => {},
    showToast: ({ text }) => void toasts.push(text),
  });
  return { jumps, acts, calls, seeds, toasts, playback, store, dispatch };
}

let page = setUp();

beforeEach(() => {
  page = setUp();
});

const RECORD = { topic: "orders", partition: 1, key: "k", value: "v", acks: "all" } as const;
const TOPIC = {
  kind: "createTopic",
  topic: "payments",
  partitionCount: 6,
  replicationFactor: 3,
  minInsyncReplicas: 2,
  replicationMode: "raft",
  uncleanLeaderElection: false,
} as const;

describe("an action", () => {
  const cases: [Intent, object][] = [
    [
      { kind: "kill", node: "n2" },
      { kind: "kill", node: 2 },
    ],
    [
      { kind: "cut", node: "n1" },
      { kind: "cut", nodes: [1] },
    ],
    [
      { kind: "heal", node: "n1" },
      { kind: "heal", nodes: [1] },
    ],
    [
      {
        kind: "produce",
        node: "n2",
        topic: "orders",
        partition: 1,
        key: "k",
        value: "v",
        acks: "all",
      },
      { kind: "produce", node: 2, topic: "orders", partition: 1, key: "k", value: "v", acks: -1 },
    ],
    [
      { kind: "consume", topic: "orders", partition: 1 },
      { kind: "consume", topic: "orders", partition: 1, node: null },
    ],
    [
      { ...RECORD, kind: "produce", node: null },
      { ...RECORD, kind: "produce", node: null, acks: -1 },
    ],
    [
      { ...RECORD, kind: "produce", node: null, partition: null },
      { ...RECORD, kind: "produce", node: null, partition: null, acks: -1 },
    ],
    [TOPIC, TOPIC],
    [
      { kind: "deleteTopic", topic: "orders" },
      { kind: "deleteTopic", topic: "orders" },
    ],
    [{ kind: "addNode" }, { kind: "addNode" }],
    [
      { kind: "removeNode", node: "n2" },
      { kind: "removeNode", node: 2 },
    ],
    [
      { kind: "admin", command: { kind: "rebalance" } },
      { kind: "admin", command: { kind: "rebalance" } },
    ],
    [
      { kind: "startProducer", topic: "orders", recordsPerSecond: 5, acks: "1", idempotent: false },
      {
        kind: "startProducer",
        topic: "orders",
        recordsPerSecond: 5,
        acks: 1,
        idempotent: false,
        client: 3,
        keyCount: 10,
        valueBytes: 16,
      },
    ],
    [
      { kind: "startConsumer", topic: "orders", group: null },
      { kind: "startConsumer", topic: "orders", group: null, client: 3 },
    ],
    [
      { kind: "stopClient", client: 2, crash: true },
      { kind: "stopClient", client: 2, crash: true },
    ],
    [{ kind: "powerCut" }, { kind: "powerCut" }],
    [{ kind: "powerOn" }, { kind: "powerOn" }],
    [
      { kind: "diskFault", node: "n2", fault: "lyingSync", on: true },
      { kind: "diskFault", node: 2, fault: "lyingSync", on: true },
    ],
    [
      { kind: "tear", node: "n1" },
      { kind: "tear", node: 1 },
    ],
    [
      { kind: "repair", node: "n2" },
      { kind: "repair", node: 2 },
    ],
    [
      { kind: "flipBit", node: "n2", file: "wal-1.log", byte: 99, bit: 7 },
      { kind: "flipBit", node: 2, file: "wal-1.log", byte: 99, bit: 7 },
    ],
  ];
  test.each(cases)("%j becomes the command %j", (intent, action) => {
    page.dispatch(intent);
    expect(page.acts).toEqual([{ kind: "act", action }]);
  });

  test("that a line on the console asks for is done, or the line is refused with a sentence", async () => {
    page.dispatch({ kind: "command", line: "helth" });
    await expect.poll(() => page.store.pending().commandRefusal).toBe('"helth" is no command.');
    page.dispatch({ kind: "command", line: "health" });
    await expect.poll(() => page.acts.length).toBe(1);
    expect(page.acts[0]).toEqual({
      kind: "act",
      action: { kind: "admin", command: { kind: "health" } },
    });
    expect(page.store.pending().commandRefusal).toBeNull();
  });

  test("of an administrator on a node is one of its machine too", () => {
    page.dispatch({ kind: "admin", command: { kind: "removeNode", node: 2 as never } });
    expect(page.acts).toEqual([{ kind: "act", action: { kind: "removeNode", node: 2 } }]);
  });

  test("that starts one client more than there is room for is answered with a sentence", () => {
    const clients = Array.from({ length: 19 }, (_, i) => ({ id: i + 2 }));
    page.store.change({ world: { clients } as unknown as PageState["world"] });
    page.dispatch({ kind: "startConsumer", topic: "orders", group: "g" });
    expect(page.acts).toEqual([]);
    expect(page.toasts).toHaveLength(1);
  });

  test("on a node that is not there is answered with a sentence", () => {
    page.dispatch({ kind: "kill", node: "n9" });
    expect(page.acts).toEqual([]);
    expect(page.toasts).toEqual(["There is no node n9."]);
  });
});

describe("time", () => {
  test("a step or a jump stops it", () => {
    const intents: Intent[] = [
      { kind: "nextEvent" },
      { kind: "previousEvent" },
      { kind: "seek", atUs: 1.6 },
      { kind: "seek", atUs: -5 },
      { kind: "seek", atUs: Number.NaN },
    ];
    for (const intent of intents) {
      page.dispatch({ kind: "play" });
      page.dispatch(intent);
      expect(page.playback.getSnapshot().value).toBe("paused");
    }
    expect(page.jumps).toEqual([
      { kind: "step", direction: 1, by: "event", node: 1 },
      { kind: "step", direction: -1, by: "event", node: 1 },
      { kind: "seek", toUs: 2 },
      { kind: "seek", toUs: 0 },
      { kind: "seek", toUs: 0 },
    ]);
  });

  test("a step is of the unit that is chosen, or of the one that is asked for", () => {
    page.dispatch({ kind: "selectNode", node: "n2" });
    page.dispatch({ kind: "setStepBy", unit: "ready" });
    page.dispatch({ kind: "nextEvent" });
    page.dispatch({ kind: "previousEvent", by: "tick" });
    expect(page.jumps).toEqual([
      { kind: "step", direction: 1, by: "ready", node: 2 },
      { kind: "step", direction: -1, by: "tick", node: 2 },
    ]);
  });

  test("a drag is answered with what is at hand, and ends exactly", () => {
    page.dispatch({ kind: "scrubStart" });
    page.dispatch({ kind: "seek", atUs: 7.4 });
    page.dispatch({ kind: "scrubEnd" });
    expect(page.calls).toEqual(["scrub 7", "endScrub"]);
    expect(page.jumps).toEqual([]);
  });

  test("only what is under way can be given up, and then time stands", () => {
    page.dispatch({ kind: "play" });
    page.dispatch({ kind: "cancelSeek" });
    expect(page.calls).toEqual([]);
    const { playback } = page.store.pending();
    page.store.change({ playback: { ...playback, seeking: { atUs: 1, toUs: 2 } } });
    page.dispatch({ kind: "cancelSeek" });
    expect(page.calls).toEqual(["cancel"]);
    expect(page.playback.getSnapshot().value).toBe("paused");
  });

  test("slows down by itself unless a person has switched that off", () => {
    const kept = new Map<string, string>();
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    });
    expect(readAutoSlow()).toBe(true);
    page.dispatch({ kind: "setAutoSlow", on: false });
    expect(page.store.pending().playback.autoSlow).toBe(false);
    expect(readAutoSlow()).toBe(false);
    page.dispatch({ kind: "setAutoSlow", on: true });
    expect(readAutoSlow()).toBe(true);
    vi.unstubAllGlobals();
  });

  test("of another branch is the player's matter", () => {
    page.dispatch({ kind: "compare", branch: "B" });
    page.dispatch({ kind: "compare", branch: null });
    expect(page.calls).toEqual(["compare B", "compare null"]);
  });

  test("Live goes to the end and runs", () => {
    page.dispatch({ kind: "goLive" });
    expect(page.jumps).toEqual([{ kind: "seekEnd" }]);
    expect(page.playback.getSnapshot().value).toBe("live");
  });
});

describe("the page", () => {
  test("opens a seed, or says what a seed is", () => {
    page.dispatch({ kind: "openSeed", text: "77" });
    page.dispatch({ kind: "openSeed", text: "seven" });
    expect(page.seeds).toEqual([77]);
    expect(page.store.pending().problem?.title).toContain('"seven"');
    page.dispatch({ kind: "dismissProblem" });
    expect(page.store.pending().problem).toBeNull();
  });

  test("has what is looked at shown by the session", () => {
    page.dispatch({ kind: "inspect", what: { kind: "request", id: 3 } });
    expect(page.store.pending().inspected).toEqual({ kind: "request", id: 3 });
    page.dispatch({ kind: "lookAt", what: { disk: "n2" } });
    expect(page.acts).toEqual([
      { kind: "inspect", what: { kind: "request", id: 3 } },
      { kind: "lookAt", what: { disk: "n2" } },
    ]);
  });

  test("selects only nodes that exist", () => {
    page.dispatch({ kind: "selectNode", node: "n2" });
    page.dispatch({ kind: "selectNode", node: "n9" });
    expect(page.store.pending().selectedNode).toBe("n2");
  });

  test("brushing the same thing again changes nothing", () => {
    page.dispatch({ kind: "brush", id: "node:n1" });
    const state = page.store.pending();
    page.dispatch({ kind: "brush", id: "node:n1" });
    expect(page.store.pending()).toBe(state);
  });
});
