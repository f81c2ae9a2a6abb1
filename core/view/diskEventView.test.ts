import { describe, expect, test } from "vitest";
import { index, nodeId, term } from "../base/index.ts";
import type { BrokerEvent } from "../broker/index.ts";
import { DISK_FAULTS } from "../sim/diskFaults.ts";
import type { ActionBody, Happening } from "../sim/index.ts";
import { segmentFileName } from "../wal/index.ts";
import { errorName } from "../wire/index.ts";
import { applied, role, Teller } from "./testing/teller.ts";

const running = (): Teller => Teller.running(errorName);
const told = (event: BrokerEvent | Happening, node = 2): string | null =>
  running().tell(node, event);

const done = (body: ActionBody, atUs = 9_000): Happening => ({
  kind: "actionTaken",
  action: { ...body, atUs },
});
const powerLost: Happening = {
  kind: "powerLost",
  lostBytes: 0,
  keptBytes: 0,
  writeInterrupted: false,
};
const recovered: Extract<BrokerEvent, { kind: "recovered" }> = {
  kind: "recovered",
  entryCount: 14,
  term: term(3),
  vote: nodeId(2),
  commit: index(13),
  snapshotIndex: index(0),
  segmentCount: 1,
  recordCount: 20,
  cutBytes: 0,
  ignored: [],
};

describe("what a person does to a disk", () => {
  test("every fault says what it does, and when it no longer does", () => {
    for (const fault of DISK_FAULTS) {
      const switched = (on: boolean) => told(done({ kind: "diskFault", node: 2, fault, on }));
      expect(switched(true)).toMatch(/^2 warn: .*n2.*\. .+\.$/);
      expect(switched(false)).toMatch(/^2 plain: .*n2.*\. .+\.$/);
      expect(switched(true)).not.toBe(switched(false));
    }
  });

  test("what is armed is announced", () => {
    expect(told(done({ kind: "tear", node: 2 }))).toBe(
      "2 warn: The next write of n2 will be torn. " +
        "Its power goes in the middle of that write, and a first part of it stays.",
    );
    expect(told(done({ kind: "failSync", node: 2 }))).toContain("The next fsync of n2 will fail.");
    expect(told(done({ kind: "repair", node: 2 }))).toContain("the cluster to do without n2");
  });

  test("what its own event tells better is not told twice", () => {
    expect(told(done({ kind: "flipBit", node: 2, file: "f", byte: 1, bit: 0 }))).toBeNull();
    expect(told(done({ kind: "snapshot", node: 2 }))).toBeNull();
  });

  test("a power cut of all is one piece of news, and so is the power coming back", () => {
    const teller = running();
    const cutAtUs = 30_000;
    expect(teller.tell(0, done({ kind: "powerCut" }, cutAtUs), cutAtUs)).toMatch(
      /^2 bad: You cut the power of all nodes\./,
    );
    const lost = [1, 2, 3].map((node) => teller.tell(node, powerLost, cutAtUs));
    for (const text of lost) expect(text).toMatch(/^1 bad: n\d lost power\./);
    const onAtUs = 40_000;
    teller.tell(0, done({ kind: "powerOn" }, onAtUs), onAtUs);
    teller.tell(1, { kind: "processStarted", incarnation: 2 }, onAtUs);
    expect(teller.tell(1, recovered, onAtUs)).toMatch(/^1 ok: n1 is back/);
    teller.tell(1, powerLost, onAtUs + 1);
    teller.tell(1, { kind: "processStarted", incarnation: 3 }, onAtUs + 2);
    expect(teller.tell(1, recovered, onAtUs + 2)).toMatch(/^2 ok: n1 is back/);
  });
});

describe("what disks do", () => {
  test("bits flip, writes tear, fsyncs fail and lie", () => {
    expect(told({ kind: "bitFlipped", file: segmentFileName(1), byte: 99, bit: 3 })).toBe(
      "2 bad: A bit on the disk of n2 has flipped. " +
        "Byte 99 of wal-1.log. Nobody is told: n2 reads its log when it starts.",
    );
    expect(told({ kind: "writeTorn", file: "wal-1.log", keptBytes: 1, lostBytes: 52 })).toBe(
      "2 bad: The last write of n2 is torn. " +
        "Of what was on its way, 1 byte reached the disk and 52 did not.",
    );
    expect(told({ kind: "syncFailed" })).toContain("An fsync of n2 failed.");
    expect(told({ kind: "syncLied" })).toContain("The disk of n2 has lied.");
    expect(told({ kind: "diskFull" })).toContain("The disk of n2 is full.");
    expect(told({ kind: "diskSpaceReturned" })).toContain("n2 writes again.");
    expect(told({ kind: "diskWiped", generation: 1 })).toContain("The disk of n2 was wiped.");
  });

  test("a node that finds damage says so once", () => {
    const teller = running();
    teller.tell(1, powerLost);
    teller.tell(1, { kind: "processStarted", incarnation: 2 });
    const sentence = "Segment 3, record 118 (byte 4711): its checksum is wrong; 4 follow.";
    expect(teller.tell(1, { kind: "damageFound", sentence })).toBe(
      `2 bad: n1 found its log damaged. ${sentence}`,
    );
    expect(teller.tell(1, { kind: "stopped", reason: sentence })).toBeNull();
    expect(teller.tell(2, { kind: "stopped", reason: "the disk failed" })).toBe(
      "2 bad: n2 stopped. The disk failed.",
    );
  });

  test("a start from a snapshot, and one from nothing", () => {
    const teller = running();
    teller.tell(1, { kind: "processStarted", incarnation: 2 });
    teller.tell(1, { kind: "processStarted", incarnation: 3 });
    expect(teller.tell(1, { ...recovered, snapshotIndex: index(120) })).toContain(
      "n1 is back with what its disk held: a snapshot up to entry 120, 14 entries, term 3.",
    );
    expect(teller.tell(1, { ...recovered, entryCount: 0, recordCount: 0 })).toContain(
      "n1 starts with an empty disk.",
    );
  });
});

