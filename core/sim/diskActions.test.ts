import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { DISK_FAULTS } from "./diskFaults.ts";
import type { DiskFile } from "./diskFaults.ts";
import type { Process } from "./process.ts";
import type { Action, ActionBody, Run, RunOptions } from "./run.ts";
import { threeBrokers } from "./scenario.ts";
import { replay } from "./seek.ts";
import { createWorld } from "./createWorld.ts";
import type { World } from "./world.ts";
import type { WorldEvent } from "./worldEvent.ts";

const READY_US = 4_000_000;
const PRODUCE: ActionBody = {
  kind: "produce",
  node: null,
  topic: "orders",
  partition: 0,
  key: "k",
  value: "v",
  acks: -1,
};

/** The scenario once it has a leader and its topic, and whatever happens from then on. */
function ready(seed = 1) {
  const events: WorldEvent[] = [];
  const world = createWorld(threeBrokers(seed), { onEvent: (event) => void events.push(event) });
  world.runUntil(READY_US);
  events.length = 0;
  const act = (body: ActionBody): void => expect(world.act(body)).toEqual({ ok: true });
  const run = (us: number): void => world.runUntil(world.nowUs + us);
  /** What happened of these kinds, and where. */
  const told = (...kinds: WorldEvent["event"]["kind"][]) =>
    events.flatMap(({ node, event }) => (kinds.includes(event.kind) ? [{ node, ...event }] : []));
  const process = (node: number): Process => world.processes[node - 1]!;
  const files = (node: number): readonly DiskFile[] => world.disk(nodeId(node)).files;
  return { world, act, run, told, process, files };
}

/** A node that holds an acknowledged record, whose log is damaged and that has found it out. */
function damaged(node: number) {
  const made = ready();
  made.act(PRODUCE);
  made.run(1_000_000);
  const file = made.files(node)[0]!;
  made.act({ kind: "flipBit", node, file: file.name, byte: file.sizeBytes >> 1, bit: 3 });
  made.act({ kind: "kill", node });
  made.act({ kind: "restart", node });
  return { ...made, file };
}

/** As the leader has it. */
function votersAndLearners(world: World): number[][] {
  const leader = world.processes.find(({ broker }) => broker?.raft?.role === "leader")!;
  const { voters, learners } = leader.broker!.raft!.status().confState;
  return [voters.toSorted((a, b) => a - b), [...learners]];
}

describe("power", () => {
  test("goes for all nodes at once, and comes back for those that do not run", () => {
    const { world, act, run, told } = ready();
    act(PRODUCE);
    run(1_000_000);
    act({ kind: "kill", node: 2 });
    act({ kind: "powerCut" });
    expect(world.processes.map(({ state }) => state)).toEqual(["crashed", "crashed", "crashed"]);
    expect(told("powerLost").map(({ node }) => node)).toEqual([2, 1, 3]);
    expect(world.processes.map(({ broker }) => broker)).toEqual([null, null, null]);
    run(1_000_000);
    act({ kind: "restart", node: 3 });
    act({ kind: "powerOn" });
    expect(world.processes.map(({ state }) => state)).toEqual(["running", "running", "running"]);
    expect(world.processes.map(({ incarnation }) => incarnation)).toEqual([2, 2, 2]);
    run(5_000_000);
    expect(world.processes.filter(({ broker }) => broker?.raft?.role === "leader")).toHaveLength(1);
  });
});

test("a power cut takes a node that had stopped itself, too", () => {
  const { act, process } = damaged(2);
  expect(process(2)).toMatchObject({ state: "stopped" });
  act({ kind: "powerCut" });
  expect(process(2)).toMatchObject({ state: "crashed", broker: null });
  act({ kind: "powerOn" });
  expect(process(2)).toMatchObject({ state: "stopped", incarnation: 3 });
});

