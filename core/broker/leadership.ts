import { NO_NODE } from "../base/ids.ts";
import type { LeaderEpoch, NodeId } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import type { ClusterMetadata, PartitionKey } from "../metadata/clusterMetadata.ts";
import type { CurrentLeader } from "../wire/request.ts";
import type { LeadershipSourceName, LeadershipStep } from "./event.ts";

/** Where the answer to "who leads this partition?" may come from; what is not there is null. */
export interface LeadershipSources {
  readonly self: NodeId;
  /** Leaders of the partitions that have a Raft group on this node. */
  readonly raftGroups: ReadonlyMap<PartitionKey, CurrentLeader>;
  /** Of the cluster, as far as it was applied here; null on a standalone node. */
  readonly replicated: ClusterMetadata | null;
  /** Of a standalone node; null in a cluster. */
  readonly local: ClusterMetadata | null;
}

/** The answer, with where it came from, so that a person can follow the decision. */
export interface Leadership {
  readonly source: LeadershipSourceName;
  /** 0 when nobody leads at the moment. */
  readonly leader: NodeId;
  readonly leaderEpoch: LeaderEpoch;
  readonly isLeader: boolean;
}

/**
 * Who leads a partition: the first source that knows it decides, and the ones after it are not
 * asked. Null when none knows the partition.
 */
export function lookUpLeadership(
  sources: LeadershipSources,
  topic: string,
  partition: number,
): Leadership | null {
  // "a--1" is partition 1 of topic "a-", and nothing of topic "a".
  if (partition < 0) return null;
  const key = partitionKey(topic, partition);
  for (const source of IN_ORDER) {
    const known = leaderBy(source, sources, key);
    if (known === null) continue;
    const { leaderId: leader, leaderEpoch } = known;
    return { source, leader, leaderEpoch, isLeader: leader === sources.self };
  }
  return null;
}

/** What each source has said, up to the one that decided: how the lookup came to its answer. */
export function explainLeadership(
  sources: LeadershipSources,
  topic: string,
  partition: number,
): readonly LeadershipStep[] {
  const key = partitionKey(topic, partition);
  const steps: LeadershipStep[] = [];
  for (const source of IN_ORDER) {
    const known = partition < 0 ? null : leaderBy(source, sources, key);
    steps.push({ source, leader: known?.leaderId ?? null });
    if (known !== null) break;
  }
  return steps;
}

/** What an error answer says of the leader (KIP-951); null when nobody is known to lead. */
export function currentLeaderOf(leadership: Leadership | null): CurrentLeader | null {
  if (leadership === null || leadership.leader === NO_NODE) return null;
  return { leaderId: leadership.leader, leaderEpoch: leadership.leaderEpoch };
}

const IN_ORDER: readonly LeadershipSourceName[] = ["raftGroup", "metadata", "standalone"];

function leaderBy(
  source: LeadershipSourceName,
  { raftGroups, replicated, local }: LeadershipSources,
  key: PartitionKey,
): CurrentLeader | null {
  switch (source) {
    case "raftGroup":
      return raftGroups.get(key) ?? null;
    case "metadata":
      return leaderIn(replicated, key);
    case "standalone":
      return leaderIn(local, key);
  }
}

function leaderIn(metadata: ClusterMetadata | null, key: PartitionKey): CurrentLeader | null {
  const partition = metadata?.partitions.get(key);
  if (partition === undefined) return null;
  return { leaderId: partition.leader, leaderEpoch: partition.leaderEpoch };
}
