import { NO_INDEX } from "../../base/ids.ts";
import type { Index, NodeId, Offset } from "../../base/ids.ts";
import { EMPTY_METADATA, NO_TOPIC_ID, partitionKey } from "../../metadata/clusterMetadata.ts";
import type { ClusterMetadata, PartitionKey } from "../../metadata/clusterMetadata.ts";
import { ErrorCode } from "../../wire/errorCode.ts";
import type { ProduceRequest, ProduceResponse } from "../../wire/request.ts";
import { AcknowledgedKept } from "./acknowledgedKept.ts";
import type { BrokerProbe, GroupProbe, ReplicaProbe } from "./brokerProbe.ts";
import type { Breach, Rule } from "./checker.ts";
import { LeaderInSync } from "./leaderInSync.ts";
import type { Loss } from "./partitionHistory.ts";
import { PartitionRules } from "./partitionRules.ts";
import { MemberWatch } from "./raftGroupRules.ts";
import { ReplicaWatch } from "./replicaWatch.ts";

/** One partition on a broker that runs. */
interface Kept {
  readonly rules: PartitionRules;
  readonly replica: ReplicaWatch;
  readonly group: GroupProbe | null;
  /** Null in mode "isr". */
  readonly member: MemberWatch | null;
}

/** A broker that runs, and what was known of it when it was looked at last. */
interface Live {
  readonly broker: BrokerProbe;
  appliedIndex: Index | -1;
  kept: ReadonlyMap<PartitionKey, Kept>;
}

const NOTHING_KEPT: ReadonlyMap<PartitionKey, Kept> = new Map();

/**
 * The rules about partitions. What the cluster has agreed on is taken from the broker that has
 * applied most, now or ever; what a broker does by metadata that others have overtaken is judged by
 * what that allows.
 */
export class BrokerRules {
  readonly #leaderInSync = new LeaderInSync();
  readonly rules: readonly Rule[] = [this.#leaderInSync.rule, ...PartitionRules.rules];
  readonly #partitions = new Map<PartitionKey, PartitionRules>();
  readonly #live = new Map<NodeId, Live>();
  #metadata: ClusterMetadata = EMPTY_METADATA;
  #appliedIndex = NO_INDEX;
  readonly #losses: Loss[] = [];

  /** What unclean elections have cost so far, oldest first. */
  get losses(): readonly Loss[] {
    return this.#losses;
  }

  started(broker: BrokerProbe): Breach | null {
    this.#live.set(broker.id, { broker, appliedIndex: -1, kept: NOTHING_KEPT });
    return this.stepped(broker.id) ?? this.#checkAllKept(broker.id);
  }

  ended(node: NodeId): void {
    this.#live.delete(node);
  }

  /** Looks at what a step of this broker may have changed. */
  stepped(node: NodeId): Breach | null {
    const live = this.#live.get(node);
    if (live === undefined) return null;
    const { broker } = live;
    let breach: Breach | null = null;
    if (broker.appliedIndex !== live.appliedIndex) {
      live.appliedIndex = broker.appliedIndex;
      const isNews = broker.appliedIndex > this.#appliedIndex;
      if (isNews) breach = this.#adopt(broker);
      this.#findKept(live);
      if (isNews) for (const each of this.#live.keys()) breach ??= this.#checkAllKept(each);
    }
    if (breach !== null) return breach;
    for (const kept of live.kept.values()) {
      breach = this.#check(kept);
      if (breach !== null) return breach;
    }
    return null;
  }

  /** A broker has answered a produce request that asked for all replicas. */
  acknowledged(by: NodeId, request: ProduceRequest, response: ProduceResponse): Breach | null {
    let breach: Breach | null = null;
    for (const { topic, partition, errorCode, baseOffset } of response.partitions) {
      if (errorCode !== ErrorCode.NONE) continue;
      const asked = request.partitions.find((p) => p.topic === topic && p.partition === partition);
      const rules = this.#partitions.get(partitionKey(topic, partition));
      const records = asked?.records ?? null;
      if (records === null || rules === undefined) continue;
      // One that has not heard that a topic was deleted speaks of another one.
      const topicId = this.#live.get(by)?.broker.metadata.topics.get(topic)?.topicId;
      if (topicId !== rules.history.topicId) continue;
      breach ??= this.#acknowledge(rules, by, baseOffset as Offset, records);
    }
    return breach;
  }

  #acknowledge(
    rules: PartitionRules,
    by: NodeId,
    baseOffset: Offset,
    records: Uint8Array,
  ): Breach | null {
    const { history, acknowledgedKept } = rules;
    const text = acknowledgedKept.acknowledge(by, baseOffset, records);
    if (text === null) return this.#checkPartition(rules);
    if (history.isClean) return { rule: AcknowledgedKept.rule, text };
    // By a leader that has not heard of the election: nobody will see that record again.
    const log = this.#live.get(by)?.kept.get(history.key)?.replica.log;
    const lost = log?.batches.find((batch) => batch.baseOffset === baseOffset);
    if (lost !== undefined) this.#lose(history.loss(baseOffset, lost.recordCount));
    return null;
  }

  /** What this broker has applied is what the cluster has agreed on. */
  #adopt({ id, metadata, appliedIndex }: BrokerProbe): Breach | null {
    const before = this.#metadata;
    this.#metadata = metadata;
    this.#appliedIndex = appliedIndex;
    if (metadata.partitions === before.partitions) return null;
    let breach: Breach | null = null;
    const { rule } = this.#leaderInSync;
    for (const [key, partition] of metadata.partitions) {
      const topic = metadata.topics.get(partition.topic);
      const topicId = topic?.topicId ?? NO_TOPIC_ID;
      let known = this.#partitions.get(key);
      if (known !== undefined && known.history.topicId !== topicId) {
        known.history.isOver = true;
        known = undefined;
      }
      const text = this.#leaderInSync.check(id, known?.history.metadata ?? null, partition);
      if (text !== null) breach ??= { rule, text };
      if (known !== undefined) known.history.adopt(partition);
      else this.#partitions.set(key, new PartitionRules(partition, topicId, topic?.config));
    }
    if (this.#partitions.size > metadata.partitions.size) this.#forgetDeleted();
    return breach;
  }

  #forgetDeleted(): void {
    for (const [key, { history }] of this.#partitions) {
      if (this.#metadata.partitions.has(key)) continue;
      history.isOver = true;
      this.#partitions.delete(key);
    }
  }

  /** Which replicas a broker has, and its part in each, follow from what it has applied. */
  #findKept(live: Live): void {
    const { broker } = live;
    const all = new Map<PartitionKey, Kept>();
    for (const [key, log] of broker.replicas) {
      const rules = this.#partitions.get(key);
      if (rules === undefined || rules.history.topicId !== log.topicId) continue;
      const group = broker.raftPartitions?.groups.get(key) ?? null;
      let kept = live.kept.get(key);
      if (kept?.rules !== rules || kept.replica.log !== log || kept.group !== group) {
        kept = keep(broker, rules, log, group);
      }
      all.set(key, kept);
      kept.replica.setRole(broker.led.get(key) ?? null, group);
      this.#countLoss(kept);
    }
    live.kept = all;
  }

