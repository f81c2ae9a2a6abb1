import { beforeEach, describe, expect, test } from "vitest";
import { createActor } from "xstate";
import type { Intent, PageState } from "../ui/page.ts";
import { createDispatch } from "./intents.ts";
import { playbackMachine } from "./machines/playback.ts";
import type { Command } from "./session/protocol.ts";
import { createPageStore } from "./store.ts";

function setUp() {
  const jumps: Command[] = [];
  const acts: Command[] = [];
  const seeds: number[] = [];
  const toasts: string[] = [];
  const playback = createActor(playbackMachine).start();
  const store = createPageStore({
    world: { nodes: { n1: { id: 1 }, n2: { id: 2 } } },
    selectedNode: "n1",
    brush: null,
    problem: null,
  } as unknown as PageState);
  const dispatch = createDispatch({
    store,
    playback,
    player: {
      jump: (command) => void jumps.push(command),
      stay: (command) => void acts.push(command),
      frameArrived: () => {},
      progressed: () => {},
      tick: () => {},
      nowUs: () => 0,
    },
    openSeed: (seed) => void seeds.push(seed),
    copyLink: () => {},
    applyTheme: () => {},
    showToast: ({ text }) => void toasts.push(text),
  });
  return { jumps, acts, seeds, toasts, playback, store, dispatch };
}

let page = setUp();

beforeEach(() => {
  page = setUp();
});

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
      { kind: "nextEvent" },
      { kind: "previousEvent" },
      { kind: "seek", toUs: 2 },
      { kind: "seek", toUs: 0 },
      { kind: "seek", toUs: 0 },
    ]);
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
