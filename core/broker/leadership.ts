import { NO_NODE } from "../base/ids.ts";
import type { LeaderEpoch, NodeId } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import type { ClusterMetadata, PartitionKey } from "../metadata/clusterMetadata.ts";
import type { CurrentLeader } from "../wire/request.ts";
import type { LeadershipSourceName } from "./event.ts";

/** Where the answer to "who leads this partition?" may come from; what is not there is null. */
export interface LeadershipSources {
  readonly self: NodeId;
  /** Leaders of the partitions that have a Raft group of their own. */
  readonly raftGroups: ReadonlyMap<PartitionKey, CurrentLeader>;
  /** Of the cluster, as far as it was applied here; null on a standalone node. */
  readonly replicated: ClusterMetadata | null;
  /** Of a standalone node; null in a cluster. */
  readonly local: ClusterMetadata | null;
}

/** The answer, with where it came from, so that a person can follow the decision. */
export interface Leadership {
  readonly source: LeadershipSourceName;
  /** 0 when a Raft group has no leader at the moment. */
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
  const { self } = sources;
  const key = partitionKey(topic, partition);
  return (
    leadership("raftGroup", self, sources.raftGroups.get(key)) ??
    leadership("metadata", self, leaderIn(sources.replicated, key)) ??
    leadership("standalone", self, leaderIn(sources.local, key))
  );
}

/** What an error answer says of the leader (KIP-951); null when nobody is known to lead. */
export function currentLeaderOf(leadership: Leadership | null): CurrentLeader | null {
  if (leadership === null || leadership.leader === NO_NODE) return null;
  return { leaderId: leadership.leader, leaderEpoch: leadership.leaderEpoch };
}

function leaderIn(metadata: ClusterMetadata | null, key: PartitionKey): CurrentLeader | undefined {
  const partition = metadata?.partitions.get(key);
  if (partition === undefined) return undefined;
  return { leaderId: partition.leader, leaderEpoch: partition.leaderEpoch };
}

function leadership(
  source: LeadershipSourceName,
  self: NodeId,
  known: CurrentLeader | undefined,
): Leadership | null {
  if (known === undefined) return null;
  const { leaderId, leaderEpoch } = known;
  return { source, leader: leaderId, leaderEpoch, isLeader: leaderId === self };
}
