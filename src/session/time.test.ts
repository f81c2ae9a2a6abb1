import { describe, expect, test } from "vitest";
import type { Action, Run } from "@chronik/core/sim";
import { threeBrokers } from "@chronik/core/sim";
import { replay } from "@chronik/core/sim/clients";
import type { WorldView } from "@chronik/core/view";
import type { Command, StepUnit } from "./protocol.ts";
import type { SessionPage } from "./sessionPage.ts";
import { openPage, openScenario } from "./sessionPage.ts";

const END_US = 20_000_000;
const RECORD = { topic: "orders", partition: 0, key: "k", value: "v", acks: -1 } as const;
const ACTIONS: readonly Action[] = [
  ...[6, 8, 11, 13].map(
    (s) => ({ atUs: s * 1e6, kind: "produce", node: null, ...RECORD }) as const,
  ),
  { atUs: 14_000_000, kind: "kill", node: 1 },
  { atUs: 17_000_000, kind: "restart", node: 1 },
];
const LONG: Run = { ...threeBrokers(7), actions: [...threeBrokers(7).actions, ...ACTIONS] };

const scrub = (toUs: number): Command => ({ kind: "scrub", toUs });

describe("a drag across a long run", () => {
  test("shows pictures at once that are what the world was at their moments", () => {
    const page = openPage(LONG, END_US);
    for (const toUs of [18_700_000, 17_222_222, 13_999_999, 12_500_000]) {
      page.send(scrub(toUs));
      expect(page.slice()).toBe(false);
      expect(page.frame).toMatchObject({ exact: false, endUs: END_US, inPast: true });
      const { nowUs, traceHash } = page.frame;
      expect(Math.abs(toUs - nowUs)).toBeLessThanOrEqual(260_000);
      const picture = page.world;
      page.ask({ kind: "seek", toUs: nowUs });
      expect(page.frame).toMatchObject({ exact: true, nowUs, traceHash });
      expect(withoutLanes(picture)).toEqual(withoutLanes(page.world));
      expect(page.world.flights).toEqual(expect.arrayContaining([...picture.flights]));
    }
  });

  test("shows the moment itself where that takes next to nothing", () => {
    const page = openPage(LONG, END_US);
    page.ask(scrub(1_234_567));
    expect(page.frame).toMatchObject({ exact: true, nowUs: 1_234_567 });
    page.ask(scrub(END_US));
    expect(page.frame).toMatchObject({ exact: true, nowUs: END_US, inPast: false });
  });

  test("whoever acts then does so at the moment that is shown", () => {
    const page = openPage(LONG, END_US);
    page.ask(scrub(14_500_000));
    const { nowUs } = page.frame;
    page.ask({ kind: "act", action: { kind: "kill", node: 2 } });
    expect(page.frame).toMatchObject({ nowUs, inPast: false, exact: true });
    expect(page.branch.run.actions.at(-1)).toEqual({ kind: "kill", node: 2, atUs: nowUs });
    page.ask({ kind: "advance", toUs: nowUs + 500_000 });
    const again = openPage(page.branch.run, nowUs + 500_000);
    expect(again.frame.traceHash).toBe(page.frame.traceHash);
    page.ask({ kind: "switchBranch", name: "A" });
    page.ask(scrub(14_000_000));
    expect(page.frame.exact).toBe(false);
  });

  test("time runs on from the moment that is shown", () => {
    const page = openPage(LONG, END_US);
    page.ask(scrub(15_000_000));
    const toUs = page.frame.nowUs + 10_000;
    page.ask({ kind: "advance", toUs });
    const world = replay(LONG, toUs, { onEvent: () => {} });
    expect(page.frame).toMatchObject({ nowUs: toUs, traceHash: world.traceHash() });
  });
});

