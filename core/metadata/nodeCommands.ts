import type { PartitionEpoch } from "../base/ids.ts";
import type { ClusterMetadata, NodeMetadata, PartitionKey } from "./clusterMetadata.ts";
import type {
  AddNode,
  AdmitNode,
  FenceBroker,
  RegisterBroker,
  RemoveNode,
  UnfenceBroker,
} from "./command.ts";
import { changed, isCountFrom, noOp } from "./commandApplied.ts";
import type { CommandApplied } from "./commandApplied.ts";

/** What a node is before its broker has ever registered. */
const UNREGISTERED = { brokerEpoch: 0, incarnation: -1, isFenced: false };

export function addNode(state: ClusterMetadata, command: AddNode): CommandApplied {
  const { node, address, generation } = command;
  if (!isCountFrom(1, node)) return noOp(state, `${node} is not a node id`);
  if (!isCountFrom(0, generation)) return noOp(state, `${generation} is not a generation`);
  const current = state.nodes.get(node);
  if (current !== undefined && current.generation !== generation) {
    return noOp(state, `the disk of node ${node} is of generation ${current.generation}`);
  }
  if (current?.state === "removed") return noOp(state, `node ${node} is not admitted`);
  if (current?.state === "member" && current.address === address) {
    return noOp(state, `node ${node} is a member already`);
  }
  const before = current ?? UNREGISTERED;
  return changeNode(state, { ...before, node, address, generation, state: "member" });
}

export function removeNode(
  state: ClusterMetadata,
  { node, generation }: RemoveNode,
): CommandApplied {
  const current = state.nodes.get(node);
  if (current === undefined) return noOp(state, `node ${node} is not a member`);
  if (current.state === "removed") return noOp(state, `node ${node} is removed already`);
  if (generation !== current.generation + 1) {
    return noOp(state, `the disk of node ${node} is of generation ${current.generation}`);
  }
  const partitions = new Map(state.partitions);
  const changedPartitions: PartitionKey[] = [];
  for (const [key, partition] of state.partitions) {
    const { replicas, addingReplicas, removingReplicas, leader } = partition;
    if (!replicas.includes(node)) continue;
    if (leader === node) return noOp(state, `node ${node} leads ${key}`);
    if (addingReplicas.includes(node) || removingReplicas.includes(node)) {
      return noOp(state, `node ${node} is part of a reassignment of ${key}`);
    }
    const isr = partition.isr.filter((member) => member !== node);
    // An offline partition may have nobody else.
    if (isr.length === 0) return noOp(state, `node ${node} has the only in-sync copy of ${key}`);
    changedPartitions.push(key);
    // The epoch grows whether or not the node was in the ISR: no change of it that somebody proposed
    // before may let the node in that has forgotten everything (KIP-903).
    const partitionEpoch = (partition.partitionEpoch + 1) as PartitionEpoch;
    partitions.set(key, { ...partition, isr, partitionEpoch });
  }
  const nodes = new Map(state.nodes).set(node, { ...current, generation, state: "removed" });
  return changed({ ...state, nodes, partitions }, changedPartitions);
}

export function admitNode(state: ClusterMetadata, command: AdmitNode): CommandApplied {
  const { node, generation } = command;
  if (!isCountFrom(1, node)) return noOp(state, `${node} is not a node id`);
  const current = state.nodes.get(node);
  if (current !== undefined && current.state !== "removed") {
    return noOp(state, `node ${node} is not removed`);
  }
  const due = current?.generation ?? 0;
  if (generation !== due) {
    return noOp(state, `the disk of node ${node} must be of generation ${due}`);
  }
  // Commands of the first version name no address: the node is where it was.
  const address = command.address === "" ? (current?.address ?? "") : command.address;
  const before = current ?? UNREGISTERED;
  return changeNode(state, { ...before, node, address, generation, state: "joining" });
}

export function registerBroker(state: ClusterMetadata, command: RegisterBroker): CommandApplied {
  const { node, incarnation } = command;
  const current = state.nodes.get(node);
  if (current === undefined) return noOp(state, `node ${node} is not known`);
  if (current.state === "removed") return noOp(state, `node ${node} is removed`);
  if (!isCountFrom(current.incarnation + 1, incarnation)) {
    return noOp(state, `broker ${node} has started at ${current.incarnation} or later`);
  }
  const brokerEpoch = current.brokerEpoch + 1;
  return changeNode(state, { ...current, brokerEpoch, incarnation });
}

export function setFenced(
  state: ClusterMetadata,
  { kind, node, brokerEpoch }: FenceBroker | UnfenceBroker,
): CommandApplied {
  const current = state.nodes.get(node);
  if (current === undefined) return noOp(state, `node ${node} is not known`);
  if (current.state === "removed") return noOp(state, `node ${node} is removed`);
  if (brokerEpoch !== current.brokerEpoch) {
    return noOp(
      state,
      `broker epoch of node ${node} is ${current.brokerEpoch}, not ${brokerEpoch}`,
    );
  }
  const isFenced = kind === "fenceBroker";
  if (isFenced === current.isFenced) {
    return noOp(state, `node ${node} is ${isFenced ? "fenced already" : "not fenced"}`);
  }
  return changeNode(state, { ...current, isFenced });
}

function changeNode(state: ClusterMetadata, node: NodeMetadata): CommandApplied {
  return changed({ ...state, nodes: new Map(state.nodes).set(node.node, node) });
}
