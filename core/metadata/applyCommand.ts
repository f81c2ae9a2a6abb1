import { unreachable } from "../base/assert.ts";
import type { ClusterMetadata } from "./clusterMetadata.ts";
import type { AllocateProducerIds, MetadataCommand } from "./command.ts";
import { changed, isCountFrom, noOp } from "./commandApplied.ts";
import type { CommandApplied } from "./commandApplied.ts";
import { addNode, admitNode, registerBroker, removeNode, setFenced } from "./nodeCommands.ts";
import {
  assignPartition,
  reportPartitionLeader,
  setPartitionLeader,
  updateIsr,
} from "./partitionCommands.ts";
import { completeReassignment, reassignPartition } from "./reassignment.ts";
import { alterTopic, createPartitions, createTopic, deleteTopic } from "./topicCommands.ts";

/**
 * The replicated state machine. Pure and total: any command in any state has one result, the same
 * on every node. Committed commands may be stale by the time they are applied, so each is checked
 * here, where all nodes agree on the order, and not only where it was proposed. What a command
 * does not touch keeps its identity.
 */
export function applyCommand(state: ClusterMetadata, command: MetadataCommand): CommandApplied {
  switch (command.kind) {
    case "addNode":
      return addNode(state, command);
    case "removeNode":
      return removeNode(state, command);
    case "admitNode":
      return admitNode(state, command);
    case "registerBroker":
      return registerBroker(state, command);
    case "fenceBroker":
    case "unfenceBroker":
      return setFenced(state, command);
    case "createTopic":
      return createTopic(state, command);
    case "deleteTopic":
      return deleteTopic(state, command);
    case "createPartitions":
      return createPartitions(state, command);
    case "alterTopic":
      return alterTopic(state, command);
    case "assignPartition":
      return assignPartition(state, command);
    case "setPartitionLeader":
      return setPartitionLeader(state, command);
    case "updateIsr":
      return updateIsr(state, command);
    case "reassignPartition":
      return reassignPartition(state, command);
    case "completeReassignment":
      return completeReassignment(state, command);
    case "reportPartitionLeader":
      return reportPartitionLeader(state, command);
    case "allocateProducerIds":
      return allocateProducerIds(state, command);
    default:
      return unreachable(command);
  }
}

/** Of two brokers that ask for the same ids one comes first; the other asks again. */
function allocateProducerIds(state: ClusterMetadata, command: AllocateProducerIds): CommandApplied {
  const { firstProducerId, count } = command;
  if (!isCountFrom(1, count)) return noOp(state, `${count} is not a number of producer ids`);
  if (firstProducerId !== state.nextProducerId) {
    return noOp(state, `the next producer id is ${state.nextProducerId}, not ${firstProducerId}`);
  }
  const nextProducerId = firstProducerId + count;
  if (!isCountFrom(0, nextProducerId)) return noOp(state, "there are not so many producer ids");
  return changed({ ...state, nextProducerId });
}
