import * as fc from "fast-check";
import { expect, test } from "vitest";
import { assert } from "../../base/assert.ts";
import { utf8Decode, utf8Encode } from "../../base/utf8.ts";
import { decodeRecordBatch, encodeRecordBatch, ErrorCode } from "../../wire/index.ts";
import { memberId } from "./memberId.ts";
import type { RaftProposal } from "./raftPartitions.ts";
import { PartitionCluster } from "./testing/partitionCluster.ts";

const TOPICS = ["orders", "carts"] as const;
const NODES = [1, 2, 3] as const;

type Action =
  | {
      readonly kind: "produce";
      readonly topic: number;
      readonly isRetry: boolean;
      readonly waits: boolean;
    }
  | {
      readonly kind: "kill";
      readonly node: number;
      readonly survivingBytes: number;
      readonly keepsNames: boolean;
    }
  | { readonly kind: "start" | "cut" | "replaceDisk"; readonly node: number }
  | { readonly kind: "heal" }
  | { readonly kind: "run"; readonly ms: number };

const node = fc.constantFrom(...NODES);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("produce" as const),
      topic: fc.nat({ max: 1 }),
      isRetry: fc.boolean(),
      waits: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("kill" as const),
      node,
      survivingBytes: fc.nat({ max: 300 }),
      keepsNames: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom("start", "cut", "replaceDisk"), node }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("heal" as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("run" as const),
      ms: fc.constantFrom(1, 3, 20, 300, 2_500),
    }),
  },
);

interface Sent {
  readonly value: string;
  readonly batch: Uint8Array;
  readonly proposals: RaftProposal[];
}

/** A cluster, what was sent to it, and what its replicas have shown so far. */
class Run {
  readonly cluster: PartitionCluster;
  readonly sent: readonly Sent[][] = [[], []];
  /** Values by offset, as the first replica showed them that had them below its high watermark. */
  readonly #shown: readonly string[][] = [[], []];
  readonly #cut = new Set<number>();

  constructor(seed: number, partitionFlushBytes: number) {
    const entries = { snapshotEntries: 8, snapshotTrailingEntries: 2 };
    const config = { ...entries, segmentBytesMax: 1_500, partitionFlushBytes };
    this.cluster = new PartitionCluster(3, config, seed);
    this.cluster.arrives = (from, to) => !this.#cut.has(from) && !this.#cut.has(to);
    for (const topic of TOPICS) this.cluster.createTopic(topic, [[...NODES]]);
    this.cluster.run(100_000);
  }

  do(what: Action): void {
    const { cluster } = this;
    switch (what.kind) {
      case "produce":
        this.#produce(what.topic, what.isRetry);
        if (what.waits) cluster.run(6_000);
        break;
      case "kill":
        if (cluster.isUp(what.node)) {
          cluster.kill(what.node, what.survivingBytes, what.keepsNames);
        }
        break;
      case "start":
        if (!cluster.isUp(what.node)) cluster.start(what.node);
        break;
      case "cut":
        this.#cut.add(what.node);
        break;
      case "heal":
        this.#cut.clear();
        break;
      case "replaceDisk":
        this.#replaceDisk(what.node);
        break;
      case "run":
        cluster.run(what.ms * 1_000);
    }
    this.look();
  }

  /** An idempotent producer for each topic; a retry repeats its last batch as it was. */
  #produce(topic: number, isRetry: boolean): void {
    const { cluster } = this;
    const leader = cluster.leaderOf(TOPICS[topic]!);
    if (leader === null) return;
    const sent = this.sent[topic]!;
    const last = sent.at(-1);
    // A producer of five in flight would do as well, but it must not go on after a gap.
    const isOpen = last !== undefined && !last.proposals.some(isAcknowledged);
    if (!isOpen && !isRetry) sent.push(this.#next(topic, sent.length));
    const one = sent.at(-1);
    if (one === undefined) return;
    const proposal = cluster.act(leader, (partitions) =>
      partitions.propose(`${TOPICS[topic]!}-0`, one.batch),
    );
    if (typeof proposal !== "number") one.proposals.push(proposal);
  }

