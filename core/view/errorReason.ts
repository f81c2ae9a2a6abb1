/** What Kafka's errors mean for the person who sees them. */
export function errorReason(errorName: string): string {
  switch (errorName) {
    case "UNKNOWN_TOPIC_OR_PARTITION":
      return "this node knows no such partition";
    case "NOT_LEADER_OR_FOLLOWER":
      return "this node does not lead it and cannot say who does";
    case "NOT_ENOUGH_REPLICAS":
      return "too few replicas are in sync, so nothing was written";
    case "NOT_ENOUGH_REPLICAS_AFTER_APPEND":
      return "written, but too few replicas are in sync";
    case "REQUEST_TIMED_OUT":
      return "written, but not on every in-sync replica in time";
    case "LEADER_NOT_AVAILABLE":
      return "there is no leader now";
    case "NOT_CONTROLLER":
      return "this node is not the controller and cannot say who is";
    case "TOPIC_ALREADY_EXISTS":
      return "a topic of this name exists";
    case "INVALID_REPLICATION_FACTOR":
      return "there are fewer brokers than copies asked for";
    case "KAFKA_STORAGE_ERROR":
      return "its disk is full, so nothing was written";
    case "CORRUPT_MESSAGE":
      return "the record batch is damaged";
    default:
      return "the request could not be served";
  }
}
