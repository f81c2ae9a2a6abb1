import { nodeId } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import type { DiskProbe } from "./diskFaults.ts";
import { isBetween, refusalOfNetworkAction, unknownNode } from "./networkRefusal.ts";
import type { NetworkSituation } from "./networkRefusal.ts";
import type { Process } from "./process.ts";
import { NODES_MAX } from "./run.ts";
import type {
  ActionBody,
  CreateTopicAction,
  DiskFaultAction,
  FlipBitAction,
  StartConsumerAction,
  StartProducerAction,
} from "./run.ts";

/** What decides whether an action makes sense. */
export interface Situation {
  readonly processes: readonly Process[];
  readonly network: NetworkSituation;
  /** How many partitions each topic has that somebody has asked for so far. */
  readonly topics: ReadonlyMap<string, number>;
  /** Of a node that there is. */
  readonly disk: (node: NodeId) => DiskProbe;
  /** The nodes that the cluster is asked to do without, so that they can begin anew. */
  readonly repairing: ReadonlySet<number>;
  /** Whether that client is a program that was started and has not stopped. */
  readonly isRunning: (client: number) => boolean;
}

const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;
const GROUP_NAME = /^.{1,100}$/;
const PARTITIONS_MAX = 100;
const TEXT_LENGTH_MAX = 1_000;
const CLIENTS_MAX = 20;
const RATE_MAX = 10_000;
const KEYS_MAX = 10_000;
const VALUE_BYTES_MAX = 100_000;

/** Why an action makes no sense now, in one sentence; null when it does. */
export function refusalOf(action: ActionBody, situation: Situation): string | null {
  switch (action.kind) {
    case "kill":
      return refusalOfNode(action.node, situation, "running", "kill");
    case "timeOut":
      return refusalOfStep(action.node, situation, "time out");
    case "restart":
      return refusalOfNode(action.node, situation, "down", "restart");
    case "pause":
    case "resume":
      return refusalOfPause(action, situation);
    case "skewClock":
      return refusalOfSkew(action, situation);
    case "holdStage":
      return refusalOfHold(action, situation);
    case "cut":
    case "heal":
    case "setLink":
    case "setNetwork":
    case "dropMessage":
    case "holdMessage":
    case "releaseMessage":
    case "duplicateMessage":
    case "delayMessage":
      return refusalOfNetworkAction(action, situation.network);
    case "produce":
      return refusalOfText(action.key, action.value) ?? refusalOfPartition(action, situation);
    case "consume":
      return refusalOfPartition(action, situation);
    case "createTopic":
      return refusalOfTopic(action);
    case "powerCut":
      return situation.processes.some(({ state }) => state === "running")
        ? null
        : "No node is running, so there is no power to cut.";
    case "powerOn":
      return situation.processes.some(({ state }) => state !== "running")
        ? null
        : "All nodes are running already.";
    case "diskFault":
      return refusalOfFault(action, situation);
    case "failSync":
      return refusalOfFailSync(action.node, situation);
    case "tear":
      return refusalOfTear(action.node, situation);
    case "flipBit":
      return refusalOfFlip(action, situation);
    case "snapshot":
      return refusalOfStep(action.node, situation, "take a snapshot of");
    case "repair":
      return refusalOfRepair(action.node, situation);
    case "removeNode":
      return refusalOfNode(action.node, situation, "down", "remove");
    case "addNode":
      return situation.processes.length < NODES_MAX
        ? null
        : `There are ${NODES_MAX} nodes already, which is as many as there can be.`;
    case "deleteTopic":
      return refusalOfTopicName(action.topic, situation);
    case "admin":
      return null;
    case "startProducer":
      return refusalOfProducer(action, situation);
    case "startConsumer":
      return refusalOfConsumer(action, situation);
    case "stopClient":
      return situation.isRunning(action.client)
        ? null
        : `c${action.client} is not running, so there is nothing to stop.`;
  }
}

