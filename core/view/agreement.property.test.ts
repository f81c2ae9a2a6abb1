import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Index } from "../base/index.ts";
import { threeBrokers } from "../sim/scenario.ts";
import type { World } from "../sim/index.ts";
import type { ActionBody } from "../sim/index.ts";
import { DISK_FAULTS } from "../sim/diskFaults.ts";
import { segmentFileName } from "../wal/index.ts";
import { DiskViews } from "./diskView.ts";
import { nodeName, plainText } from "./richText.ts";
import { contradictions } from "./testing/claims.ts";
import { clockSkewed, stageHeld } from "./testing/handActions.contract.ts";
import { READERS, staged } from "./testing/stage.contract.ts";
import type { LinkView, WorldView } from "./view.ts";

const node = fc.integer({ min: 1, max: 3 });
const percent = fc.constantFrom(0, 30, 100);
const link: fc.Arbitrary<ActionBody> = fc.record({
  kind: fc.constant("setLink"),
  from: node,
  to: node,
  bothWays: fc.boolean(),
  isCut: fc.boolean(),
  lossPercent: percent,
  extraLatencyUs: fc.constantFrom(0, 300_000),
});
/** What a person does by hand, to processes, links and messages. */
const byHand: fc.Arbitrary<ActionBody> = fc.oneof(
  fc.record({ kind: fc.constantFrom("pause", "pause", "resume"), node }),
  clockSkewed(node),
  stageHeld(node),
  link,
  fc.record({
    kind: fc.constantFrom("dropMessage", "holdMessage", "releaseMessage", "duplicateMessage"),
    // Which one under way it is: the rest of a division by how many there are.
    message: fc.nat(),
  }),
  fc.record({
    kind: fc.constant("setNetwork"),
    latencyMinUs: fc.constant(5_000),
    latencyMaxUs: fc.constantFrom(5_000, 400_000),
    lossPercent: percent,
  }),
);
const action: fc.Arbitrary<ActionBody> = fc.oneof(
  node.map((of): ActionBody => ({ kind: "kill", node: of })),
  node.map((of): ActionBody => ({ kind: "restart", node: of })),
  node.map((of): ActionBody => ({ kind: "timeOut", node: of })),
  node.map((of): ActionBody => ({ kind: "cut", nodes: [of] })),
  fc.constant<ActionBody>({ kind: "heal" }),
  fc.constantFrom<ActionBody>({ kind: "powerCut" }, { kind: "powerOn" }),
  fc
    .record({ of: node, fault: fc.constantFrom(...DISK_FAULTS), on: fc.boolean() })
    .map(({ of, fault, on }): ActionBody => ({ kind: "diskFault", node: of, fault, on })),
  fc
    .record({ of: node, kind: fc.constantFrom("tear", "failSync", "snapshot", "repair") })
    .map(({ of, kind }): ActionBody => ({ kind, node: of })),
  fc
    .record({ of: node, byte: fc.nat(2_000), bit: fc.nat(7) })
    .map(({ of, byte, bit }): ActionBody => {
      return { kind: "flipBit", node: of, file: segmentFileName(1), byte, bit };
    }),
  fc
    .record({ to: fc.option(node), acks: fc.constantFrom<0 | 1 | -1>(0, 1, -1) })
    .map(({ to, acks }): ActionBody => ({
      kind: "produce",
      node: to,
      topic: "orders",
      partition: 0,
      key: "k",
      value: "v",
      acks,
    })),
);
const program: fc.Arbitrary<ActionBody> = fc.oneof(
  fc.constant<ActionBody>({
    kind: "startProducer",
    client: 2,
    topic: "orders",
    recordsPerSecond: 5,
    acks: -1,
    idempotent: true,
    keyCount: 3,
    valueBytes: 8,
  }),
  fc
    .constantFrom(3, 4)
    .map((client): ActionBody => ({ kind: "startConsumer", client, topic: "orders", group: "g" })),
  fc.record({
    kind: fc.constant("stopClient"),
    client: fc.constantFrom(2, 3, 4),
    crash: fc.boolean(),
  }),
);
const planOf = (actions: fc.Arbitrary<ActionBody>) =>
  fc.array(fc.record({ waitMs: fc.integer({ min: 1, max: 2_500 }), action: actions }), {
    minLength: 4,
    maxLength: 10,
  });

