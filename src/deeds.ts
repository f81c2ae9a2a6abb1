import type { Action, ActionBody } from "@chronik/core/sim";
import { flightLabel } from "@chronik/core/view";
import type { AdminCommand, FlightView } from "@chronik/core/view";

/** What names the messages that are under way. */
interface Told {
  readonly flights: readonly Pick<FlightView, "id" | "title" | "from" | "to">[];
}

/**
 * What a person did, in one sentence, for the offer to take it back; null for a mere question, after
 * which the cluster is as it was.
 */
export function sayDeed(action: Action, world: Told): string | null {
  switch (action.kind) {
    case "kill":
      return `You cut the power of n${action.node}.`;
    case "restart":
      return `You restarted n${action.node}.`;
    case "timeOut":
      return `You let the election timer of n${action.node} run out.`;
    case "pause":
      return `You paused n${action.node}.`;
    case "resume":
      return `You let n${action.node} go on.`;
    case "skewClock":
      return `You set the clock of n${action.node} to ${action.percent} % of its rate.`;
    case "holdStage":
      return `You ${action.on ? "hold" : "no longer hold"} n${action.node} before ${STAGES[action.stage]}.`;
    case "powerCut":
      return "You cut the power of all nodes.";
    case "powerOn":
      return "You switched the power of all nodes on.";
    case "snapshot":
      return `You had n${action.node} take a snapshot.`;
    case "repair":
      return `You began to repair n${action.node}.`;
    case "addNode":
      return "You added a node.";
    case "removeNode":
      return `You asked the cluster to do without n${action.node}.`;
    default:
      return networkDeed(action, world) ?? diskDeed(action) ?? clientDeed(action);
  }
}

const STAGES = {
  send: "Send now",
  persist: "Persist",
  sendAfter: "Send after",
  apply: "Apply",
  advance: "Advance",
} as const;

function networkDeed(action: ActionBody, world: Told): string | null {
  switch (action.kind) {
    case "cut":
      return `You cut off ${namesOf(action.nodes)}.`;
    case "heal":
      return action.nodes === undefined
        ? "You healed every cut."
        : `You healed the links of ${namesOf(action.nodes)}.`;
    case "setLink":
      return linkDeed(action);
    case "setNetwork":
      return "You changed the network.";
    case "dropMessage":
    case "holdMessage":
    case "releaseMessage":
    case "duplicateMessage":
    case "delayMessage": {
      const flight = world.flights.find(({ id }) => id === action.message);
      return `${TO_MESSAGES[action.kind]} the ${flight === undefined ? "message" : flightLabel(flight)}.`;
    }
    default:
      return null;
  }
}

const TO_MESSAGES = {
  dropMessage: "You dropped",
  holdMessage: "You hold",
  releaseMessage: "You released",
  duplicateMessage: "You duplicated",
  delayMessage: "You delayed",
} as const;

function linkDeed(action: Extract<ActionBody, { kind: "setLink" }>): string {
  const { from, to, bothWays, isCut, lossPercent, extraLatencyUs } = action;
  const link = bothWays ? `between n${from} and n${to}` : `from n${from} to n${to}`;
  if (isCut) return `You cut the link ${link}.`;
  const isPlain = lossPercent === 0 && extraLatencyUs === 0;
  return isPlain ? `You cleared the link ${link}.` : `You changed the link ${link}.`;
}

function diskDeed(action: ActionBody): string | null {
  switch (action.kind) {
    case "diskFault":
      return `You changed the disk of n${action.node}.`;
    case "failSync":
      return `You let the next fsync of n${action.node} fail.`;
    case "tear":
      return `You tear the write of n${action.node}.`;
    case "flipBit":
      return `You flipped a bit of ${action.file} on n${action.node}.`;
    default:
      return null;
  }
}

function clientDeed(action: ActionBody): string | null {
  switch (action.kind) {
    case "produce":
      return `You sent a record to ${action.topic}-${action.partition}.`;
    case "createTopic":
      return `You asked for the topic ${action.topic}.`;
    case "deleteTopic":
      return `You asked to delete the topic ${action.topic}.`;
    case "admin":
      return adminDeed(action.command);
    case "startProducer":
      return `You started c${action.client}, a producer of ${action.topic}.`;
    case "startConsumer":
      return `You started c${action.client}, a consumer of ${action.topic}.`;
    case "stopClient":
      return `You ${action.crash ? "crashed" : "stopped"} c${action.client}.`;
    default:
      return null;
  }
}

function adminDeed(command: AdminCommand): string | null {
  switch (command.kind) {
    case "rebalance":
      return "You asked for a rebalance.";
    case "reassign":
      return `You asked to reassign ${command.topic}-${command.partition}.`;
    case "electPreferredLeaders":
      return "You asked to elect preferred leaders.";
    case "createPartitions":
      return `You asked for ${command.partitionCount} partitions of ${command.topic}.`;
    case "alterTopic":
      return `You changed the settings of ${command.topic}.`;
    default:
      return null;
  }
}

function namesOf(nodes: readonly number[]): string {
  const names = nodes.map((node) => `n${node}`);
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}