describe("a disk fault", () => {
  test("is on at one node until it is switched off, over a restart too", () => {
    const { world, act } = ready();
    for (const fault of DISK_FAULTS) act({ kind: "diskFault", node: 2, fault, on: true });
    act({ kind: "kill", node: 2 });
    act({ kind: "restart", node: 2 });
    const { faults } = world.disk(nodeId(2));
    expect(DISK_FAULTS.map((fault) => faults[fault])).toEqual(DISK_FAULTS.map(() => true));
    expect(world.disk(nodeId(1)).faults.slow).toBe(false);
    act({ kind: "diskFault", node: 2, fault: "slow", on: false });
    expect(world.disk(nodeId(2)).faults.slow).toBe(false);
  });

  test("lyingSync is told once, and what it lied about can be seen", () => {
    const { act, run, told, files } = ready();
    act({ kind: "diskFault", node: 2, fault: "lyingSync", on: true });
    act(PRODUCE);
    run(1_000_000);
    expect(told("syncLied")).toEqual([{ node: 2, kind: "syncLied" }]);
    expect(files(2).some(({ liedBytes }) => liedBytes > 0)).toBe(true);
  });

  test("a sync that fails stops the node, which trusts only its disk when it starts again", () => {
    const { act, run, told, process } = ready();
    act({ kind: "failSync", node: 2 });
    act(PRODUCE);
    run(1_000_000);
    expect(told("syncFailed")).toEqual([{ node: 2, kind: "syncFailed" }]);
    expect(process(2)).toMatchObject({ state: "stopped" });
    expect(process(2).broker!.stopped).toContain("fsync failed: input/output error");
    act({ kind: "restart", node: 2 });
    run(4_000_000);
    expect(process(2)).toMatchObject({ state: "running", incarnation: 2 });
    expect(process(2).broker!.raft!.commit).toBe(process(1).broker!.raft!.commit);
  });

  test("a full disk takes nothing until there is room again", () => {
    const { world, act, run, told, process } = ready();
    act({ kind: "diskFault", node: 2, fault: "full", on: true });
    act(PRODUCE);
    run(2_000_000);
    expect(told("diskFull")).toMatchObject([{ node: 2 }]);
    expect(process(2)).toMatchObject({ state: "running" });
    act({ kind: "diskFault", node: 2, fault: "full", on: false });
    run(4_000_000);
    expect(told("diskSpaceReturned")).toMatchObject([{ node: 2 }]);
    expect(process(2).broker!.raft!.lastIndex).toBe(process(1).broker!.raft!.lastIndex);
    expect(world.violation).toBeNull();
  });
});

describe("a torn write", () => {
  test("takes the node's power in its middle, and leaves a first part of it", () => {
    const { world, act, run, told, process, files } = ready();
    act({ kind: "tear", node: 2 });
    expect(world.disk(nodeId(2)).faults.tear).toBe(true);
    act(PRODUCE);
    run(1_000_000);
    const [torn, ...others] = told("writeTorn");
    expect(others).toEqual([]);
    expect(torn).toMatchObject({ node: 2, kind: "writeTorn" });
    const { file, keptBytes, lostBytes } = torn as Extract<typeof torn, { kind: "writeTorn" }>;
    expect(keptBytes).toBeGreaterThan(0);
    expect(lostBytes).toBeGreaterThan(0);
    expect(told("powerLost")).toMatchObject([{ node: 2, writeInterrupted: true }]);
    expect(process(2)).toMatchObject({ state: "crashed", broker: null });
    expect(process(2).remains!.stopped).toBeNull();
    expect(world.disk(nodeId(2)).faults.tear).toBe(false);
    const { sizeBytes } = files(2).find(({ name }) => name === file)!;
    act({ kind: "restart", node: 2 });
    expect(told("recovered")).toMatchObject([{ node: 2, cutBytes: expect.any(Number) }]);
    run(4_000_000);
    expect(files(2).find(({ name }) => name === file)!.sizeBytes).toBeGreaterThan(sizeBytes);
    expect(process(2).broker!.raft!.commit).toBe(process(1).broker!.raft!.commit);
  });

  test("is put off when something else takes the power first", () => {
    const { world, act, run, told } = ready();
    act(PRODUCE);
    while (!world.writes(nodeId(2)).some(({ endsAtUs }) => endsAtUs > world.nowUs + 1)) {
      world.stepTimestamp();
    }
    act({ kind: "tear", node: 2 });
    act({ kind: "kill", node: 2 });
    run(1_000_000);
    expect(told("powerLost")).toHaveLength(1);
    expect(told("writeTorn")).toEqual([]);
    expect(world.disk(nodeId(2)).faults.tear).toBe(true);
  });
});