function refusalOfNode(
  node: number,
  { processes }: Situation,
  must: "running" | "down",
  verb: string,
): string | null {
  const process = processes[node - 1];
  if (process === undefined) return unknownNode(node, processes.length);
  if (must === "running" && process.state !== "running") {
    return `n${node} is not running, so there is nothing to ${verb}.`;
  }
  if (must === "down" && process.state === "running") return `n${node} is running already.`;
  return null;
}

/** What a process must do itself it cannot do while it stands still. */
function refusalOfStep(node: number, situation: Situation, verb: string): string | null {
  const refusal = refusalOfNode(node, situation, "running", verb);
  if (refusal !== null) return refusal;
  if (!isPaused(node, situation)) return null;
  return `n${node} is paused. Resume it first.`;
}

const isPaused = (node: number, { processes }: Situation): boolean =>
  processes[node - 1]?.isPaused ?? false;

function refusalOfPause(
  { kind, node }: { readonly kind: "pause" | "resume"; readonly node: number },
  situation: Situation,
): string | null {
  const refusal = refusalOfNode(node, situation, "running", kind);
  if (refusal !== null || isPaused(node, situation) === (kind === "resume")) return refusal;
  return kind === "pause" ? `n${node} is paused already.` : `n${node} is not paused.`;
}

const CLOCK_PERCENT_MIN = 10;
const CLOCK_PERCENT_MAX = 1_000;

function refusalOfSkew(
  { node, percent }: Extract<ActionBody, { kind: "skewClock" }>,
  { processes }: Situation,
): string | null {
  const process = processes[node - 1];
  if (process === undefined) return unknownNode(node, processes.length);
  if (!isBetween(percent, CLOCK_PERCENT_MIN, CLOCK_PERCENT_MAX)) {
    return `A clock runs at ${CLOCK_PERCENT_MIN} to ${CLOCK_PERCENT_MAX} percent of the right rate.`;
  }
  if (process.clock.percent !== percent) return null;
  return `The clock of n${node} runs at ${percent} percent already.`;
}

function refusalOfHold(
  { node, stage, on }: Extract<ActionBody, { kind: "holdStage" }>,
  situation: Situation,
): string | null {
  const refusal = refusalOfStep(node, situation, "hold");
  if (refusal !== null) return refusal;
  const isHeld = situation.processes[node - 1]?.broker?.heldStages.has(stage) ?? false;
  if (isHeld !== on) return null;
  return on ? `n${node} is held there already.` : `n${node} is not held there.`;
}

function refusalOfText(key: string, value: string): string | null {
  if (key.length <= TEXT_LENGTH_MAX && value.length <= TEXT_LENGTH_MAX) return null;
  return `A key or value has at most ${TEXT_LENGTH_MAX} characters.`;
}

function refusalOfTopicName(topic: string, { topics }: Situation): string | null {
  return topics.has(topic) ? null : `There is no topic "${topic}".`;
}

function refusalOfPartition(
  action: { readonly node: number | null; readonly topic: string; readonly partition: number },
  { processes, topics }: Situation,
): string | null {
  const { node, topic, partition } = action;
  if (node !== null && processes[node - 1] === undefined) {
    return unknownNode(node, processes.length);
  }
  const count = topics.get(topic);
  if (count === undefined) return `There is no topic "${topic}".`;
  if (Number.isInteger(partition) && partition >= 0 && partition < count) return null;
  return `Topic "${topic}" has partitions 0 to ${count - 1}, not ${partition}.`;
}

/** Whether the topic exists already, and whether there are enough brokers, is for the cluster to say. */
function refusalOfTopic(action: CreateTopicAction): string | null {
  const { topic, partitionCount, replicationFactor, minInsyncReplicas } = action;
  if (!TOPIC_NAME.test(topic) || topic === "." || topic === "..") {
    return "A topic name has 1 to 249 letters, digits, dots, dashes or underscores.";
  }
  if (!isBetween(partitionCount, 1, PARTITIONS_MAX)) {
    return `A topic has 1 to ${PARTITIONS_MAX} partitions.`;
  }
  if (!isBetween(replicationFactor, 1, NODES_MAX)) {
    return `A partition has 1 to ${NODES_MAX} replicas.`;
  }
  if (!isBetween(minInsyncReplicas, 1, replicationFactor)) {
    return `min.insync.replicas must be a whole number from 1 to ${replicationFactor}, the copies.`;
  }
  return null;
}

