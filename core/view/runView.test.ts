import { expect, test } from "vitest";
import { nodeId, term } from "../base/index.ts";
import type { WorldEvent } from "../sim/index.ts";
import { RunFold } from "./runView.ts";
import { Story } from "./story.ts";

function fold(...events: readonly [atUs: number, node: number, event: WorldEvent["event"]][]) {
  const story = new Story(3);
  const run = new RunFold();
  events.forEach(([atUs, node, event], at) => {
    const told = { id: at + 1, atUs, node: nodeId(node), event };
    story.observe(told);
    run.observe(told, story);
  });
  return run.view;
}

const starts = [1, 2, 3].map((node): [number, number, WorldEvent["event"]] => [
  0,
  node,
  { kind: "processStarted", incarnation: 1 },
]);

const leads = (inTerm: number): WorldEvent["event"] => ({
  kind: "roleChanged",
  from: "candidate",
  to: "leader",
  term: term(inTerm),
  cause: "electionWon",
});
const powerLost: WorldEvent["event"] = {
  kind: "powerLost",
  lostBytes: 0,
  keptBytes: 0,
  writeInterrupted: false,
};

test("a band lasts from election to loss of power", () => {
  const { bands, marks } = fold(...starts, [1_000, 2, leads(1)], [5_000, 2, powerLost]);
  expect(bands).toEqual([
    { fromUs: 0, toUs: 1_000, term: 0, leader: null },
    { fromUs: 1_000, toUs: 5_000, term: 1, leader: "n2" },
    { fromUs: 5_000, toUs: null, term: 1, leader: null },
  ]);
  expect(marks).toEqual([
    { atUs: 1_000, label: "n2 leads term 1", tone: "ok" },
    { atUs: 5_000, label: "n2 lost power", tone: "bad" },
  ]);
});

test("a leader that is cut off can commit nothing, and has a band again when healed", () => {
  const { bands } = fold(
    ...starts,
    [1_000, 2, leads(1)],
    [2_000, 0, { kind: "actionTaken", action: { atUs: 2_000, kind: "cut", nodes: [2] } }],
    [3_000, 0, { kind: "actionTaken", action: { atUs: 3_000, kind: "heal" } }],
  );
  expect(bands.slice(1).map(({ leader }) => leader)).toEqual(["n2", null, "n2"]);
});

test("the new leader takes over from the old one that is cut off", () => {
  const { bands } = fold(
    ...starts,
    [1_000, 2, leads(1)],
    [2_000, 0, { kind: "actionTaken", action: { atUs: 2_000, kind: "cut", nodes: [2] } }],
    [4_000, 3, leads(2)],
  );
  expect(bands.at(-1)).toEqual({ fromUs: 4_000, toUs: null, term: 2, leader: "n3" });
});

test("losing a follower of three changes no band, losing two does", () => {
  const { bands } = fold(
    ...starts,
    [1_000, 2, leads(1)],
    [2_000, 1, powerLost],
    [3_000, 3, powerLost],
  );
  expect(bands.map(({ fromUs, leader }) => [fromUs, leader])).toEqual([
    [0, null],
    [1_000, "n2"],
    [3_000, null],
  ]);
});
