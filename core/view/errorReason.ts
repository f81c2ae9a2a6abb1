/** What Kafka's errors mean for the person who sees them, and what to do where that helps. */
export function errorReason(errorName: string): string {
  return REASONS[errorName] ?? "the request could not be served";
}

const REASONS: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: "this node knows no such partition",
  UNKNOWN_TOPIC_ID: "this node knows no such topic",
  NOT_LEADER_OR_FOLLOWER: "this node does not lead it and cannot say who does",
  NOT_ENOUGH_REPLICAS:
    "too few replicas are in sync, so nothing was written; restart one and send it again",
  NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    "written, but too few replicas are in sync; sending it again may store it twice",
  REQUEST_TIMED_OUT:
    "written, but not on every in-sync replica in time; it may still be kept, so sending it again may store it twice",
  LEADER_NOT_AVAILABLE: "there is no leader now; wait for an election",
  NOT_CONTROLLER: "this node is not the controller and cannot say who is",
  TOPIC_ALREADY_EXISTS: "a topic of this name exists",
  INVALID_REPLICATION_FACTOR: "there are fewer brokers than copies asked for",
  INVALID_PARTITIONS: "a topic needs at least one partition, and never loses one",
  INVALID_REPLICA_ASSIGNMENT: "these replicas cannot keep it",
  INVALID_CONFIG: "the topic cannot have that configuration",
  INVALID_TOPIC_EXCEPTION: "that is no name for a topic",
  KAFKA_STORAGE_ERROR: "its disk is full, so nothing was written",
  CORRUPT_MESSAGE: "the record batch is damaged",
  OUT_OF_ORDER_SEQUENCE_NUMBER: "batches of this producer are missing before it",
  INVALID_PRODUCER_EPOCH: "a newer life of this producer has taken its place",
  OFFSET_OUT_OF_RANGE: "the log does not reach there",
  FENCED_LEADER_EPOCH: "the client knows an older leader epoch than this node",
  UNKNOWN_LEADER_EPOCH: "the client knows a newer leader epoch than this node",
  OFFSET_NOT_AVAILABLE: "the new leader does not know yet what was committed before it",
  NOT_COORDINATOR: "another node coordinates this group",
  COORDINATOR_NOT_AVAILABLE: "nobody coordinates this group yet",
  COORDINATOR_LOAD_IN_PROGRESS: "the coordinator still reads what the group has committed",
  REBALANCE_IN_PROGRESS: "the group is about to share its partitions anew",
  ILLEGAL_GENERATION: "the group has shared its partitions anew since",
  UNKNOWN_MEMBER_ID: "the group has given this member up",
};