describe("a flipped bit", () => {
  test("is found by the broker that starts from it, which then neither serves nor votes", () => {
    const { world, told, process, file } = damaged(2);
    expect(told("bitFlipped")).toEqual([
      { node: 2, kind: "bitFlipped", file: file.name, byte: file.sizeBytes >> 1, bit: 3 },
    ]);
    expect(process(2)).toMatchObject({ state: "stopped", incarnation: 2 });
    expect(process(2).broker!.raft).toBeNull();
    expect(process(2).broker!.damage).not.toBeNull();
    expect(world.violation).toBeNull();
  });

  test("shows in what a dead node's disk would bring back", () => {
    const { act, process, files } = ready();
    act({ kind: "kill", node: 2 });
    expect(process(2).remains!.damage).toBeNull();
    const file = files(2)[0]!;
    act({ kind: "flipBit", node: 2, file: file.name, byte: file.sizeBytes >> 1, bit: 0 });
    expect(process(2).remains!.damage).not.toBeNull();
  });
});

describe("options", () => {
  const brokerWith = (options: Partial<RunOptions>) => {
    const scenario = threeBrokers(1);
    const all = { ...scenario.options, ...options };
    const world = replay({ ...scenario, options: all }, 8_000_000);
    return { broker: world.processes[0]!.broker!, disk: world.disk(nodeId(1)) };
  };

  test("say how long a segment is", () => {
    const countLogs = (segmentBytes: number): number =>
      brokerWith({ segmentBytes }).disk.files.filter(({ name }) => name.startsWith("wal-")).length;
    expect(countLogs(16_384)).toBe(1);
    expect(countLogs(1_024)).toBeGreaterThan(1);
  });

  test("say when a snapshot is taken, and how much of the log is kept before it", () => {
    expect(brokerWith({}).broker.lastSnapshot).toBeNull();
    for (const snapshotTrailingEntries of [0, 2]) {
      const { broker } = brokerWith({ snapshotEntries: 5, snapshotTrailingEntries });
      const firstIndex = broker.lastSnapshot!.index + 1 - snapshotTrailingEntries;
      expect(broker.storage!.firstIndex()).toBe(firstIndex);
    }
  });
});

describe("a snapshot", () => {
  test("is taken when a person asks for it", () => {
    const { act, run, told } = ready();
    expect(told("snapshotTaken")).toEqual([]);
    act({ kind: "snapshot", node: 2 });
    run(1_000_000);
    expect(told("snapshotTaken")).toMatchObject([{ node: 2 }]);
  });
});

