import { describe, expect, test } from "vitest";
import { SCENARIOS } from "../sim/scenarios.ts";
import { plainText } from "./richText.ts";
import { staged } from "./testing/stage.contract.ts";
import type { FlightView } from "./view.ts";

const { run, seed, viewAtUs } = SCENARIOS.find(({ name }) => name === "five-in-trouble")!;
const stage = staged(run(seed));
stage.world.runUntil(viewAtUs!);
const view = stage.view();

const LAST = view.summary.lastIndex;
const isMoving = ({ lostAtUs, arrivesAtUs }: FlightView): boolean =>
  lostAtUs === null && arrivesAtUs > view.nowUs;

/** The moment that the page is known by: every panel says the same of it. */
describe("five brokers, two in trouble", () => {
  test("n2 leads term 3, and all but its last entry is committed", () => {
    expect(view.summary).toMatchObject({ leader: "n2", term: 3, commit: LAST - 1 });
    expect(view.nodes["n2"]).toMatchObject({ role: "leader", term: 3, commit: LAST - 1 });
    expect(view.run.bands.at(-1)).toMatchObject({ leader: "n2", term: 3, toUs: null });
    const led = view.run.bands.flatMap(({ leader, term }) =>
      leader === null ? [] : [[leader, term]],
    );
    expect(led.map(String).filter((one, at, all) => one !== all[at - 1])).toEqual([
      "n3,1",
      "n5,2",
      "n2,3",
    ]);
    for (const name of ["n1", "n2", "n3"]) {
      expect(view.logs[name]).toMatchObject({
        commit: LAST - 1,
        applied: LAST - 1,
        lastIndex: LAST,
      });
    }
  });

  test("n5, the old leader, is cut off with two entries of its own", () => {
    expect(view.nodes["n5"]).toMatchObject({
      process: "running",
      role: "preCandidate",
      term: 2,
      isolated: true,
    });
    expect(view.cuts.map(({ nodes }) => nodes)).toEqual([["n5"]]);
    const { stranded, note, noteTone, cells } = view.logs["n5"]!;
    expect(stranded).toHaveLength(2);
    expect(note).toBe(`stranded ${stranded.join(", ")}`);
    expect(noteTone).toBe("warn");
    for (const index of stranded) {
      expect(cells.find((cell) => cell.index === index)).toMatchObject({ term: 2, state: "disk" });
      expect(view.logs["n2"]!.cells.find((cell) => cell.index === index)?.term).toBe(3);
    }
    expect(view.run.marks.map(({ label }) => label)).toContain("n5 cut off");
  });

  test("its pre-votes have just died at the cut", () => {
    const preVotes = view.flights.filter(
      ({ kind, from, lostAtUs }) =>
        kind === "preVote" && from === "n5" && lostAtUs !== null && lostAtUs > view.nowUs - 10_000,
    );
    expect(preVotes.map(({ to }) => to).sort()).toEqual(["n1", "n2", "n3", "n4"]);
    const event = view.events.findLast(({ what }) => plainText(what).startsWith("n5 asked"));
    expect(plainText(event!.why)).toBe("The network is cut between them.");
  });

  test("n4 lost power in the middle of a write", () => {
    expect(view.nodes["n4"]).toMatchObject({ process: "crashed", timer: null, write: null });
    const row = view.logs["n4"]!;
    expect(row).toMatchObject({
      tornIndex: LAST - 1,
      tornTerm: 3,
      lastIndex: LAST - 2,
      note: `${LAST - 1} is torn`,
      noteTone: "bad",
      appliedKnown: false,
    });
    const lost = view.writes.filter(({ node, lost }) => node === "n4" && lost);
    expect(lost.map(({ label }) => label)).toEqual([`entry ${LAST - 1}`]);
    expect(view.disks["n4"]!.unreadable).toMatchObject({ kind: "torn" });
    expect(view.disks["n4"]!.note.text).toMatch(/^A torn tail of \d+ bytes/);
    const died = view.nodes["n4"]!.processSinceUs;
    expect(lost[0]!.endsAtUs).toBe(died);
    expect(view.run.marks.at(-1)).toEqual({ atUs: died, label: "n4 lost power", tone: "bad" });
    expect(
      view.events.some(({ what }) => plainText(what) === "The last write of n4 is torn."),
    ).toBe(true);
  });

  test("the last entry is on two disks, and the fsync of n1 decides", () => {
    expect(view.quorum).toEqual({
      index: LAST,
      needed: 3,
      holders: [
        { node: "n1", state: "memory" },
        { node: "n2", state: "disk" },
        { node: "n3", state: "disk" },
        { node: "n4", state: "none" },
        { node: "n5", state: "none" },
      ],
    });
    const matches = view.nodeNames.map((name) => view.logs[name]!.progress?.match);
    expect(matches).toEqual([LAST - 1, LAST, LAST - 1, LAST - 2, 0]);
    const { n1 } = view.readies;
    expect(n1).toMatchObject({ open: true, mustSync: true, gate: { state: "writing" } });
    const [, persist, sendAfter] = n1!.stages;
    expect(persist!.items).toMatchObject([
      { kind: "entry", index: LAST, durable: false, text: "the ISR of orders-1 becomes n2 and n3" },
    ]);
    expect(sendAfter!.items).toMatchObject([
      { kind: "message", held: true, flight: { kind: "append", answer: true, to: "n2" } },
    ]);
    const { write } = view.nodes["n1"]!;
    expect(write).toMatchObject({ label: `entry ${LAST}`, sync: true, lost: false });
    expect(view.writes).toContainEqual(write);
    expect(n1!.gate).toMatchObject({ startedAtUs: write!.startedAtUs, endsAtUs: write!.endsAtUs });
    const share = (view.nowUs - write!.startedAtUs) / (write!.endsAtUs - write!.startedAtUs);
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(0.9);
    expect(view.disks["n1"]!.faults.slow).toBe(true);
    // Slower than any fsync of the others can be.
    expect(n1!.syncHistoryUs.at(-1)).toBeGreaterThan(24_200);
  });

  test("an ack of n3 is on its way, and none of n1", () => {
    const acks = view.flights.filter((one) => isMoving(one) && one.caption === `ack ${LAST}`);
    expect(acks.length).toBeGreaterThan(0);
    for (const { from, to } of acks) expect([from, to]).toEqual(["n3", "n2"]);
  });

  test("a produce with acks=all waits for n4, and so for that entry", () => {
    const { partitions, requests, pending } = view;
    expect(partitions["orders-1"]).toMatchObject({
      leader: "n2",
      isr: ["n2", "n3", "n4"],
      proposedIsr: ["n2", "n3"],
      proposedInEntry: LAST,
      underReplicated: false,
    });
    const { highWatermark, replicaLogs } = partitions["orders-1"]!;
    expect(replicaLogs.map(({ node, logEndOffset }) => [node, logEndOffset])).toEqual([
      ["n2", highWatermark + 1],
      ["n3", highWatermark + 1],
      ["n4", highWatermark],
    ]);
    expect(requests.at(-1)).toMatchObject({
      kind: "produce",
      to: "n2",
      target: "orders-1",
      acks: "all",
      state: "waiting",
    });
    expect(pending).toMatchObject([
      { node: "n2", partition: "orders-1", acks: "all", what: `offset ${highWatermark}` },
    ]);
    expect(pending[0]!.waitsFor).toEqual([`n4: log end ${highWatermark}, in the ISR`]);
    expect(view.logs["n2"]!.cells.at(-1)).toMatchObject({ index: LAST, command: "isr" });
  });

  test("three partitions have a copy too few, and one has no leader that runs", () => {
    const all = Object.values(view.partitions);
    const short = all.filter(({ underReplicated }) => underReplicated);
    expect(short.map(({ name }) => name)).toEqual(["orders-2", "orders-3", "orders-4"]);
    const headless = all.filter(({ leaderAlive }) => !leaderAlive);
    expect(headless.map(({ name, leader }) => [name, leader])).toEqual([["orders-3", "n4"]]);
  });

  test("the sentence says it, and the events have led to it", () => {
    const { what, why, eventId } = view.sentence;
    expect(eventId).toBe(0);
    expect(plainText(what)).toBe(`Entry ${LAST} is one fsync away from being committed.`);
    expect(plainText(why)).toBe(
      "n2 and n3 have it on disk. " +
        "With n4 down and n5 cut off, n1 must be the third, and its disk is slow.",
    );
    expect(what[0]).toEqual({ text: `Entry ${LAST}`, ref: `entry:${LAST}` });
    const told = view.events.map((event) => plainText(event.what));
    for (const text of [
      "n5 is cut off.",
      "n2 leads term 3.",
      "n4 lost power.",
      "c1 sent a record to n2 for orders-1.",
      `n2 proposed entry ${LAST}, isr.`,
    ]) {
      expect(told).toContain(text);
    }
  });

  test("and no rule is broken", () => {
    expect(view.safety.violation).toBeNull();
    expect(view.losses).toEqual([]);
  });

  test("what follows: n1 finishes, the entry is committed, the answer comes", () => {
    const { world } = stage;
    world.runUntil(viewAtUs! + 100_000);
    const after = stage.view();
    expect(after.summary.commit).toBeGreaterThanOrEqual(LAST);
    expect(after.partitions["orders-1"]!.isr).toEqual(["n2", "n3"]);
    expect(after.requests.at(-1)).toMatchObject({ state: "ok" });
  });
});
