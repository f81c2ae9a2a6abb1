import * as fc from "fast-check";
import { expect, test } from "vitest";
import { utf8Decode } from "../base/utf8.ts";
import { NO_NODE } from "../base/ids.ts";
import { EMPTY_METADATA, metadataHash, partitionKey } from "../metadata/index.ts";
import type { ClusterMetadata } from "../metadata/index.ts";
import type { HardState } from "../raft/index.ts";
import { decodeRecordBatch, ErrorCode } from "../wire/index.ts";
import type { Broker } from "./index.ts";
import { produceAnswer, TestCluster } from "./testing/testCluster.ts";
import type { Asked } from "./testing/testCluster.ts";

const PARTITIONS = [0, 1, 2];

interface Sent {
  readonly asked: Asked;
  readonly partition: number;
  readonly value: string;
  readonly acks: 0 | 1 | -1;
}

/** A cluster in trouble, and what is known of it from outside. */
interface Drama {
  readonly cluster: TestCluster;
  readonly pick: (n: number) => number;
  readonly down: Set<number>;
  readonly sent: Sent[];
  /** The latest state that any broker has ever applied, dead ones included. */
  committed: { index: number; metadata: ClusterMetadata };
  /** Of the state that any broker was in after that entry. */
  readonly hashes: Map<number, number>;
  /** What each broker's disk has promised last. */
  readonly promised: Map<number, HardState>;
}

/** Whatever happens: nobody breaks a rule, and what acks=all promised is kept. */
test("power cuts, torn tails, full disks, network cuts: nothing acknowledged is lost", () => {
  let acknowledged = 0;
  let snapshots = 0;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
      const drama = begin(seed);
      for (let at = 0; at < 50; at++) {
        act(drama);
        drama.cluster.run(20_000 + drama.pick(400_000));
        check(drama);
      }
      end(drama);
      acknowledged += drama.sent.filter(isAcknowledged).length;
      for (const { lastSnapshot } of drama.cluster.alive) if (lastSnapshot !== null) snapshots++;
    }),
    { numRuns: 30, endOnFailure: true },
  );
  expect(acknowledged).toBeGreaterThan(50);
  expect(snapshots).toBeGreaterThan(10);
}, 60_000);

function begin(seed: number): Drama {
  const pick = picker(seed);
  const cluster = new TestCluster(3, {
    events: false,
    random: pick,
    // Small enough for many of each.
    segmentBytesMax: 300 + pick(3_000),
    snapshotEntries: 2 + pick(12),
    snapshotTrailingEntries: pick(4),
  });
  for (const id of [1, 2, 3]) cluster.diskUs.set(id, 8_000 + 4_000 * id);
  cluster.latencyUs = 20_000;
  cluster.boot();
  cluster.createTopic("orders", PARTITIONS.length, 3, 1 + (seed % 2));
  const committed = { index: 0, metadata: EMPTY_METADATA };
  const known = { committed, hashes: new Map(), promised: new Map() };
  return { cluster, pick, down: new Set(), sent: [], ...known };
}

/** One disaster, one repair, or one produce. */
function act({ cluster, pick, down, sent }: Drama): void {
  const id = 1 + pick(3);
  const what = pick(24);
  if (what === 20) {
    cluster.step(id, { kind: "takeSnapshot" });
  } else if (what === 21) {
    const disk = cluster.disk(id);
    disk.roomBytes = disk.usedBytes + pick(500);
  } else if (what > 21) {
    cluster.disk(id).roomBytes = Number.POSITIVE_INFINITY;
  } else if (what < 2) {
    const isAll = pick(5) === 0;
    for (const one of isAll ? [1, 2, 3] : [id]) {
      if (!down.has(one)) cluster.kill(one, pick(2) === 0 ? 0 : pick(400), pick(2) === 0);
      down.add(one);
    }
  } else if (what < 6) {
    if (down.delete(id)) cluster.restart(id);
  } else if (what === 6) {
    cluster.cut(id);
  } else if (what < 9) {
    cluster.heal();
  } else if (what === 9) {
    cluster.step(id, { kind: "timeOut" });
  } else {
    const partition = pick(PARTITIONS.length);
    const acks = ([-1, -1, 1, 0] as const)[pick(4)]!;
    const value = `value ${sent.length}`;
    const known = cluster.alive[0]?.metadata.partitions.get(partitionKey("orders", partition));
    const to = pick(4) === 0 ? id : (known?.leader ?? id);
    const asked = cluster.produce(to, "orders", partition, value, acks);
    sent.push({ asked, partition, value, acks });
  }
}

