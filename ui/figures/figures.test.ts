import { expect, test } from "vitest";
import { figureRows } from "./figures.ts";
import type { Counted } from "./figures.ts";

const partition = {
  topic: "orders",
  highWatermark: 41,
  underReplicated: false,
  leader: "n1",
  leaderAlive: true,
};
const CALM: Counted = {
  nowUs: 5_000_000,
  summary: { term: 1, leader: "n1", commit: 11, lastIndex: 11 },
  nodes: { n1: { process: "running" }, n2: { process: "running" } },
  readies: { n1: { syncHistoryUs: [8_000, 20_000] }, n2: { syncHistoryUs: [] } },
  partitions: {
    "orders-0": partition,
    "__consumer_offsets-0": { ...partition, topic: "__consumer_offsets", highWatermark: 900 },
  },
  flights: [
    { sentAtUs: 4_990_000, arrivesAtUs: 5_000_000, lostAtUs: null },
    { sentAtUs: 4_990_000, arrivesAtUs: 5_010_000, lostAtUs: 4_995_000 },
    { sentAtUs: 4_990_000, arrivesAtUs: 5_010_000, lostAtUs: null },
  ],
  pending: [],
  losses: [],
  groups: [{ offsets: [{ partition: "orders-0", committed: 38, lag: 3 }] }],
};

const changed = (now: Partial<Counted>) =>
  figureRows(CALM, { ...CALM, ...now }).flatMap(({ name, was, now: is, change }) =>
    change === "" ? [] : [`${name}: ${was}, ${is}, ${change}`],
  );

test("what has not changed says so by saying nothing", () => {
  expect(changed({})).toEqual([]);
  const rows = Object.fromEntries(figureRows(CALM, CALM).map(({ name, now }) => [name, now]));
  expect(rows).toMatchObject({
    "Messages under way": "1",
    "Slowest of the last fsyncs": "20.0 ms",
    "Records that can be read": "41",
    "Records groups have not read": "3",
  });
});

test("each figure is told as it was, as it is, and by how much it has changed", () => {
  expect(changed({ summary: { term: 3, leader: null, commit: 9, lastIndex: 11 } })).toEqual([
    "Term: 1, 3, +2",
    "Entries committed: 11, 9, −2",
  ]);
  expect(changed({ nodes: { n1: { process: "crashed" }, n2: { process: "stopped" } } })).toEqual([
    "Nodes that do not run: 0, 2, +2",
  ]);
  expect(changed({ readies: { n1: { syncHistoryUs: [7_900] } } })).toEqual([
    "Slowest of the last fsyncs: 20.0 ms, 7.9 ms, −12.1 ms",
  ]);
  const bad = { ...partition, highWatermark: 40, underReplicated: true, leaderAlive: false };
  expect(changed({ partitions: { "orders-0": bad } })).toEqual([
    "Records that can be read: 41, 40, −1",
    "Partitions with a copy too few: 0, 1, +1",
    "Partitions without a leader: 0, 1, +1",
  ]);
  expect(changed({ pending: [{}, {}], losses: [{}], groups: [] })).toEqual([
    "Produces that wait: 0, 2, +2",
    "Records groups have not read: 3, 0, −3",
    "Records lost: 0, 1, +1",
  ]);
});