/** The same fact, read from every panel that shows it. */
function assertAgreement(view: WorldView): void {
  const { summary } = view;
  const running = view.nodeNames.filter((name) => view.nodes[name]!.process === "running");
  for (const name of view.nodeNames) {
    const one = view.nodes[name]!;
    const row = view.logs[name]!;
    expect(row.commit, name).toBe(one.commit);
    expect(row.appliedKnown).toBe(one.process === "running");
    expect(row.applied).toBe(one.applied);
    expect(row.applied).toBeLessThanOrEqual(row.commit);
    expect(row.commit).toBeLessThanOrEqual(row.lastIndex);
    expect(row.persistedIndex).toBeLessThanOrEqual(row.lastIndex);
    for (const cell of row.cells) {
      const isDurable = cell.index <= row.persistedIndex;
      const isCommitted = isDurable && cell.index <= one.commit;
      expect(cell.state).toBe(isCommitted ? "committed" : isDurable ? "disk" : "memory");
    }
    const isAwake = one.process === "running" && !one.isPaused;
    const waits = isAwake && one.role !== "leader" && one.membership === "voter";
    expect(one.timer !== null).toBe(waits);
    if (one.timer !== null) expect(one.timer.expiresAtUs).toBeGreaterThanOrEqual(view.nowUs);
    if (one.write !== null) expect(view.writes).toContainEqual(one.write);
    if (view.readies[name]!.gate?.state === "writing") {
      expect(one.write?.endsAtUs).toBe(view.readies[name]!.gate?.endsAtUs);
      const written = view.readies[name]!.stages[1]!.items.filter(({ kind }) => kind === "entry");
      const last = written.at(-1)?.index;
      if (last !== undefined) expect(one.write?.label).toMatch(new RegExp(`\\b${last}\\b`));
    }
  }
  if (running.length > 0) {
    expect(summary.commit).toBe(Math.max(...running.map((name) => view.nodes[name]!.commit)));
    expect(summary.term).toBe(Math.max(...running.map((name) => view.nodes[name]!.term)));
  }
  if (summary.leader !== null) {
    expect(view.nodes[summary.leader]!.role).toBe("leader");
    expect(view.logs[summary.leader]!.progress?.state).toBe("itself");
    expect(summary.lastIndex).toBe(view.logs[summary.leader]!.lastIndex);
    if (view.quorum !== null) {
      expect(view.quorum.index).toBe(summary.lastIndex);
      for (const { node: holder, state } of view.quorum.holders) {
        const cell = view.logs[holder]!.cells.find(({ index }) => index === view.quorum!.index);
        if (state === "memory") expect(cell?.state).toBe("memory");
        if (state === "disk") expect(["disk", "committed"]).toContain(cell?.state);
      }
    }
  }
  const led = view.run.bands.at(-1)!;
  expect(led.toUs).toBeNull();
  expect(led.leader).toBe(ableLeader(view));
  if (led.leader !== null) expect(led.term).toBe(view.nodes[led.leader]!.term);
  for (const partition of Object.values(view.partitions)) {
    const leader = partition.replicaLogs.find(({ role }) => role === "leader")!;
    expect(leader.node).toBe(partition.leader);
    expect(leader.alive).toBe(view.nodes[leader.node]!.process === "running");
    if (partition.leaderAlive) expect(partition.highWatermark).toBe(leader.highWatermark);
    for (const log of partition.replicaLogs) {
      expect(log.durableOffset).toBeLessThanOrEqual(log.logEndOffset);
      expect(log.role === "outOfIsr").toBe(!partition.isr.includes(log.node));
      if (log.records.length > 0) expect(log.records.at(-1)!.offset).toBe(log.logEndOffset - 1);
    }
  }
  assertSaid(view);
}

/** The leader of the highest term that reaches a majority of nodes that run. */
function ableLeader(view: WorldView): string | null {
  const running = Object.values(view.nodes).filter(
    (one) => one.process === "running" && !one.isPaused,
  );
  const reaches = (from: string, to: string): boolean =>
    view.cuts.every(({ nodes }) => nodes.includes(from) === nodes.includes(to)) &&
    view.links.every((one) => !one.isCut || !isBetween(one, from, to));
  const able = running
    .filter(({ role }) => role === "leader")
    .filter(({ name }) => running.filter((other) => reaches(name, other.name)).length >= 2)
    .sort((a, b) => b.term - a.term);
  return able[0]?.name ?? null;
}

const isBetween = ({ from, to }: LinkView, a: string, b: string): boolean =>
  (from === a && to === b) || (from === b && to === a);

/** What the log panel calls durable is what the broker's storage holds, and nothing else. */
function assertDurable(view: WorldView, world: World): void {
  for (const { node: id, broker, remains } of world.processes) {
    const storage = (broker ?? remains)?.storage;
    for (const cell of view.logs[`n${id}`]!.cells) {
      const stored = storage?.term(cell.index as Index) === cell.term;
      expect(cell.state !== "memory", `entry ${cell.index} of n${id}`).toBe(stored);
    }
  }
}

const isLie = (body: ActionBody): boolean =>
  body.kind === "diskFault" && body.fault === "lyingSync" && body.on;

