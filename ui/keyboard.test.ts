import { describe, expect, test } from "vitest";
import { keyAction } from "./keyboard.ts";
import type { KeyAction } from "./keyboard.ts";
import type { PageState } from "./page.ts";

describe("keys", () => {
  test("act on the selected node", () => {
    expect(press("k")).toEqual(intent({ kind: "kill", node: "n2" }));
    expect(press("K")).toEqual(intent({ kind: "kill", node: "n2" }));
    expect(press("t")).toEqual(intent({ kind: "timeOut", node: "n2" }));
    expect(press("p")).toEqual(intent({ kind: "cut", node: "n2" }));
  });

  test("heal what is cut and restart what is down, nothing else", () => {
    expect(press("p", { cut: true })).toEqual(intent({ kind: "heal", node: "n2" }));
    expect(press("r")).toBeNull();
    expect(press("r", { down: true })).toEqual(intent({ kind: "restart", node: "n2" }));
    expect(press("k", { down: true })).toBeNull();
    expect(press("t", { down: true })).toBeNull();
  });

  test("select the nodes that exist", () => {
    expect(press("3")).toEqual(intent({ kind: "selectNode", node: "n3" }));
    expect(press("4")).toBeNull();
  });

  test("move in time", () => {
    expect(press(" ")).toEqual(intent({ kind: "pause" }));
    expect(press(" ", { mode: "paused" })).toEqual(intent({ kind: "play" }));
    expect(press(".")).toEqual(intent({ kind: "nextEvent" }));
    expect(press(",")).toEqual(intent({ kind: "previousEvent" }));
    expect(press("l")).toEqual(intent({ kind: "goLive" }));
    expect(press("[")).toEqual(intent({ kind: "setSpeed", speed: 0.1 }));
    expect(press("]")).toEqual(intent({ kind: "setSpeed", speed: 0.5 }));
  });

  test("leave what belongs to the browser", () => {
    expect(keyAction({ ...plain, key: "k", ctrlKey: true }, state({}))).toBeNull();
    expect(keyAction({ ...plain, key: "l", metaKey: true }, state({}))).toBeNull();
    expect(press("x")).toBeNull();
  });

  test("open and close what the page keeps to itself, even before the first frame", () => {
    const starting: PageState = { ...state({}), world: null };
    expect(keyAction({ ...plain, key: "?" }, starting)).toEqual({ kind: "toggleHelp" });
    expect(keyAction({ ...plain, key: "Escape" }, starting)).toEqual({ kind: "close" });
    expect(keyAction({ ...plain, key: "n" }, starting)).toBeNull();
    expect(keyAction({ ...plain, key: "d" }, starting)).toBeNull();
    expect(press("n")).toEqual({ kind: "focusProduce" });
    expect(press("D")).toEqual({ kind: "toggleDisk" });
    expect(press("a")).toEqual({ kind: "showAdmin" });
    expect(press("C")).toEqual({ kind: "showClients" });
  });
});

interface Given {
  readonly down?: boolean;
  readonly cut?: boolean;
  readonly mode?: PageState["playback"]["mode"];
}

const plain = { ctrlKey: false, metaKey: false, altKey: false };

function press(key: string, given: Given = {}): KeyAction | null {
  return keyAction({ ...plain, key }, state(given));
}

function intent(of: Extract<KeyAction, { kind: "intent" }>["intent"]): KeyAction {
  return { kind: "intent", intent: of };
}

/** Only what keys look at. */
function state({ down = false, cut = false, mode = "live" }: Given): PageState {
  return {
    selectedNode: "n2",
    playback: { mode, speed: 0.25, endUs: 0, inPast: false },
    world: {
      nodeNames: ["n1", "n2", "n3"],
      nodes: { n2: { process: down ? "crashed" : "running" } },
      cuts: cut ? [{ nodes: ["n2"], sinceUs: 0 }] : [],
    },
  } as unknown as PageState;
}
