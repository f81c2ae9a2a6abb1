import { NO_NODE, offset } from "../../base/ids.ts";
import type { LeaderEpoch, NodeId } from "../../base/ids.ts";
import { nodeName } from "./checker.ts";
import type { ReplicaChecker, Rule } from "./checker.ts";
import type { ReplicaStep } from "./replicaWatch.ts";

/**
 * A leader's own high watermark starts anew with its broker; but a new leader answers consumers only
 * once it knows at least what those before it have shown. One that does not know yet that its epoch
 * is over may be behind. After an unclean election of its topic a partition is exempt.
 */
export class HighWatermarkKept implements ReplicaChecker {
  static readonly rule: Rule = {
    name: "The high watermark never goes back",
    meaning: "How far consumers of a partition may read never shrinks, whoever leads it.",
  };
  readonly rule = HighWatermarkKept.rule;
  #shown = offset(0);
  #shownIn: LeaderEpoch | -1 = -1;
  #shownBy: NodeId = NO_NODE;

  check({ node, history, log, leadingEpoch, isServing }: ReplicaStep): string | null {
    if (!isServing || leadingEpoch === -1 || !history.isClean) return null;
    const { highWatermark } = log;
    if (highWatermark >= this.#shown) {
      this.#shown = highWatermark;
      if (leadingEpoch > this.#shownIn) this.#shownIn = leadingEpoch;
      this.#shownBy = node;
      return null;
    }
    if (leadingEpoch < this.#shownIn) return null;
    return (
      `${nodeName(node)}, leader of ${history.key} in epoch ${leadingEpoch}, has high watermark ` +
      `${highWatermark}, but ${nodeName(this.#shownBy)} had shown ${this.#shown} in epoch ` +
      `${this.#shownIn}.`
    );
  }
}