/** What was read of a disk bit by bit, as it changed, is what a fresh look at it shows. */
function assertDisks(view: WorldView, world: World): void {
  for (const process of world.processes) {
    const disk = view.disks[nodeName(process.node)]!;
    const fresh = new DiskViews(READERS);
    const { note: _, ...seen } = disk;
    const { disk: read, bytes } = fresh.view(world, process, null);
    expect(read).toMatchObject(seen);
    for (const { id } of disk.items) expect(view.diskBytes[id]).toEqual(bytes[id]);
    const files = [...disk.segments, ...disk.otherFiles];
    expect(files.reduce((sum, { durableBytes }) => sum + durableBytes, 0)).toBe(disk.durableBytes);
    expect(disk.durableBytes).toBeLessThanOrEqual(disk.sizeBytes);
    if (process.state !== "running") expect(disk.durableBytes).toBe(disk.sizeBytes);
    if (process.remains?.damage != null) expect(disk.note.tone).toBe("bad");
    // What the node would cut off at a start is what is shown as torn.
    if (process.state === "crashed" && process.remains?.damage == null) {
      expect(disk.unreadable?.kind ?? "torn").toBe("torn");
    }
  }
}

/** The sentence and the suggestion say nothing that a panel contradicts. */
function assertSaid(view: WorldView): void {
  const { sentence, suggestion, events } = view;
  for (const text of [sentence.what, sentence.why]) expect(plainText(text)).toMatch(/\.$/);
  for (const { what, why } of events.slice(-3)) {
    for (const text of [what, why]) expect(plainText(text)).toMatch(/^[^\s].*\.$/);
  }
  expect(contradictions(view)).toEqual([]);
  const { action } = suggestion;
  if (!("node" in action)) return;
  const target = view.nodes[action.node]!;
  expect(target).toBeDefined();
  if (action.kind === "restart") expect(target.process).not.toBe("running");
  else if (action.kind !== "heal") expect(target.process).toBe("running");
  if (action.kind === "heal")
    expect(view.cuts.some((cut) => cut.nodes.includes(action.node))).toBe(true);
}

type Plan = readonly { readonly waitMs: number; readonly action: ActionBody }[];

/** A message under way, if the action is about one. */
function aimed(action: ActionBody, world: World): ActionBody {
  if (!("message" in action)) return action;
  const underWay = world.flights().filter((one) => one.lostAtUs === null);
  const found = underWay[action.message % Math.max(1, underWay.length)];
  return { ...action, message: found?.id ?? 0 };
}

function assertThroughout(seed: number, steps: Plan): void {
  const { world, view } = staged(threeBrokers(seed));
  world.runUntil(3_000_000);
  for (const { waitMs, action: next } of steps) {
    world.act(aimed(next, world));
    assertAgreement(view());
    assertDurable(view(), world);
    assertDisks(view(), world);
    const untilUs = world.nowUs + waitMs * 1_000;
    while (world.nowUs < untilUs && world.violation === null) {
      world.runUntil(Math.min(untilUs, world.nowUs + 41_000));
      assertAgreement(view());
      assertDurable(view(), world);
    }
    assertDisks(view(), world);
    // Nobody can promise anything on disks that lie.
    if (world.violation !== null && steps.some(({ action: one }) => isLie(one))) return;
    expect(world.violation).toBeNull();
  }
}

const anySeed = fc.integer({ min: 1, max: 1_000_000 });

test("all panels state the same facts, whatever fails", () => {
  const property = fc.property(anySeed, planOf(action), assertThroughout);
  fc.assert(property, { numRuns: 10, seed: 42, endOnFailure: true });
}, 120_000);

test("all panels state the same facts, whatever a person lays hands on", () => {
  const plan = planOf(fc.oneof({ weight: 4, arbitrary: byHand }, action, program));
  const property = fc.property(anySeed, plan, assertThroughout);
  fc.assert(property, { numRuns: 10, seed: 7, endOnFailure: true });
}, 120_000);

test("a sentence that a panel contradicts is found", () => {
  const { world, view } = staged(threeBrokers(1));
  world.runUntil(6_000_000);
  const calm = view();
  const { leader, term } = calm.summary;
  const follower = calm.nodeNames.find((name) => name !== leader)!;
  const said = (what: string, why = "So it is."): string[] => {
    const text = (words: string) => [{ text: words, ref: null }];
    return contradictions({ ...calm, sentence: { eventId: 0, what: text(what), why: text(why) } });
  };
  expect(said(`${leader} leads term ${term} and the cluster is quiet.`)).toEqual([]);
  for (const lie of [
    `${follower} leads term ${term}.`,
    `${leader} leads term ${term + 1}.`,
    `${leader} leads term ${term}; ${follower} is down.`,
    `${leader} leads term ${term}; ${follower} is cut off.`,
    `${leader} leads term ${term}; ${follower} is paused.`,
    `${leader} leads term ${term}; 2 partitions have a copy too few.`,
    `Entry ${calm.summary.lastIndex} is not yet committed.`,
    `There is no leader.`,
    `No node runs.`,
    `No message passes from ${leader} to ${follower}.`,
    `You hold the heartbeat from ${leader} to ${follower}.`,
    `The clock of ${follower} runs at 200 % of its rate.`,
  ]) {
    expect(said(lie), lie).not.toEqual([]);
  }
  expect(said("So it is.", `With ${follower} down, ${leader} must be the third.`)).toHaveLength(1);
});