describe("segments and snapshots", () => {
  test("segments come and go", () => {
    expect(told({ kind: "segmentStarted", segment: 4 })).toContain(
      "n2 began segment 4 of its log.",
    );
    expect(told({ kind: "segmentsRemoved", from: 1, to: 3 })).toContain("removed segments 1 to 3");
    expect(told({ kind: "segmentsRemoved", from: 3, to: 3 })).toContain("removed segment 3 of");
  });

  test("a snapshot that a person asked for is worth the sentence", () => {
    const taken = {
      kind: "snapshotTaken",
      index: index(120),
      term: term(3),
      sizeBytes: 900,
    } as const;
    const teller = running();
    expect(teller.tell(2, taken)).toMatch(/^1 ok: n2 has taken a snapshot up to entry 120\./);
    teller.tell(0, done({ kind: "snapshot", node: 2 }));
    expect(teller.tell(2, taken)).toMatch(/^2 ok: n2 has taken a snapshot/);
    expect(teller.tell(2, taken)).toMatch(/^1 ok/);
  });

  test("one is sent, lost, installed", () => {
    expect(told({ kind: "snapshotSent", to: nodeId(3), index: index(120) })).toContain(
      "n2 sent n3 a snapshot up to entry 120.",
    );
    expect(told({ kind: "snapshotSendFailed", to: nodeId(3) })).toContain("did not reach n3");
    const installed = { index: index(120), term: term(3), from: nodeId(2) };
    expect(told({ kind: "snapshotInstalled", ...installed }, 3)).toContain(
      "n3 installed a snapshot of n2, up to entry 120.",
    );
  });
});

describe("who belongs to the cluster", () => {
  const members = (voters: number[], learners: number[] = []): BrokerEvent => ({
    kind: "membershipChanged",
    voters: voters.map(nodeId),
    learners: learners.map(nodeId),
  });

  test("a node leaves, learns and votes again; only what the leader applied is news", () => {
    const teller = running();
    expect(teller.tell(1, members([1, 2]))).toBeNull();
    expect(teller.tell(2, members([1, 2]))).toBe(
      "2 warn: n3 no longer votes. n1 and n2 are the voters now.",
    );
    expect(teller.tell(2, members([1, 2]))).toBeNull();
    expect(teller.tell(2, members([1, 2], [3]))).toMatch(/^2 ok: n3 is a learner\./);
    expect(teller.tell(1, members([1, 2], [3]))).toBeNull();
    expect(teller.tell(2, members([1, 2, 3]))).toMatch(/^2 ok: n3 votes again\./);
    expect(teller.tell(2, members([1, 2, 3, 4]))).toMatch(/^2 ok: n4 votes now\./);
    expect(teller.tell(2, { kind: "committed", from: index(20), to: index(21) })).toContain(
      "At least 3 of 4 disks hold it.",
    );
  });

  test("it asks to be let in, again and again, and is heard of once a start", () => {
    const teller = running();
    const ask: BrokerEvent = { kind: "joinAsked", generation: 1 };
    expect(teller.tell(3, ask)).toContain("n3 asks to be let in.");
    expect(teller.tell(3, ask)).toBeNull();
    teller.tell(3, powerLost);
    teller.tell(3, { kind: "processStarted", incarnation: 2 });
    expect(teller.tell(3, ask)).toContain("n3 asks to be let in.");
  });

  test("what the metadata say of it", () => {
    const teller = running();
    const node = nodeId(3);
    const say = (at: number, command: Parameters<typeof applied>[1]) =>
      teller.tell(2, applied(at, command));
    expect(say(10, { kind: "removeNode", node, generation: 1 })).toContain(
      "n3 was removed from the cluster. Entry 10 is committed: it left every ISR",
    );
    expect(say(11, { kind: "admitNode", node, address: "n3", generation: 1 })).toContain(
      "n3 is let in",
    );
    expect(say(12, { kind: "addNode", node, address: "n3", generation: 1 })).toContain(
      "n3 is a member of the cluster again.",
    );
    expect(say(13, { kind: "addNode", node, address: "n3", generation: 0 })).toBeNull();
    teller.tell(2, role("leader", "follower", 4, "higherTerm"));
    expect(teller.tell(2, members([1]))).toBeNull();
  });
});
