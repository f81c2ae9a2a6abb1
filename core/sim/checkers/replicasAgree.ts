import { nodeName } from "./checker.ts";
import type { ReplicaChecker, Rule } from "./checker.ts";
import type { ReplicaStep } from "./replicaWatch.ts";

/**
 * Kafka's form of State Machine Safety, over all brokers and all their lives: what is below a high
 * watermark may have been read, so that another record must never take its place. After an unclean
 * election it begins anew with what that has left, and only those are asked who lead since.
 */
export class ReplicasAgree implements ReplicaChecker {
  static readonly rule: Rule = {
    name: "Replicas agree below the high watermark",
    meaning:
      "What was below a high watermark once is the same, at its offset, below all, for ever.",
  };
  readonly rule = ReplicasAgree.rule;

  check(step: ReplicaStep): string | null {
    const { node, history, log, belowCount, agreedCount } = step;
    if (agreedCount >= belowCount || !history.maySpeak(step.leadingEpoch)) return null;
    const committed = history.committed[agreedCount];
    if (committed === undefined) {
      history.extend(log.batches, belowCount, node);
      return null;
    }
    const held = log.batches[agreedCount]!;
    return (
      `Offset ${committed.baseOffset} of ${history.key} was below the high watermark of ` +
      `${nodeName(committed.node)} with a batch of epoch ${committed.leaderEpoch}; below that of ` +
      `${nodeName(node)}, ${log.highWatermark}, there is another one of epoch ${held.leaderEpoch}.`
    );
  }
}
