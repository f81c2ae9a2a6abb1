import type { BrokerContext } from "./context.ts";
import type { LeadershipSources } from "./leadership.ts";
import type { RaftPartitions } from "./raftPartitions/raftPartitions.ts";

/** What the parts of a broker share that serve clients and keep partitions. */
export interface ServingContext extends BrokerContext {
  readonly raftPartitions: RaftPartitions;
  /** As they are at the moment of the question. */
  readonly leadershipSources: LeadershipSources;
}