describe("a repair", () => {
  test("wipes the node once the cluster does without it, and the node becomes a voter again", () => {
    const { world, act, run, told, process } = damaged(2);
    act(PRODUCE);
    run(1_000_000);
    act({ kind: "repair", node: 2 });
    expect(told("diskWiped")).toEqual([]);
    run(10_000_000);
    expect(told("diskWiped")).toMatchObject([{ node: 2 }]);
    expect(world.history.operations.at(-1)).toMatchObject({ kind: "repair", state: "done" });
    expect(process(2)).toMatchObject({ state: "running", incarnation: 3 });
    expect(process(2).broker!.damage).toBeNull();
    expect(votersAndLearners(world)).toEqual([[1, 2, 3], []]);
    act({ kind: "kill", node: 2 });
    act({ kind: "restart", node: 2 });
    run(2_000_000);
    expect(process(2).broker!.raft!.commit).toBe(process(1).broker!.raft!.commit);
    expect(world.violation).toBeNull();
  });

  test("goes on after a loss of power that came before anything was on the new disk", () => {
    const { world, act, run, told, process, files } = damaged(2);
    run(2_000_000);
    act({ kind: "repair", node: 2 });
    while (told("diskWiped").length === 0) world.stepTimestamp();
    act({ kind: "kill", node: 2 });
    expect(files(2)).toEqual([]);
    act({ kind: "restart", node: 2 });
    run(10_000_000);
    expect(process(2).broker!.generation).toBe(1);
    expect(votersAndLearners(world)).toEqual([[1, 2, 3], []]);
    expect(world.violation).toBeNull();
  });

  test("is given up while the node is up, for the cluster does not do without it then", () => {
    const { world, act, run, told } = ready();
    act({ kind: "kill", node: 2 });
    act({ kind: "repair", node: 2 });
    act({ kind: "restart", node: 2 });
    run(15_000_000);
    expect(told("diskWiped")).toEqual([]);
    expect(world.history.operations.at(-1)).toMatchObject({ kind: "repair", state: "gaveUp" });
    expect(votersAndLearners(world)).toEqual([[1, 2, 3], []]);
  });

  test("wipes no disk from which a node runs, and can be asked for again", () => {
    const { world, act, run, told, process } = ready();
    act({ kind: "kill", node: 2 });
    run(2_000_000);
    act({ kind: "repair", node: 2 });
    while (votersAndLearners(world)[0]!.includes(2)) world.stepTimestamp();
    act({ kind: "restart", node: 2 });
    run(1_000_000);
    expect(told("diskWiped")).toEqual([]);
    expect(world.history.operations.at(-1)).toMatchObject({ kind: "repair", state: "gaveUp" });
    expect(process(2)).toMatchObject({ state: "running", incarnation: 2 });
    act({ kind: "kill", node: 2 });
    act({ kind: "repair", node: 2 });
    run(10_000_000);
    expect(votersAndLearners(world)).toEqual([[1, 2, 3], []]);
    expect(world.violation).toBeNull();
  });
});

describe("actions that make no sense are refused with one sentence", () => {
  const kill = (node: number): ActionBody => ({ kind: "kill", node });
  const flip = (change: object): ActionBody => ({
    kind: "flipBit",
    node: 1,
    file: "none",
    byte: 0,
    bit: 0,
    ...change,
  });
  const fault: ActionBody = { kind: "diskFault", node: 2, fault: "slow", on: true };

  const refusals: readonly (readonly [string, ActionBody[], string])[] = [
    [
      "a power cut of the dead",
      [kill(1), kill(2), kill(3), { kind: "powerCut" }],
      "No node is running, so there is no power to cut.",
    ],
    ["power for the living", [{ kind: "powerOn" }], "All nodes are running already."],
    ["the same fault again", [fault, fault], 'The fault "slow" is on already at the disk of n2.'],
    [
      "a fault that is not there",
      [{ ...fault, on: false }],
      'The fault "slow" is off already at the disk of n2.',
    ],
    ["a fault of nobody", [{ ...fault, node: 4 }], "There is no n4; the brokers are n1 to n3."],
    [
      "the same failure again",
      [
        { kind: "failSync", node: 2 },
        { kind: "failSync", node: 2 },
      ],
      "The next fsync of n2 fails already.",
    ],
    [
      "the same tear again",
      [
        { kind: "tear", node: 2 },
        { kind: "tear", node: 2 },
      ],
      "The next write of n2 will be torn already.",
    ],
    [
      "a tear of the dead",
      [kill(2), { kind: "tear", node: 2 }],
      "n2 is not running, so there is nothing to tear.",
    ],
    ["a flip of no file", [flip({})], 'The disk of n1 has no file "none".'],
    [
      "a snapshot of the dead",
      [kill(1), { kind: "snapshot", node: 1 }],
      "n1 is not running, so there is nothing to take a snapshot of.",
    ],
    [
      "a repair of the sound",
      [{ kind: "repair", node: 2 }],
      "n2 is running and its disk is sound, so there is nothing to repair.",
    ],
    [
      "the same repair again",
      [kill(2), { kind: "repair", node: 2 }, { kind: "repair", node: 2 }],
      "n2 is being repaired already.",
    ],
    [
      "a repair of nobody",
      [{ kind: "repair", node: 4 }],
      "There is no n4; the brokers are n1 to n3.",
    ],
  ];

  test.each(refusals)("%s", (_, bodies, message) => {
    const { world, act } = ready();
    for (const body of bodies.slice(0, -1)) act(body);
    expect(world.act(bodies.at(-1)!)).toEqual({ ok: false, message });
  });

  test("a flip outside of the file", () => {
    const { world, files } = ready();
    const { name, sizeBytes } = files(1)[0]!;
    expect(world.act(flip({ file: name, byte: sizeBytes }))).toEqual({
      ok: false,
      message: `The file "${name}" has bytes 0 to ${sizeBytes - 1}, not ${sizeBytes}.`,
    });
    expect(world.act(flip({ file: name, bit: 8 }))).toEqual({
      ok: false,
      message: "A byte has bits 0 to 7, not 8.",
    });
  });
});