  #next(topic: number, sequence: number): Sent {
    const value = `${TOPICS[topic]!}-${sequence}`;
    const batch = encodeRecordBatch({
      baseOffset: 0,
      leaderEpoch: -1,
      firstTimestampMs: 1_000,
      producerId: 5,
      producerEpoch: 0,
      baseSequence: sequence,
      records: [{ key: null, value: utf8Encode(value) }],
    });
    return { value, batch, proposals: [] };
  }

  /** Only while every group has a voter on each present disk: one lost disk is what it can bear. */
  #replaceDisk(id: number): void {
    const { cluster } = this;
    if (!cluster.isUp(id)) return;
    for (const topic of TOPICS) {
      const leader = cluster.leaderOf(topic);
      if (leader === null) return;
      const { voters } = cluster.partitions(leader).groups.get(`${topic}-0`)!.loop.confState;
      const present = [...cluster.metadata.nodes.values()].map((one) =>
        memberId(one.node, one.generation),
      );
      if (voters.length !== 3 || !present.every((member) => voters.includes(member))) return;
    }
    cluster.replaceDisk(id);
  }

  /** State Machine Safety: what one replica shows at an offset, all show there, and always will. */
  look(): void {
    expect([...this.cluster.refused.values()]).toEqual([]);
    for (const [at, topic] of TOPICS.entries()) {
      const shown = this.#shown[at]!;
      for (const id of this.cluster.alive) {
        const log = this.cluster.log(id, topic);
        assert(log.highWatermark === log.logEndOffset, "what is applied is committed");
        for (const { baseOffset, bytes } of log.batches) {
          const value = valueOf(bytes!);
          shown[baseOffset] ??= value;
          expect([baseOffset, shown[baseOffset]]).toEqual([baseOffset, value]);
        }
      }
    }
  }

  /** Everything works again: what was acknowledged is there, once, and all replicas are the same. */
  calm(): void {
    const { cluster } = this;
    this.#cut.clear();
    for (const id of NODES) if (!cluster.isUp(id)) cluster.start(id);
    for (const [at, topic] of TOPICS.entries()) {
      cluster.runUntil(() => cluster.leaderOf(topic) !== null);
      this.#produce(at, false);
      const last = this.sent[at]!.at(-1)!;
      cluster.runUntil(() => {
        const { errorCode } = last.proposals.at(-1) ?? { errorCode: ErrorCode.NONE };
        if (errorCode !== null && errorCode !== ErrorCode.NONE) this.#produce(at, true);
        return last.proposals.some(isAcknowledged);
      });
      const ends = (): number[] => NODES.map((id) => cluster.log(id, topic).logEndOffset);
      cluster.runUntil(() => new Set(ends()).size === 1);
      this.look();
      const logs = NODES.map((id) =>
        cluster.log(id, topic).batches.map(({ bytes }) => bytes!.join()),
      );
      expect(logs[1]).toEqual(logs[0]);
      expect(logs[2]).toEqual(logs[0]);
      const values = cluster.log(1, topic).batches.map(({ bytes }) => valueOf(bytes!));
      // In order, without a gap, and each once: the producer waits for one before the next.
      expect(values).toEqual(this.sent[at]!.map(({ value }) => value));
      for (const { value, proposals } of this.sent[at]!) {
        for (const { baseOffset } of proposals.filter(isAcknowledged)) {
          expect(values[baseOffset]).toBe(value);
        }
      }
    }
  }
}

function isAcknowledged({ errorCode }: RaftProposal): boolean {
  return errorCode === ErrorCode.NONE;
}

function valueOf(bytes: Uint8Array): string {
  const decoded = decodeRecordBatch(bytes);
  assert(decoded.ok, "a log holds batches");
  return utf8Decode(decoded.batch.records[0]!.value!);
}

test("whatever dies, and wherever its log is torn: acknowledged batches are kept, once, everywhere", () => {
  let flushed = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.constantFrom(1, 400, 100_000),
      fc.array(action, { minLength: 10, maxLength: 60, size: "max" }),
      (seed, partitionFlushBytes, actions) => {
        const run = new Run(seed, partitionFlushBytes);
        for (const one of actions) run.do(one);
        run.calm();
        flushed += run.cluster.log(1, "orders").flushedEndOffset;
      },
    ),
    { numRuns: 40 },
  );
  expect(flushed).toBeGreaterThan(20);
}, 120_000);
