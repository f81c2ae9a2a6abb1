import type { LeaderEpoch, NodeId, Offset } from "../../base/ids.ts";
import { NO_NODE } from "../../base/ids.ts";
import { partitionKey } from "../../metadata/clusterMetadata.ts";
import type { PartitionKey, PartitionMetadata } from "../../metadata/clusterMetadata.ts";
import type { TopicConfig } from "../../metadata/command.ts";
import type { BatchProbe } from "./brokerProbe.ts";

/** A batch that was below a high watermark, without its bytes. */
export interface CommittedBatch extends Omit<BatchProbe, "bytes"> {
  /** Of the producer's part of its bytes; null if these were in no memory when it was seen first. */
  readonly crc: number | null;
  /** Where it was below the high watermark first. */
  readonly node: NodeId;
}

/** What an unclean election cost: records that were committed, or acknowledged, and are gone. */
export interface Loss {
  readonly topic: string;
  readonly partition: number;
  /** The epoch that began with the election. */
  readonly leaderEpoch: LeaderEpoch;
  /** The first of them. */
  readonly fromOffset: Offset;
  readonly records: number;
}

/** What has become of one partition since its topic was created, over all brokers and their lives. */
export class PartitionHistory {
  readonly key: PartitionKey;
  /** A later topic of the same name is another one. */
  readonly topicId: string;
  readonly #allowsUnclean: boolean;
  #metadata: PartitionMetadata;
  readonly #committed: CommittedBatch[] = [];
  /** The last epoch that began with an unclean election; -1 if none has. */
  #uncleanEpoch: LeaderEpoch | -1 = -1;
  /** It is not known yet what that has cost. */
  #isLossOpen = false;
  /** How often committed batches were lost: what agreed with them before may not do so now. */
  lossCount = 0;
  /** The topic was deleted: nobody is expected to keep anything. */
  isOver = false;

  constructor(metadata: PartitionMetadata, topicId: string, config: TopicConfig | undefined) {
    this.key = partitionKey(metadata.topic, metadata.partition);
    this.topicId = topicId;
    this.#allowsUnclean = config?.uncleanLeaderElection ?? false;
    this.#metadata = metadata;
  }

  /** The committed record, as the node knows it that has applied most. */
  get metadata(): PartitionMetadata {
    return this.#metadata;
  }

  /** What is, or was, below a high watermark somewhere, from offset 0 on. */
  get committed(): readonly CommittedBatch[] {
    return this.#committed;
  }

  /** False once committed records may have been lost, as the topic's option allows. */
  get isClean(): boolean {
    return this.#uncleanEpoch === -1;
  }

  /** A later record is committed. */
  adopt(metadata: PartitionMetadata): void {
    const before = this.#metadata;
    this.#metadata = metadata;
    const { leader, leaderEpoch } = metadata;
    if (!this.#allowsUnclean || leader === NO_NODE || leaderEpoch === before.leaderEpoch) return;
    // Of several elections at once nobody can tell whether all of them were clean.
    if (leaderEpoch === before.leaderEpoch + 1 && before.isr.includes(leader)) return;
    this.#uncleanEpoch = leaderEpoch;
    this.#isLossOpen = true;
  }

  /** Batches of a log from here on are below a high watermark. */
  extend(batches: readonly BatchProbe[], to: number, node: NodeId): void {
    for (let at = this.#committed.length; at < to; at++) {
      this.#committed.push(committedBatch(batches[at]!, node));
    }
  }

  /**
   * Whether a broker that leads in this epoch, or in none, says what is committed. After an unclean
   * election those do not who have not heard of it.
   */
  maySpeak(leadingEpoch: LeaderEpoch | -1): boolean {
    return this.isClean || (!this.#isLossOpen && leadingEpoch >= this.#uncleanEpoch);
  }

  /**
   * A broker leads in this epoch, with a log that agrees in its first `agreedCount` batches. After an
   * unclean election it is its log that counts: what that lacks is the loss, null if there is none.
   */
  led(leadingEpoch: LeaderEpoch | -1, agreedCount: number): Loss | null {
    if (!this.#isLossOpen || leadingEpoch < this.#uncleanEpoch) return null;
    this.#isLossOpen = false;
    const first = this.#committed[agreedCount];
    const last = this.#committed.at(-1);
    if (first === undefined || last === undefined) return null;
    this.#committed.length = agreedCount;
    this.lossCount++;
    return this.loss(first.baseOffset, last.lastOffset + 1 - first.baseOffset);
  }

  /** A loss by the last unclean election. */
  loss(fromOffset: Offset, records: number): Loss {
    const { topic, partition } = this.#metadata;
    return {
      topic,
      partition,
      leaderEpoch: this.#uncleanEpoch as LeaderEpoch,
      fromOffset,
      records,
    };
  }

  /** Position of the committed batch that begins at this offset; -1 if there is none. */
  positionOf(baseOffset: number): number {
    const batches = this.#committed;
    let low = 0;
    let high = batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (batches[middle]!.baseOffset < baseOffset) low = middle + 1;
      else high = middle;
    }
    return low < batches.length && batches[low]!.baseOffset === baseOffset ? low : -1;
  }
}

function committedBatch(batch: BatchProbe, node: NodeId): CommittedBatch {
  const { baseOffset, lastOffset, leaderEpoch, recordCount, sizeBytes, bytes } = batch;
  const { producerId, producerEpoch, baseSequence, maxTimestampMs } = batch;
  return {
    baseOffset,
    lastOffset,
    leaderEpoch,
    recordCount,
    producerId,
    producerEpoch,
    baseSequence,
    maxTimestampMs,
    sizeBytes,
    crc: bytes === null ? null : crcOf(bytes),
    node,
  };
}

/** True if this is that batch, at its place and with its epoch. */
export function isCommittedBatch(committed: CommittedBatch, held: BatchProbe): boolean {
  return (
    held.baseOffset === committed.baseOffset &&
    held.lastOffset === committed.lastOffset &&
    held.leaderEpoch === committed.leaderEpoch &&
    held.producerId === committed.producerId &&
    held.producerEpoch === committed.producerEpoch &&
    held.baseSequence === committed.baseSequence &&
    held.maxTimestampMs === committed.maxTimestampMs &&
    held.sizeBytes === committed.sizeBytes &&
    // What is only on the disk was compared while it was in memory; a checksum guards it there.
    (held.bytes === null || committed.crc === null || crcOf(held.bytes) === committed.crc)
  );
}

/** True if it holds the records that a producer has sent. */
export function isSentBatch(committed: CommittedBatch, sent: Uint8Array): boolean {
  if (committed.sizeBytes !== sent.length) return false;
  return committed.crc === null || crcOf(sent) === committed.crc;
}

/** Where a record batch has the checksum of what its producer has made of it. */
const CRC_AT = 17;

function crcOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(CRC_AT);
}