describe("giving up", () => {
  const long: readonly Command[] = [
    { kind: "seek", toUs: 11_500_000 },
    { kind: "step", direction: -1, by: "event", node: 1 },
    { kind: "undo" },
    { kind: "switchBranch", name: "A" },
    { kind: "compare", name: "A" },
  ];

  test.each(long)("$kind leaves everything as it was", (command) => {
    const page = openPage(LONG, END_US);
    page.ask({ kind: "seek", toUs: 12_000_000 });
    page.ask({ kind: "act", action: { kind: "kill", node: 3 } });
    page.ask({ kind: "advance", toUs: 12_100_000 });
    const { traceHash, nowUs, endUs } = page.frame;
    const [world, branch] = [page.world, page.branch];
    page.send(command);
    page.slice();
    page.slice();
    page.send({ kind: "act", action: { kind: "kill", node: 2 } });
    page.ask({ kind: "cancel" });
    const notice = { kind: "cancelled", atUs: nowUs, opening: false };
    expect(page.frame).toMatchObject({ traceHash, nowUs, endUs, inPast: false, notice });
    expect(page.world).toEqual(world);
    expect(page.branch).toEqual(branch);
    page.ask({ kind: "act", action: { kind: "restart", node: 3 } });
    expect(page.frame).toMatchObject({ nowUs, endUs, notice: null });
    const run = page.branch.run;
    expect(page.frame.traceHash).toBe(replay(run, nowUs, { onEvent: () => {} }).traceHash());
  });

  test("an opened run stays open as far as it came, with the rest still ahead", () => {
    const page = openScenario();
    page.send({ kind: "open", run: LONG, viewAtUs: END_US });
    for (let slice = 0; slice < 350; slice++) page.slice();
    page.ask({ kind: "cancel" });
    const { nowUs } = page.frame;
    expect(page.frame).toMatchObject({ endUs: nowUs, inPast: false, halted: false });
    expect(page.frame.notice).toEqual({ kind: "cancelled", atUs: nowUs, opening: true });
    expect(nowUs).toBeGreaterThan(6_000_000);
    page.ask({ kind: "undo" });
    expect(page.frame.notice).toMatchObject({ kind: "refused" });
    page.ask({ kind: "advance", toUs: 15_000_000 });
    expect(page.world.nodes["n1"]?.process).toBe("crashed");
  });

  test("what is not there to be given up is no news", () => {
    const page = openScenario();
    page.ask({ kind: "cancel" });
    expect(page.frame).toMatchObject({ notice: null, patch: null });
  });
});

describe("a step", () => {
  const step = (direction: 1 | -1, by: StepUnit, node = 1): Command => ({
    kind: "step",
    direction,
    by,
    node,
  });
  const walk = (page: SessionPage, count: number, by: StepUnit): number[] =>
    Array.from({ length: count }, () => {
      page.ask(step(1, by));
      return page.frame.nowUs;
    });

  test.each(["ready", "tick"] as const)(
    "of kind %s goes forward and back over the same moments",
    (by) => {
      const page = openScenario();
      const moments = walk(page, 5, by);
      expect(new Set(moments).size).toBe(5);
      for (const moment of moments.reverse().slice(1)) {
        page.ask(step(-1, by));
        expect(page.frame.nowUs).toBe(moment);
      }
      expect(walk(page, 4, by)).toEqual(moments.reverse().slice(1));
    },
  );

  test("of the clock is one of its periods long", () => {
    const [first, second, third] = walk(openScenario(), 3, "tick");
    expect((second ?? 0) - (first ?? 0)).toBe(100_000);
    expect((third ?? 0) - (second ?? 0)).toBe(100_000);
  });

  test("of the Ready loop moves that node's loop", () => {
    const page = openScenario();
    const loop = (): unknown => page.world.readies["n1"];
    const before = loop();
    page.ask(step(1, "ready"));
    expect(loop()).not.toEqual(before);
  });

  test("of a node that is down is refused", () => {
    const page = openScenario();
    page.ask({ kind: "act", action: { kind: "kill", node: 1 } });
    const { nowUs } = page.frame;
    page.ask(step(1, "tick"));
    expect(page.frame).toMatchObject({ nowUs, notice: { message: "n1 does not run." } });
  });

  test("that finds nothing says so", () => {
    const page = openScenario();
    for (const stage of ["send", "persist"] as const) {
      page.ask({ kind: "act", action: { kind: "holdStage", node: 1, stage, on: true } });
    }
    for (let count = 0; count < 6; count++) page.ask(step(1, "ready"));
    const { notice } = page.frame;
    expect(notice).toMatchObject({ kind: "refused" });
    expect(notice?.kind === "refused" && notice.message).toContain("is a stage held?");
  });
});

