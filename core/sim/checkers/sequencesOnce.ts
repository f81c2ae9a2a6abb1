import type { BatchProbe, ReplicaProbe } from "./brokerProbe.ts";
import { nodeName } from "./checker.ts";
import type { ReplicaChecker, Rule } from "./checker.ts";
import type { ReplicaStep } from "./replicaWatch.ts";

/** The last batch of a producer in a log. */
type Last = Pick<
  BatchProbe,
  "baseOffset" | "recordCount" | "producerId" | "producerEpoch" | "baseSequence"
>;

const SEQUENCE_MASK = 0x7fff_ffff;
const SEQUENCES_HALF = 0x4000_0000;

/**
 * What idempotence promises (KIP-98). Since the batches of a producer are numbered on, it is enough
 * to compare each with the one before it: what is there twice does not go on.
 */
export class SequencesOnce implements ReplicaChecker {
  static readonly rule: Rule = {
    name: "Each sequence once",
    meaning:
      "A log holds each batch of an idempotent producer once, in the order of its sequences.",
  };
  readonly rule = SequencesOnce.rule;
  readonly #producers = new WeakMap<ReplicaProbe, Map<number, Last>>();

  check({ node, history, log, newFrom }: ReplicaStep): string | null {
    if (newFrom === 0) this.#producers.delete(log);
    for (let at = newFrom; at < log.batches.length; at++) {
      const { producerId, producerEpoch, baseSequence, recordCount, baseOffset } = log.batches[at]!;
      if (producerId < 0) continue;
      const batch = { producerId, producerEpoch, baseSequence, recordCount, baseOffset };
      const producers = this.#producersOf(log);
      const last = producers.get(producerId);
      if (last !== undefined && !isLater(batch, last)) {
        return `${nodeName(node)} has in ${history.key} ${nameOf(last)}, and then ${nameOf(batch)}.`;
      }
      producers.set(producerId, batch);
    }
    return null;
  }

  #producersOf(log: ReplicaProbe): Map<number, Last> {
    let producers = this.#producers.get(log);
    if (producers === undefined) {
      producers = new Map();
      this.#producers.set(log, producers);
    }
    return producers;
  }
}

/** Sequences wrap around after 2^31 - 1. */
function isLater({ producerEpoch, baseSequence }: Last, last: Last): boolean {
  if (producerEpoch !== last.producerEpoch) return producerEpoch > last.producerEpoch;
  const ahead = (baseSequence - last.baseSequence - last.recordCount) & SEQUENCE_MASK;
  return ahead < SEQUENCES_HALF;
}

function nameOf({ producerId, producerEpoch, baseSequence, baseOffset }: Last): string {
  return (
    `sequence ${baseSequence} of producer ${producerId} (epoch ${producerEpoch}) at offset ` +
    `${baseOffset}`
  );
}
