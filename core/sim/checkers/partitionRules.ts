import type { PartitionMetadata } from "../../metadata/clusterMetadata.ts";
import type { TopicConfig } from "../../metadata/command.ts";
import { AcknowledgedKept } from "./acknowledgedKept.ts";
import { firstBreach } from "./checker.ts";
import type { Breach, ReplicaChecker, Rule } from "./checker.ts";
import { HighWatermarkKept } from "./highWatermarkKept.ts";
import { OneLeaderPerEpoch } from "./oneLeaderPerEpoch.ts";
import { PartitionHistory } from "./partitionHistory.ts";
import { RaftGroupRules } from "./raftGroupRules.ts";
import { ReplicasAgree } from "./replicasAgree.ts";
import type { ReplicaStep } from "./replicaWatch.ts";
import { SequencesOnce } from "./sequencesOnce.ts";

/** The rules of one partition, and all that they remember of it. */
export class PartitionRules {
  static readonly rules: readonly Rule[] = [
    OneLeaderPerEpoch.rule,
    ReplicasAgree.rule,
    HighWatermarkKept.rule,
    SequencesOnce.rule,
    AcknowledgedKept.rule,
  ];
  readonly history: PartitionHistory;
  /** Of its Raft group; null in mode "isr". */
  readonly raft: RaftGroupRules | null;
  readonly acknowledgedKept: AcknowledgedKept;
  readonly #checkers: readonly ReplicaChecker[] = [
    new OneLeaderPerEpoch(),
    new ReplicasAgree(),
    new HighWatermarkKept(),
    new SequencesOnce(),
  ];

  constructor(metadata: PartitionMetadata, topicId: string, config: TopicConfig | undefined) {
    this.history = new PartitionHistory(metadata, topicId, config);
    this.raft = metadata.group > 0 ? new RaftGroupRules("records") : null;
    this.acknowledgedKept = new AcknowledgedKept(this.history);
  }

  check(step: ReplicaStep): Breach | null {
    return firstBreach(this.#checkers, step);
  }
}