describe("a run with every disk fault", () => {
  const END_US = 16_000_000;
  const at = (atUs: number, body: ActionBody): Action => ({ ...body, atUs });
  const produces = Array.from({ length: 30 }, (_, i) => at(4_000_000 + 400_000 * i, PRODUCE));
  const faults = DISK_FAULTS.flatMap((fault, i) => [
    at(4_100_000 + 1_500_000 * i, { kind: "diskFault", node: 1 + (i % 3), fault, on: true }),
    at(5_500_000 + 1_500_000 * i, { kind: "diskFault", node: 1 + (i % 3), fault, on: false }),
  ]);
  const others = [
    at(4_500_000, { kind: "tear", node: 2 }),
    at(5_200_000, { kind: "restart", node: 2 }),
    at(5_600_000, { kind: "kill", node: 1 }),
    at(6_600_000, { kind: "powerCut" }),
    at(6_700_000, { kind: "powerOn" }),
    at(8_000_000, { kind: "snapshot", node: 3 }),
    at(8_500_000, { kind: "failSync", node: 2 }),
    at(9_500_000, { kind: "repair", node: 2 }),
  ];

  const run = (seed: number): Run => {
    const scenario = threeBrokers(seed);
    const actions = [...scenario.actions, ...produces, ...faults, ...others];
    return { ...scenario, actions: actions.sort((one, other) => one.atUs - other.atUs) };
  };

  test("repeats, and another seed makes another run", () => {
    for (const seed of [1, 2, 3]) {
      const first = replay(run(seed), END_US);
      const taken = first.run.actions.length;
      expect(taken).toBe(run(seed).actions.length);
      expect(replay(run(seed), END_US).traceHash()).toBe(first.traceHash());
      expect(replay(run(seed + 1), END_US).traceHash()).not.toBe(first.traceHash());
    }
  });

  test("differs by a fault alone", () => {
    const hash = (node: number): string => {
      const { world, act } = ready();
      act({ kind: "diskFault", node, fault: "lostCache", on: true });
      return world.traceHash();
    };
    expect(hash(1)).not.toBe(hash(2));
  });

  test("differs by a flipped bit alone", () => {
    const hash = (bit: number): string => {
      const { world, act, files } = ready();
      const { name } = files(1)[0]!;
      act({ kind: "flipBit", node: 1, file: name, byte: 0, bit });
      return world.traceHash();
    };
    expect(hash(0)).not.toBe(hash(1));
  });
});
