import type { FlightView } from "@chronik/core/view";
import { describe, expect, test } from "vitest";
import type { Command } from "./command/command.ts";
import { pageWith } from "./command/testing.ts";
import { keyCommand } from "./keyboard.ts";
import type { PageState } from "./page.ts";

describe("keys", () => {
  test("act on the selected node", () => {
    expect(press("k")?.does).toEqual(intent({ kind: "kill", node: "n2" }));
    expect(press("K")?.does).toEqual(intent({ kind: "kill", node: "n2" }));
    expect(press("K", pageWith(), { shiftKey: true })?.id).toBe("kill:n2");
    expect(press("t")?.does).toEqual(intent({ kind: "timeOut", node: "n2" }));
  });

  test("restart what is down, and nothing else", () => {
    expect(press("r")).toBeNull();
    const down = pageWith({ nodes: [{ name: "n2", process: "crashed" }] });
    expect(press("r", down)?.does).toEqual(intent({ kind: "restart", node: "n2" }));
    expect(press("k", down)).toBeNull();
    expect(press("t", down)).toBeNull();
  });

  test("P heals what is cut off, and otherwise starts a cut", () => {
    const cut = pageWith({ world: { cuts: [{ nodes: ["n2"], sinceUs: 0 }] } });
    expect(press("p", cut)?.does).toEqual(intent({ kind: "heal", node: "n2" }));
    expect(press("p")?.does).toEqual(intent({ kind: "cutDraft", nodes: ["n2"] }));
  });

  test("while a cut is drawn, digits choose its nodes, Enter cuts, Escape and P leave", () => {
    const drawn = pageWith({ page: { cutDraft: ["n2"] } });
    expect(press("1", drawn)?.does).toEqual(intent({ kind: "cutDraft", nodes: ["n1", "n2"] }));
    expect(press("2", drawn)?.does).toEqual(intent({ kind: "cutDraft", nodes: [] }));
    expect(press("Enter", drawn)?.does).toEqual([
      ...intent({ kind: "act", action: { kind: "cut", nodes: [2] } }),
      ...intent({ kind: "cutDraft", nodes: null }),
    ]);
    for (const key of ["Escape", "p"]) {
      expect(press(key, drawn)?.does).toEqual(intent({ kind: "cutDraft", nodes: null }));
    }
    expect(press("k", drawn)?.id).toBe("kill:n2");
  });

  test("Enter cuts nothing while one side is empty", () => {
    expect(press("Enter", pageWith({ page: { cutDraft: [] } }))).toBeNull();
    expect(press("Enter", pageWith({ page: { cutDraft: ["n1", "n2", "n3"] } }))).toBeNull();
    expect(press("Enter")).toBeNull();
  });

  test("select the nodes that exist", () => {
    expect(press("3")?.does).toEqual(intent({ kind: "selectNode", node: "n3" }));
    expect(press("4")).toBeNull();
  });

  test("move in time", () => {
    const paused = pageWith({ playback: { mode: "paused", inPast: true, endUs: 5_000_000 } });
    expect(press(" ")?.does).toEqual(intent({ kind: "pause" }));
    expect(press(" ", paused)?.does).toEqual(intent({ kind: "play" }));
    expect(press(".")?.does).toEqual(intent({ kind: "nextEvent" }));
    expect(press(",")?.does).toEqual(intent({ kind: "previousEvent" }));
    expect(press("l")?.does).toEqual(intent({ kind: "goLive" }));
    expect(press("[")?.does).toEqual(intent({ kind: "setSpeed", speed: 0.1 }));
    expect(press("]")?.does).toEqual(intent({ kind: "setSpeed", speed: 0.5 }));
    expect(press("ArrowLeft")?.does).toEqual(intent({ kind: "seek", atUs: 1_990_000 }));
    expect(press("ArrowRight")).toBeNull();
    expect(press("ArrowRight", paused)?.does).toEqual(intent({ kind: "seek", atUs: 2_010_000 }));
    expect(press("Home")?.does).toEqual(intent({ kind: "seek", atUs: 0 }));
    expect(press("End", paused)?.does).toEqual(intent({ kind: "seek", atUs: 5_000_000 }));
    expect(press("b")?.does).toContainEqual(intent({ kind: "nextEvent", by: "ready" })[0]);
    expect(press("B", pageWith(), { shiftKey: true })?.does).toContainEqual(
      intent({ kind: "previousEvent", by: "ready" })[0],
    );
  });

  test("undo, and fork in the past only", () => {
    expect(press("z")?.does).toEqual(intent({ kind: "undo" }));
    expect(press("f")).toBeNull();
    expect(press("f", pageWith({ playback: { inPast: true } }))?.does).toEqual(
      intent({ kind: "fork" }),
    );
  });

  test("act on the message that is pointed at, before anything else", () => {
    const pointed = pageWith({ page: { brush: "message:8" }, world: { flights: [flight({})] } });
    expect(press("d", pointed)?.does).toEqual(act({ kind: "dropMessage", message: 8 }));
    expect(press("h", pointed)?.does).toEqual(act({ kind: "holdMessage", message: 8 }));
    expect(press("u", pointed)?.does).toEqual(act({ kind: "duplicateMessage", message: 8 }));
    const held = pageWith({
      page: { brush: "message:8" },
      world: { flights: [flight({ heldAtUs: 1 })] },
    });
    expect(press("h", held)?.does).toEqual(act({ kind: "releaseMessage", message: 8 }));
    expect(press("h")).toBeNull();
    expect(press("d")?.does).toEqual([{ kind: "layout", what: "toggleDisk" }]);
  });

  test("leave what belongs to the browser", () => {
    expect(press("k", pageWith(), { altKey: true })).toBeNull();
    expect(press("l", pageWith(), { metaKey: true })).toBeNull();
    expect(press("x")).toBeNull();
  });

  test("Ctrl+K and Cmd+K open the palette", () => {
    const opens = [{ kind: "palette", text: "" }];
    expect(press("k", pageWith(), { ctrlKey: true })?.does).toEqual(opens);
    expect(press("k", pageWith(), { metaKey: true })?.does).toEqual(opens);
  });

  test("open and close what the page keeps to itself, even before the first frame", () => {
    const starting = pageWith({ page: { world: null } });
    expect(shown(press("?", starting))).toEqual(["toggleHelp"]);
    expect(shown(press("Escape", starting))).toEqual(["close"]);
    for (const key of ["n", "d", "k", " "]) expect(press(key, starting)).toBeNull();
    expect(shown(press("n"))).toEqual(["focusProduce"]);
    expect(shown(press("a"))).toEqual(["showAdmin"]);
    expect(shown(press("C"))).toEqual(["showClients"]);
    expect(shown(press("s"))).toEqual(["share"]);
    expect(shown(press("/"))).toEqual(["findEvent"]);
  });

  test("of one letter can be switched off (WCAG 2.1.4)", () => {
    const off = (key: string, held: Held = {}): Command | null =>
      keyCommand({ ...NONE_HELD, ...held, key }, pageWith(), false);
    for (const key of ["k", "B", "1", ".", "?", "["]) expect(off(key)).toBeNull();
    expect(off("B", { shiftKey: true })).toBeNull();
    for (const key of [" ", "ArrowLeft", "Home", "Escape"]) expect(off(key)).not.toBeNull();
    expect(off("k", { ctrlKey: true })).not.toBeNull();
  });
});

const NONE_HELD = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
type Held = Partial<typeof NONE_HELD>;

function press(key: string, state: PageState = pageWith(), held: Held = {}): Command | null {
  return keyCommand({ ...NONE_HELD, ...held, key }, state, true);
}

type Intents = Extract<Command["does"][number], { kind: "intent" }>["intent"];

const intent = (of: Intents): Command["does"] => [{ kind: "intent", intent: of }];

const act = (action: Extract<Intents, { kind: "act" }>["action"]): Command["does"] =>
  intent({ kind: "act", action });

const shown = (command: Command | null): readonly string[] =>
  command?.does.flatMap((deed) => (deed.kind === "layout" ? [deed.what] : [])) ?? [];

function flight(given: { readonly heldAtUs?: number }): FlightView {
  return {
    id: 8,
    kind: "append",
    answer: false,
    refused: false,
    from: "n1",
    to: "n2",
    sentAtUs: 1_990_000,
    arrivesAtUs: 2_010_000,
    lostAtUs: null,
    movesFromUs: 1_990_000,
    movesFromFraction: 0,
    heldAtUs: null,
    isWaiting: false,
    isDuplicate: false,
    term: 1,
    title: "append of entry 3",
    caption: "",
    ...given,
  };
}
