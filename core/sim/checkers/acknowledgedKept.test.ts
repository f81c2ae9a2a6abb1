import { describe, expect, test } from "vitest";
import { index, leaderEpoch, nodeId, offset, partitionEpoch } from "../../base/ids.ts";
import { EMPTY_METADATA, partitionKey } from "../../metadata/clusterMetadata.ts";
import type { ClusterMetadata } from "../../metadata/clusterMetadata.ts";
import { encodeRecordBatch, ErrorCode, rewriteBatchOffsets } from "../../wire/index.ts";
import { AcknowledgedKept } from "./acknowledgedKept.ts";
import type { BrokerProbe, ReplicaProbe } from "./acknowledgedKept.ts";

const KEY = partitionKey("orders", 0);

function batch(value: number): Uint8Array {
  return encodeRecordBatch({
    baseOffset: 0,
    leaderEpoch: -1,
    firstTimestampMs: 0,
    records: [{ key: null, value: Uint8Array.of(value) }],
  });
}

/** The metadata of one partition, led by the first of its ISR. */
function metadata(isr: readonly number[], epoch: number): ClusterMetadata {
  const partition = {
    topic: "orders",
    partition: 0,
    replicas: [1, 2, 3].map(nodeId),
    leader: nodeId(isr[0] ?? 0),
    leaderEpoch: leaderEpoch(epoch),
    isr: isr.map(nodeId),
    partitionEpoch: partitionEpoch(epoch),
  };
  return { ...EMPTY_METADATA, partitions: new Map([[KEY, partition]]) };
}

/** A broker whose only replica holds one record a value; a test may change it behind our back. */
class Stub implements BrokerProbe {
  readonly id;
  metadata: ClusterMetadata = EMPTY_METADATA;
  appliedIndex = index(0);
  wal = { lastSequence: 0 };
  replicas = new Map<string, ReplicaProbe>();

  constructor(id: number) {
    this.id = nodeId(id);
  }

  holds(values: readonly number[], epoch = 1): void {
    const batches = values.map((value, i) => ({
      baseOffset: offset(i),
      lastOffset: offset(i),
      bytes: rewriteBatchOffsets(batch(value), offset(i), leaderEpoch(epoch)),
    }));
    const logEndOffset = offset(values.length);
    const lastEpoch = values.length === 0 ? -1 : leaderEpoch(epoch);
    this.replicas.set(KEY, { batches, logEndOffset, lastEpoch });
    this.wal = { lastSequence: this.wal.lastSequence + 1 };
  }

  applies(at: number, state: ClusterMetadata): void {
    this.metadata = state;
    this.appliedIndex = index(at);
  }
}

/** Three brokers that hold records 7 and 8; the one at offset 1 was acknowledged by n1. */
function setUp(isr: readonly number[] = [1, 2, 3]) {
  const checker = new AcknowledgedKept();
  const brokers = [1, 2, 3].map((id) => new Stub(id));
  const [n1, n2, n3] = brokers as [Stub, Stub, Stub];
  for (const broker of brokers) {
    expect(checker.started(broker)).toBeNull();
    broker.holds([7, 8]);
    broker.applies(5, metadata(isr, 1));
    expect(checker.check(broker.id)).toBeNull();
  }
  const acknowledge = (value: number, baseOffset: number) => {
    const at = { topic: "orders", partition: 0 };
    const answer = { ...at, errorCode: ErrorCode.NONE, baseOffset, currentLeader: null };
    return checker.acknowledge(
      n1.id,
      {
        api: "produce",
        acks: -1,
        timeoutMs: 1,
        partitions: [{ ...at, records: batch(value) }],
      },
      { api: "produce", partitions: [answer] },
    );
  };
  return { checker, n1, n2, n3, acknowledge };
}

describe("Acknowledged records are kept", () => {
  test("an acknowledgement that every in-sync replica backs is fine", () => {
    const { checker, n1, n2, n3, acknowledge } = setUp();
    expect(acknowledge(8, 1)).toBeNull();
    for (const { id } of [n1, n2, n3]) expect(checker.check(id)).toBeNull();
  });

  test("an acknowledgement before an in-sync follower has it breaks it", () => {
    const { n3, acknowledge } = setUp();
    n3.holds([7]);
    expect(acknowledge(8, 1)).toBe(
      "n1 acknowledged offset 1 of orders-0, but n3, a member of the ISR, has nothing there.",
    );
  });

  test("one before a replica outside the ISR has it is fine, until that one joins", () => {
    const { checker, n1, n3, acknowledge } = setUp([1, 2]);
    n3.holds([7]);
    expect(checker.check(n3.id)).toBeNull();
    expect(acknowledge(8, 1)).toBeNull();
    n1.applies(6, metadata([1, 2, 3], 1));
    expect(checker.check(n1.id)).toContain("n3, a member of the ISR, has nothing there");
  });

  test("a follower that cuts it off later breaks it", () => {
    const { checker, n2, acknowledge } = setUp();
    expect(acknowledge(8, 1)).toBeNull();
    n2.holds([7]);
    expect(checker.check(n2.id)).toContain("n2, a member of the ISR, has nothing there");
  });

  test("a log that grew while it was outside of the ISR is looked at when it shrinks", () => {
    const { checker, n1, n3, acknowledge } = setUp([1, 2]);
    expect(acknowledge(8, 1)).toBeNull();
    n3.holds([7, 8, 9]);
    expect(checker.check(n3.id)).toBeNull();
    n1.applies(6, metadata([1, 2, 3], 1));
    expect(checker.check(n1.id)).toBeNull();
    n3.holds([7]);
    expect(checker.check(n3.id)).toContain("n3");
  });

  test("a new leader with another record at that offset breaks it", () => {
    const { checker, n2, acknowledge } = setUp([1, 2]);
    expect(acknowledge(8, 1)).toBeNull();
    n2.holds([7, 9], 2);
    n2.applies(6, metadata([2, 1], 2));
    expect(checker.check(n2.id)).toBe(
      "n1 acknowledged offset 1 of orders-0, but n2, its leader in epoch 2, has another record " +
        "there.",
    );
  });

  test("a dead replica promises nothing, and is looked at when it is back", () => {
    const { checker, n2, n3, acknowledge } = setUp();
    checker.ended(n3.id);
    n3.holds([7]);
    expect(acknowledge(8, 1)).toBeNull();
    expect(checker.check(n2.id)).toBeNull();
    expect(checker.started(n3)).toContain("n3, a member of the ISR, has nothing there");
  });

  test("a node whose disk was wiped holds nothing, and must be out of the ISR by then", () => {
    const { checker, n1, n3, acknowledge } = setUp();
    expect(acknowledge(8, 1)).toBeNull();
    checker.ended(n3.id);
    n1.applies(6, metadata([1, 2], 1));
    expect(checker.check(n1.id)).toBeNull();
    n3.replicas.clear();
    n3.applies(0, EMPTY_METADATA);
    expect(checker.started(n3)).toBeNull();
    expect(checker.check(n3.id)).toBeNull();
    n1.applies(7, metadata([1, 2, 3], 1));
    expect(checker.check(n1.id)).toContain("n3, a member of the ISR, has nothing there");
  });

  test("metadata that others have overtaken does not count", () => {
    const { checker, n2, n3, acknowledge } = setUp([1, 2]);
    n3.holds([]);
    n3.applies(3, metadata([1, 2, 3], 0));
    expect(checker.check(n3.id)).toBeNull();
    expect(acknowledge(8, 1)).toBeNull();
    expect(checker.check(n2.id)).toBeNull();
  });
});