function check(drama: Drama): void {
  for (const broker of drama.cluster.alive) {
    const { id, stopped, appliedIndex, metadata, storage } = broker;
    expect(stopped).toBe(null);
    if (appliedIndex > drama.committed.index) drama.committed = { index: appliedIndex, metadata };
    const hash = metadataHash(metadata);
    expect(drama.hashes.get(appliedIndex) ?? hash, `state ${appliedIndex} of n${id}`).toBe(hash);
    drama.hashes.set(appliedIndex, hash);
    const { hardState } = storage!.initialState();
    if (hardState === null) continue;
    expectNotBack(drama.promised.get(id), hardState);
    drama.promised.set(id, hardState);
  }
  for (const one of drama.sent) {
    if (isAcknowledged(one)) expectKept(drama, one);
  }
}

/** Restarts and all: a term never goes back, nor a commit index, and a vote stands for its term. */
function expectNotBack(before: HardState | undefined, { term, vote, commit }: HardState): void {
  if (before === undefined) return;
  expect(term).toBeGreaterThanOrEqual(before.term);
  expect(commit).toBeGreaterThanOrEqual(before.commit);
  if (term === before.term && before.vote !== NO_NODE) expect(vote).toBe(before.vote);
}

/** StrongIsr: a record acknowledged with acks=all is on every live member of the ISR. */
function expectKept({ cluster, committed }: Drama, { asked, partition, value }: Sent): void {
  const key = partitionKey("orders", partition);
  const { isr } = committed.metadata.partitions.get(key)!;
  const { baseOffset } = produceAnswer(asked);
  for (const broker of cluster.alive) {
    if (!isr.includes(broker.id)) continue;
    expect(valueAt(broker, key, baseOffset), `${key} ${baseOffset} on n${broker.id}`).toBe(value);
  }
}

/** Once everything is well again, so is the cluster: full ISRs, equal logs, and it serves. */
function end(drama: Drama): void {
  const { cluster, down } = drama;
  cluster.heal();
  for (const id of [1, 2, 3]) cluster.disk(id).roomBytes = Number.POSITIVE_INFINITY;
  for (const id of down) cluster.restart(id);
  cluster.run(12_000_000);
  check(drama);
  for (const partition of PARTITIONS) {
    const { leader, isr } = drama.committed.metadata.partitions.get(`orders-${partition}`)!;
    expect(isr).toHaveLength(3);
    const asked = cluster.produce(leader, "orders", partition, "last", -1);
    cluster.run(1_000_000);
    expect(produceAnswer(asked).errorCode).toBe(ErrorCode.NONE);
    const [first, ...rest] = cluster.alive.map(({ replicas }) => {
      return replicas.get(`orders-${partition}`)!.batches.map(({ bytes }) => bytes!.join());
    });
    for (const other of rest) expect(other).toEqual(first);
  }
}

function isAcknowledged({ asked, acks }: Sent): boolean {
  return acks === -1 && asked.response !== null && produceAnswer(asked).errorCode === 0;
}

function valueAt(broker: Broker, key: string, at: number): string | null {
  const stored = broker.replicas.get(key)?.batches.find(({ baseOffset }) => baseOffset === at);
  const decoded = stored === undefined ? null : decodeRecordBatch(stored.bytes!);
  if (decoded?.ok !== true) return null;
  return utf8Decode(decoded.batch.records[0]!.value!);
}

/** A generator that is good enough to pick disasters. */
function picker(seed: number): (n: number) => number {
  let state = Math.imul(seed, 0x9e3779b1);
  return (n) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x3d4d51cb) | 0;
    return ((state >>> 7) & 0xffffff) % n;
  };
}
