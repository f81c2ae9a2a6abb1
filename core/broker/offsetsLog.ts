import { assert } from "../base/assert.ts";
import type { LeaderEpoch, NodeId, Offset } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import { ErrorCode, readBatchHeader } from "../wire/index.ts";
import type { BrokerContext } from "./context.ts";
import { endpointOf } from "./endpoints.ts";
import { OFFSETS_TOPIC } from "./groups/offsetsTopic.ts";
import type { Appended, LedLog, OffsetsTopic, PartitionLeader } from "./groups/offsetsTopic.ts";
import { acknowledgement } from "./produce.ts";
import { appendAsLeader } from "./replica.ts";
import type { Topics } from "./topics.ts";

/** The topic of what groups commit, on this broker: kept and replicated as any other topic. */
export class OffsetsLog implements OffsetsTopic {
  readonly #context: BrokerContext;
  readonly #topics: Topics;

  constructor(context: BrokerContext, topics: Topics) {
    this.#context = context;
    this.#topics = topics;
  }

  get self(): NodeId {
    return this.#context.config.id;
  }

  get partitionCount(): number | null {
    return this.#context.state.metadata.topics.get(OFFSETS_TOPIC)?.partitionCount ?? null;
  }

  hasPartition(topic: string, partition: number): boolean {
    const known = this.#context.state.metadata.topics.get(topic);
    return known !== undefined && partition >= 0 && partition < known.partitionCount;
  }

  requestCreation(): void {
    const { offsetsTopicPartitions } = this.#context.config;
    this.#topics.requestInternalTopic(OFFSETS_TOPIC, offsetsTopicPartitions);
  }

  leaderOf(partition: number): PartitionLeader | null {
    const { metadata } = this.#context.state;
    const known = metadata.partitions.get(partitionKey(OFFSETS_TOPIC, partition));
    if (known === undefined) return null;
    const { leader, leaderEpoch } = known;
    const endpoint = endpointOf(metadata, leader);
    return endpoint === null
      ? null
      : { leader, leaderEpoch, host: endpoint.host, port: endpoint.port };
  }

  read(partition: number): LedLog | null {
    const led = this.#context.partitions.led.get(partitionKey(OFFSETS_TOPIC, partition));
    if (led === undefined) return null;
    const { leaderEpoch, log, isHighWatermarkKnown: isComplete } = led;
    return {
      leaderEpoch,
      isComplete,
      // Only who loads the log wants them.
      get batches() {
        return log.batches.map(bytesOf);
      },
    };
  }

  append(partition: number, batch: Uint8Array): Appended {
    const { partitions, wal } = this.#context;
    const led = partitions.led.get(partitionKey(OFFSETS_TOPIC, partition));
    const header = readBatchHeader(batch);
    if (led === undefined || header === null) return refused(ErrorCode.NOT_COORDINATOR);
    if (wal.isFull) return refused(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    if (led.isUnderMinIsr) return refused(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    const { leaderEpoch } = led;
    const { lastOffset } = appendAsLeader(this.#context, led, header, batch);
    return { ok: true, leaderEpoch, lastOffset };
  }

  outcome(partition: number, leaderEpoch: LeaderEpoch, lastOffset: Offset): ErrorCode | null {
    const led = this.#context.partitions.led.get(partitionKey(OFFSETS_TOPIC, partition));
    return acknowledgement(led, -1, { leaderEpoch, lastOffset });
  }
}

function refused(errorCode: ErrorCode): Appended {
  return { ok: false, errorCode };
}

/** Logs of internal topics stay in memory as a whole. */
function bytesOf({ bytes }: { readonly bytes: Uint8Array | null }): Uint8Array {
  assert(bytes !== null, "the log of an internal topic stays in memory");
  return bytes;
}
