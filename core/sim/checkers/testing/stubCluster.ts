import { index, leaderEpoch, nodeId, offset, partitionEpoch } from "../../../base/ids.ts";
import type { NodeId } from "../../../base/ids.ts";
import { partitionFixture, topicFixture } from "../../../broker/testing/fixtures.ts";
import { storedBatch } from "../../../broker/replicaLog.ts";
import { EMPTY_METADATA, partitionKey } from "../../../metadata/clusterMetadata.ts";
import type { ClusterMetadata, PartitionMetadata } from "../../../metadata/clusterMetadata.ts";
import {
  encodeRecordBatch,
  ErrorCode,
  readBatchHeader,
  rewriteBatchOffsets,
} from "../../../wire/index.ts";
import type {
  BatchProbe,
  BrokerProbe,
  GroupProbe,
  LedProbe,
  ReplicaProbe,
} from "../brokerProbe.ts";
import { BrokerRules } from "../brokerRules.ts";

export const KEY = partitionKey("orders", 0);

/** One record, and the epoch of its leader. */
export type StubRecord = readonly [value: number, epoch: number];

/** What a partition is like by the metadata, where it differs from one that n1 leads. */
export interface StubPartition {
  readonly isr?: readonly number[];
  readonly leader?: number;
  readonly epoch?: number;
  readonly partitionEpoch?: number;
  readonly group?: number;
  readonly unclean?: boolean;
  readonly topicId?: string;
}

interface Idempotent {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

/** A batch of one record, as a producer sends it. */
export function sentBatch(value: number, idempotent?: Idempotent): Uint8Array {
  return encodeRecordBatch({
    baseOffset: 0,
    leaderEpoch: -1,
    firstTimestampMs: 0,
    ...idempotent,
    records: [{ key: null, value: Uint8Array.of(value) }],
  });
}

/** A batch of one record, as a replica keeps it. */
export function heldBatch(at: number, [value, epoch]: StubRecord, from?: Idempotent): BatchProbe {
  const bytes = rewriteBatchOffsets(sentBatch(value, from), offset(at), leaderEpoch(epoch));
  return storedBatch(readBatchHeader(bytes)!, bytes);
}

function metadataWith(of: StubPartition): ClusterMetadata {
  const { isr = [1, 2, 3], leader = isr[0] ?? 0, epoch = 1, group = 0, unclean = false } = of;
  const partition: PartitionMetadata = partitionFixture({
    replicas: [1, 2, 3].map(nodeId),
    leader: nodeId(leader),
    leaderEpoch: leaderEpoch(epoch),
    isr: isr.map(nodeId),
    partitionEpoch: partitionEpoch(of.partitionEpoch ?? epoch),
    group,
  });
  const name = of.topicId === undefined ? {} : { topicId: of.topicId };
  const topic = topicFixture(name, { uncleanLeaderElection: unclean });
  return {
    ...EMPTY_METADATA,
    topics: new Map([["orders", topic]]),
    partitions: new Map([[KEY, partition]]),
  };
}

/** A broker whose one replica is whatever a test says, right or wrong. */
export class StubBroker implements BrokerProbe {
  readonly id: NodeId;
  readonly generation = 0;
  readonly raft = null;
  readonly storage = null;
  metadata: ClusterMetadata = EMPTY_METADATA;
  appliedIndex = index(0);
  readonly replicas = new Map<string, ReplicaProbe>();
  readonly led = new Map<string, LedProbe>();
  readonly groups = new Map<string, GroupProbe>();
  readonly raftPartitions = { groups: this.groups };
  readonly log = {
    topicId: topicFixture().topicId,
    batches: [] as BatchProbe[],
    highWatermark: offset(0),
  };

  constructor(id: number) {
    this.id = nodeId(id);
    this.replicas.set(KEY, this.log);
  }

  holds(records: readonly StubRecord[], highWatermark: number): void {
    this.log.batches = records.map((record, at) => heldBatch(at, record));
    this.log.highWatermark = offset(highWatermark);
  }

  applies(at: number, of: StubPartition): void {
    this.metadata = metadataWith(of);
    this.appliedIndex = index(at);
  }

  /** It leads in the epoch that it has applied; consumers are served. */
  leads(): void {
    const partition = this.metadata.partitions.get(KEY)!;
    const { leaderEpoch: epoch } = partition;
    this.led.set(KEY, { leaderEpoch: epoch, isHighWatermarkKnown: true });
  }
}

/** n1, n2 and n3 under the rules. A step of a broker gives what it breaks, as a sentence. */
export class StubCluster {
  readonly rules = new BrokerRules();
  readonly n1 = new StubBroker(1);
  readonly n2 = new StubBroker(2);
  readonly n3 = new StubBroker(3);
  readonly all = [this.n1, this.n2, this.n3];

  /** All have applied `of`, and hold `records`; those below `highWatermark` are committed. */
  begin(of: StubPartition, records: readonly StubRecord[] = [], highWatermark = 0): void {
    for (const broker of this.all) {
      broker.applies(1, of);
      broker.holds(records, highWatermark);
      if (broker.id === (of.leader ?? of.isr?.[0] ?? 1)) broker.leads();
      this.start(broker);
    }
  }

  start(broker: StubBroker): string | null {
    return this.rules.started(broker)?.text ?? null;
  }

  /** "Rule: sentence." */
  step({ id }: StubBroker): string | null {
    const breach = this.rules.stepped(id);
    return breach === null ? null : `${breach.rule.name}: ${breach.text}`;
  }

  /** A broker answers a producer. */
  acknowledge({ id }: StubBroker, baseOffset: number, records: Uint8Array): string | null {
    const at = { topic: "orders", partition: 0 };
    const breach = this.rules.acknowledged(
      id,
      {
        api: "produce",
        transactionalId: null,
        acks: -1,
        timeoutMs: 1,
        partitions: [{ ...at, records }],
      },
      {
        api: "produce",
        partitions: [
          {
            ...at,
            errorCode: ErrorCode.NONE,
            baseOffset,
            logStartOffset: 0,
            errorMessage: null,
            currentLeader: null,
          },
        ],
        nodeEndpoints: [],
      },
    );
    return breach?.text ?? null;
  }
}
