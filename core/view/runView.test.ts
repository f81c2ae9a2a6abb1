import { expect, test } from "vitest";
import { nodeId, term } from "../base/index.ts";
import type { ActionBody, WorldEvent } from "../sim/index.ts";
import { eventView } from "./eventView.ts";
import { RunFold } from "./runView.ts";
import { Story } from "./story.ts";

function fold(...events: readonly [atUs: number, node: number, event: WorldEvent["event"]][]) {
  const story = new Story(3);
  const run = new RunFold();
  events.forEach(([atUs, node, event], at) => {
    const told = { id: at + 1, atUs, node: nodeId(node), event };
    const view = eventView(told, story, null);
    story.observe(told);
    run.observe(told, story, view);
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

const did = (atUs: number, action: ActionBody): [number, number, WorldEvent["event"]] => [
  atUs,
  0,
  { kind: "actionTaken", action: { ...action, atUs } },
];

test("a leader that stands still can commit nothing until it goes on", () => {
  const { bands, marks } = fold(
    ...starts,
    [1_000, 2, leads(1)],
    did(2_000, { kind: "pause", node: 2 }),
    did(3_000, { kind: "resume", node: 2 }),
    did(4_000, { kind: "pause", node: 1 }),
    did(5_000, { kind: "pause", node: 3 }),
  );
  expect(bands.map(({ fromUs, leader }) => [fromUs, leader])).toEqual([
    [0, null],
    [1_000, "n2"],
    [2_000, null],
    [3_000, "n2"],
    [5_000, null],
  ]);
  expect(marks.slice(1, 3).map(({ label }) => label)).toEqual(["n2 paused", "n2 goes on"]);
});

test("single links that are cut count like any other cut", () => {
  const link = { kind: "setLink", bothWays: true, lossPercent: 0, extraLatencyUs: 0 } as const;
  const { bands, marks } = fold(
    ...starts,
    [1_000, 2, leads(1)],
    did(2_000, { ...link, from: 2, to: 1, isCut: true }),
    did(3_000, { ...link, from: 3, to: 2, bothWays: false, isCut: true }),
    did(4_000, { ...link, from: 1, to: 2, isCut: false }),
  );
  expect(bands.slice(1).map(({ fromUs, leader }) => [fromUs, leader])).toEqual([
    [1_000, "n2"],
    [3_000, null],
    [4_000, "n2"],
  ]);
  expect(marks.slice(1).map(({ label }) => label)).toEqual(["n2 ↔ n1 cut", "n3 → n2 cut"]);
});

test("a cut of all power is one mark", () => {
  const { marks } = fold(
    ...starts,
    did(2_000, { kind: "powerCut" }),
    ...[1, 2, 3].map((node): [number, number, WorldEvent["event"]] => [2_000, node, powerLost]),
    did(3_000, { kind: "powerOn" }),
    [3_000, 1, { kind: "processStarted", incarnation: 2 }],
    [4_000, 1, powerLost],
  );
  expect(marks.map(({ label }) => label)).toEqual(["power cut", "power on", "n1 lost power"]);
});