  #countLoss({ rules: { history }, replica }: Kept): void {
    if (history.isClean) return;
    const loss = history.led(replica.ledEpoch, replica.agree());
    if (loss !== null) this.#lose(loss);
  }

  /** All that one election has cost a partition is one loss. */
  #lose(loss: Loss): void {
    const { topic, partition, leaderEpoch } = loss;
    const at = this.#losses.findLastIndex(
      (known) =>
        known.topic === topic && known.partition === partition && known.leaderEpoch === leaderEpoch,
    );
    const known = this.#losses[at];
    if (known === undefined) {
      this.#losses.push(loss);
      return;
    }
    const fromOffset = known.fromOffset < loss.fromOffset ? known.fromOffset : loss.fromOffset;
    this.#losses[at] = { ...loss, fromOffset, records: known.records + loss.records };
  }

  #check({ rules, replica, member }: Kept): Breach | null {
    if (rules.history.isOver) return null;
    const breach = member === null ? null : (rules.raft?.check(member) ?? null);
    if (breach !== null || !replica.look()) return breach;
    return rules.check(replica) ?? this.#checkKept(rules, replica.node);
  }

  /** Whether a broker that runs has all that it must. */
  #checkAllKept(node: NodeId): Breach | null {
    let breach: Breach | null = null;
    for (const rules of this.#partitions.values()) breach ??= this.#checkKept(rules, node);
    return breach;
  }

  #checkPartition(rules: PartitionRules): Breach | null {
    let breach: Breach | null = null;
    for (const node of rules.history.metadata.replicas) breach ??= this.#checkKept(rules, node);
    return breach;
  }

  #checkKept(rules: PartitionRules, node: NodeId): Breach | null {
    const live = this.#live.get(node);
    if (live === undefined) return null;
    const kept = live.kept.get(rules.history.key);
    const replica = kept?.rules === rules ? kept.replica : null;
    const text = rules.acknowledgedKept.check(node, replica);
    return text === null ? null : { rule: AcknowledgedKept.rule, text };
  }
}

function keep(
  { id, generation }: BrokerProbe,
  rules: PartitionRules,
  log: ReplicaProbe,
  group: GroupProbe | null,
): Kept {
  const replica = new ReplicaWatch(id, rules.history, log);
  if (group === null) return { rules, replica, group, member: null };
  const { state, loop } = group;
  const { storage } = loop;
  // Its batches are compared one by one: their number tells whether as many were made of the entries.
  const hashState = (): number => log.batches.length;
  const member = new MemberWatch({ id, generation, source: group, storage, state, hashState });
  return { rules, replica, group, member };
}