describe("a branch on which nothing was done yet", () => {
  test("begins at the moment that is shown, and is gone when that is undone", () => {
    const page = openScenario();
    const { endUs } = page.frame;
    const atUs = endUs - 300_000;
    page.ask({ kind: "seek", toUs: atUs });
    const { traceHash } = page.frame;
    page.ask({ kind: "fork" });
    expect(page.frame.notice).toEqual({ kind: "forked", atUs, name: "B", from: "A" });
    expect(page.frame).toMatchObject({ nowUs: atUs, endUs: atUs, inPast: false, traceHash });
    page.ask({ kind: "advance", toUs: atUs + 100_000 });
    page.ask({ kind: "undo" });
    expect(page.branch).toMatchObject({ name: "A", others: [] });
    expect(page.frame).toMatchObject({ nowUs: atUs + 100_000, endUs, inPast: true });
  });

  test("is not begun at the end, where nothing would be left behind", () => {
    const page = openScenario();
    page.ask({ kind: "fork" });
    expect(page.frame.notice).toMatchObject({ kind: "refused" });
    expect(page.branch).toMatchObject({ name: "A", others: [] });
  });
});

describe("another branch", () => {
  test("is shown at the same moment, or at its end", () => {
    const page = openScenario();
    const { endUs } = page.frame;
    const atUs = endUs - 300_000;
    page.ask({ kind: "seek", toUs: atUs });
    page.ask({ kind: "act", action: { kind: "kill", node: 3 } });
    page.ask({ kind: "compare", name: "A" });
    expect(page.comparison).toMatchObject({ name: "A", forkedAtUs: atUs });
    expect(page.comparison?.other.nowUs).toBe(atUs);
    expect(page.comparison?.other.nodes["n3"]?.process).toBe("running");
    page.ask({ kind: "advance", toUs: endUs + 100_000 });
    page.ask({ kind: "compare", name: "A" });
    expect(page.comparison?.other.nowUs).toBe(endUs);
    const { other } = page.comparison ?? {};
    page.ask({ kind: "switchBranch", name: "A" });
    expect(page.comparison).toBeNull();
    expect(page.frame.nowUs).toBe(endUs);
    expect(page.world).toMatchObject({ ...other });
  });

  test("is a picture beside a picture", () => {
    const page = openPage(LONG, END_US);
    page.ask({ kind: "seek", toUs: 18_000_000 });
    page.ask({ kind: "fork" });
    page.ask({ kind: "switchBranch", name: "A" });
    page.ask(scrub(15_000_000));
    page.send({ kind: "compare", name: "B" });
    expect(page.slice()).toBe(false);
    expect(page.comparison?.other.nowUs).toBe(page.frame.nowUs);
    expect(page.comparison?.other.partitions).toEqual(page.world.partitions);
  });

  test("what did not change of it is not sent", () => {
    const page = openScenario();
    const atUs = page.frame.nowUs - 300_000;
    page.ask({ kind: "seek", toUs: atUs });
    page.ask({ kind: "act", action: { kind: "kill", node: 3 } });
    page.ask({ kind: "compare", name: "A" });
    page.ask({ kind: "compare", name: "A" });
    expect(page.frame.comparison).toBeNull();
    const before = page.comparison?.other;
    page.ask({ kind: "advance", toUs: atUs + 1_000 });
    page.ask({ kind: "compare", name: "A" });
    expect(page.comparison?.other.nodes["n1"]).toBe(before?.nodes["n1"]);
    page.ask({ kind: "compare", name: null });
    expect(page.comparison).toBeNull();
  });
});

test("a file of the run comes once what makes it is there", () => {
  const page = openScenario();
  page.ask({ kind: "export", what: "shiviz" });
  expect(page.files).toEqual([]);
  page.provideRecorder({
    *record(run, toUs, what) {
      yield { atUs: 0, toUs };
      return `${what} of seed ${run.seed}`;
    },
    fileNameOf: (what, seed) => `${seed}.${what}`,
  });
  expect(page.files).toMatchObject([{ name: "1042.shiviz", text: "shiviz of seed 1042" }]);
  expect(page.frame.answers).toBe(2);
});

function withoutLanes(view: WorldView): Partial<WorldView> {
  return {
    ...view,
    disks: {},
    diskBytes: {},
    inspection: null,
    lookups: [],
    flights: [],
    writes: [],
  };
}