function refusalOfClient(
  { client, topic }: { readonly client: number; readonly topic: string },
  situation: Situation,
): string | null {
  if (!isBetween(client, 2, CLIENTS_MAX)) return `Programs are c2 to c${CLIENTS_MAX}.`;
  if (situation.isRunning(client)) return `c${client} is running already.`;
  return refusalOfTopicName(topic, situation);
}

function refusalOfProducer(action: StartProducerAction, situation: Situation): string | null {
  const { acks, idempotent, recordsPerSecond, keyCount, valueBytes, batchRecords = 1 } = action;
  const refusal = refusalOfClient(action, situation);
  if (refusal !== null) return refusal;
  if (idempotent && acks !== -1) return "An idempotent producer needs acks=all.";
  if (!isBetween(recordsPerSecond, 1, RATE_MAX)) {
    return `A producer sends 1 to ${RATE_MAX} records a second.`;
  }
  if (!isBetween(keyCount, 0, KEYS_MAX)) return `A producer has at most ${KEYS_MAX} keys.`;
  if (!isBetween(valueBytes, 0, VALUE_BYTES_MAX)) {
    return `A value has at most ${VALUE_BYTES_MAX} bytes.`;
  }
  return isBetween(batchRecords, 1, RATE_MAX) ? null : `A batch has 1 to ${RATE_MAX} records.`;
}

function refusalOfConsumer(action: StartConsumerAction, situation: Situation): string | null {
  const refusal = refusalOfClient(action, situation);
  if (refusal !== null || action.group === null) return refusal;
  return GROUP_NAME.test(action.group) ? null : "A group has a name of 1 to 100 characters.";
}

function refusalOfFault({ node, fault, on }: DiskFaultAction, situation: Situation): string | null {
  const { processes, disk } = situation;
  if (processes[node - 1] === undefined) return unknownNode(node, processes.length);
  if (disk(nodeId(node)).faults[fault] !== on) return null;
  return `The fault "${fault}" is ${on ? "on" : "off"} already at the disk of n${node}.`;
}

function refusalOfFailSync(node: number, { processes, disk }: Situation): string | null {
  if (processes[node - 1] === undefined) return unknownNode(node, processes.length);
  return disk(nodeId(node)).faults.failSync ? `The next fsync of n${node} fails already.` : null;
}

function refusalOfTear(node: number, situation: Situation): string | null {
  const refusal = refusalOfNode(node, situation, "running", "tear");
  if (refusal !== null) return refusal;
  const { faults } = situation.disk(nodeId(node));
  return faults.tear ? `The next write of n${node} will be torn already.` : null;
}

function refusalOfFlip(action: FlipBitAction, { processes, disk }: Situation): string | null {
  const { node, file: name, byte, bit } = action;
  if (processes[node - 1] === undefined) return unknownNode(node, processes.length);
  const file = disk(nodeId(node)).files.find((one) => one.name === name);
  if (file === undefined) return `The disk of n${node} has no file "${name}".`;
  if (file.sizeBytes === 0) return `The file "${name}" is empty, so it has no bit to flip.`;
  if (!isBetween(byte, 0, file.sizeBytes - 1)) {
    return `The file "${name}" has bytes 0 to ${file.sizeBytes - 1}, not ${byte}.`;
  }
  return isBetween(bit, 0, 7) ? null : `A byte has bits 0 to 7, not ${bit}.`;
}

function refusalOfRepair(node: number, { processes, repairing }: Situation): string | null {
  const process = processes[node - 1];
  if (process === undefined) return unknownNode(node, processes.length);
  if (repairing.has(node)) return `n${node} is being repaired already.`;
  if (process.state !== "running") return null;
  return `n${node} is running and its disk is sound, so there is nothing to repair.`;
}
