import type { Offset } from "../base/ids.ts";
import { ErrorCode } from "../wire/index.ts";

/** What a batch says of its producer, and where it stands in the log. */
export interface SequencedBatch {
  /** -1: the producer is not idempotent. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
}

/** What a log remembers of one producer. */
interface ProducerState {
  readonly epoch: number;
  /** Its last batches of that epoch, oldest first, `BATCHES_KEPT` at most. */
  readonly batches: readonly SequencedBatch[];
}

export type SequenceCheck =
  | { readonly kind: "next" }
  /** Exactly this batch is in the log already, there. */
  | { readonly kind: "duplicate"; readonly baseOffset: Offset; readonly lastOffset: Offset }
  | { readonly kind: "refused"; readonly errorCode: ErrorCode };

/** As many as a producer may have in flight; Kafka's number (KIP-98, KAFKA-5494). */
const BATCHES_KEPT = 5;
const SEQUENCE_END = 2 ** 31;

const NEXT: SequenceCheck = { kind: "next" };
const OUT_OF_ORDER: SequenceCheck = {
  kind: "refused",
  errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
};
const FENCED: SequenceCheck = { kind: "refused", errorCode: ErrorCode.INVALID_PRODUCER_EPOCH };

/**
 * The idempotent producers of one partition's log (KIP-98): what each sent last, so that a retry is
 * not stored twice and a gap is noticed. It follows from the log alone, hence a new leader knows the
 * same. Checking and appending must be one step.
 */
export class ProducerStates {
  readonly #states = new Map<number, ProducerState>();

  /** Whether a batch is the next of its producer (Kafka: ProducerAppendInfo). */
  check(batch: Omit<SequencedBatch, "baseOffset" | "lastOffset">): SequenceCheck {
    const { producerId, producerEpoch, baseSequence, recordCount } = batch;
    if (producerId < 0) return NEXT;
    const state = this.#states.get(producerId);
    // A producer that this log has never heard of, or has forgotten, may begin anywhere.
    if (state === undefined) return NEXT;
    if (producerEpoch < state.epoch) return FENCED;
    if (producerEpoch > state.epoch) return baseSequence === 0 ? NEXT : OUT_OF_ORDER;
    for (const kept of state.batches) {
      if (kept.baseSequence !== baseSequence || kept.recordCount !== recordCount) continue;
      return { kind: "duplicate", baseOffset: kept.baseOffset, lastOffset: kept.lastOffset };
    }
    const last = state.batches.at(-1);
    return last === undefined || baseSequence === sequenceAfter(last) ? NEXT : OUT_OF_ORDER;
  }

  /** A batch is in the log now, whoever has checked it. */
  appended(batch: SequencedBatch): void {
    const { producerId, producerEpoch } = batch;
    if (producerId < 0) return;
    const state = this.#states.get(producerId);
    const isSameEpoch = state?.epoch === producerEpoch;
    const batches = isSameEpoch ? [...state.batches, batch].slice(-BATCHES_KEPT) : [batch];
    this.#states.set(producerId, { epoch: producerEpoch, batches });
  }

  /** The log was cut: what it says from its beginning on is all that counts. */
  rebuild(batches: Iterable<SequencedBatch>): void {
    this.#states.clear();
    for (const batch of batches) this.appended(batch);
  }
}

/** Sequences wrap around after 2^31 - 1. */
function sequenceAfter({ baseSequence, recordCount }: SequencedBatch): number {
  return (baseSequence + recordCount) % SEQUENCE_END;
}
