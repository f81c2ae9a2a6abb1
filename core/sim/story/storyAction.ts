import {
  assertKnownKeys,
  bareKey,
  bareKeys,
  DirectiveError,
  requiredValueOf,
  valueOf,
  wholeNumber,
} from "../../raft/conformance/arguments.ts";
import type { Directive } from "../../raft/conformance/dataFile.ts";
import { parseAdminCommand } from "../../broker/admin/index.ts";
import { READY_STAGES } from "../../broker/index.ts";
import type { AdminCommand } from "../../wire/index.ts";
import { DISK_FAULTS } from "../diskFaults.ts";
import type { ActionBody } from "../run.ts";
import { nodeOf, nodesOf, numberOr, oneOf, onlyNode } from "./storyArguments.ts";

const ACKS = { "0": 0, "1": 1, all: -1 } as const;
const NO_KEYS: ReadonlySet<string> = new Set();
/** The words with a value that an action knows; an action that is not here knows none. */
const KEYS: { readonly [Kind in ActionBody["kind"]]?: ReadonlySet<string> } = {
  produce: new Set(["key", "value", "acks", "node"]),
  consume: new Set(["node"]),
  createTopic: new Set([
    "partitionCount",
    "replicationFactor",
    "minInsyncReplicas",
    "replicationMode",
    "uncleanLeaderElection",
  ]),
  startProducer: new Set([
    "recordsPerSecond",
    "acks",
    "idempotent",
    "keyCount",
    "valueBytes",
    "batchRecords",
  ]),
  startConsumer: new Set(["group"]),
  flipBit: new Set(["file", "byte", "bit"]),
  skewClock: new Set(["percent"]),
  setLink: new Set(["bothWays", "isCut", "lossPercent", "extraLatencyUs"]),
  setNetwork: new Set(["latencyMinUs", "latencyMaxUs", "lossPercent"]),
  delayMessage: new Set(["byUs"]),
};

type ActionOf = { readonly [Kind in ActionBody["kind"]]: (d: Directive) => ActionBody };

/** Every action of a run, written as a directive of its name. */
const ACTIONS: ActionOf = {
  kill: (d) => ({ kind: "kill", node: onlyNode(d) }),
  restart: (d) => ({ kind: "restart", node: onlyNode(d) }),
  timeOut: (d) => ({ kind: "timeOut", node: onlyNode(d) }),
  pause: (d) => ({ kind: "pause", node: onlyNode(d) }),
  resume: (d) => ({ kind: "resume", node: onlyNode(d) }),
  skewClock: (d) => ({
    kind: "skewClock",
    node: onlyNode(d),
    percent: wholeNumber(requiredValueOf(d, "percent"), "percent"),
  }),
  holdStage: (d) => ({
    kind: "holdStage",
    node: nodeOf(bareKey(d, 0, "a node")),
    stage: oneOf(bareKeys(d)[1], READY_STAGES, "a stage of a Ready"),
    on: oneOf(bareKeys(d)[2], ["on", "off"], "a switch") === "on",
  }),
  setLink: (d) => ({
    kind: "setLink",
    from: nodeOf(bareKey(d, 0, "a node")),
    to: nodeOf(bareKey(d, 1, "a second node")),
    bothWays: isTrue(d, "bothWays"),
    isCut: isTrue(d, "isCut"),
    lossPercent: numberOr(d, "lossPercent", 0),
    extraLatencyUs: numberOr(d, "extraLatencyUs", 0),
  }),
  setNetwork: (d) => ({
    kind: "setNetwork",
    latencyMinUs: wholeNumber(requiredValueOf(d, "latencyMinUs"), "latencyMinUs"),
    latencyMaxUs: wholeNumber(requiredValueOf(d, "latencyMaxUs"), "latencyMaxUs"),
    lossPercent: numberOr(d, "lossPercent", 0),
  }),
  dropMessage: (d) => ({ kind: "dropMessage", message: messageOf(d) }),
  holdMessage: (d) => ({ kind: "holdMessage", message: messageOf(d) }),
  releaseMessage: (d) => ({ kind: "releaseMessage", message: messageOf(d) }),
  duplicateMessage: (d) => ({ kind: "duplicateMessage", message: messageOf(d) }),
  delayMessage: (d) => ({
    kind: "delayMessage",
    message: messageOf(d),
    byUs: wholeNumber(requiredValueOf(d, "byUs"), "byUs"),
  }),
  cut: (d) => ({ kind: "cut", nodes: nodesOf(d) }),
  heal: (d) => (d.args.length === 0 ? { kind: "heal" } : { kind: "heal", nodes: nodesOf(d) }),
  produce: (d) => ({
    kind: "produce",
    ...partitionOf(d),
    key: requiredValueOf(d, "key"),
    value: requiredValueOf(d, "value"),
    acks: acksOf(d),
  }),
  consume: (d) => ({ kind: "consume", ...partitionOf(d) }),
  createTopic: (d) => ({
    kind: "createTopic",
    topic: bareKey(d, 0, "a topic"),
    partitionCount: numberOr(d, "partitionCount", 1),
    replicationFactor: numberOr(d, "replicationFactor", 3),
    minInsyncReplicas: numberOr(d, "minInsyncReplicas", 2),
    replicationMode: oneOf(valueOf(d, "replicationMode") ?? "isr", ["isr", "raft"], "a mode"),
    uncleanLeaderElection: isTrue(d, "uncleanLeaderElection"),
  }),
  deleteTopic: (d) => ({ kind: "deleteTopic", topic: bareKey(d, 0, "a topic") }),
  powerCut: () => ({ kind: "powerCut" }),
  powerOn: () => ({ kind: "powerOn" }),
  diskFault: (d) => ({
    kind: "diskFault",
    node: nodeOf(bareKey(d, 0, "a node")),
    fault: oneOf(bareKeys(d)[1], DISK_FAULTS, "a disk fault"),
    on: oneOf(bareKeys(d)[2], ["on", "off"], "a switch") === "on",
  }),
  failSync: (d) => ({ kind: "failSync", node: onlyNode(d) }),
  tear: (d) => ({ kind: "tear", node: onlyNode(d) }),
  flipBit: (d) => ({
    kind: "flipBit",
    node: onlyNode(d),
    file: requiredValueOf(d, "file"),
    byte: wholeNumber(requiredValueOf(d, "byte"), "byte"),
    bit: numberOr(d, "bit", 0),
  }),
  snapshot: (d) => ({ kind: "snapshot", node: onlyNode(d) }),
  repair: (d) => ({ kind: "repair", node: onlyNode(d) }),
  addNode: () => ({ kind: "addNode" }),
  removeNode: (d) => ({ kind: "removeNode", node: onlyNode(d) }),
  admin: (d) => ({ kind: "admin", command: commandOf(d) }),
  startProducer: (d) => ({
    kind: "startProducer",
    client: clientOf(bareKey(d, 0, "a client")),
    topic: bareKey(d, 1, "a topic"),
    recordsPerSecond: numberOr(d, "recordsPerSecond", 10),
    acks: acksOf(d),
    idempotent: isTrue(d, "idempotent"),
    keyCount: numberOr(d, "keyCount", 0),
    valueBytes: numberOr(d, "valueBytes", 10),
    batchRecords: numberOr(d, "batchRecords", 100),
  }),
  startConsumer: (d) => ({
    kind: "startConsumer",
    client: clientOf(bareKey(d, 0, "a client")),
    topic: bareKey(d, 1, "a topic"),
    group: valueOf(d, "group") ?? null,
  }),
  stopClient: (d) => ({
    kind: "stopClient",
    client: clientOf(bareKey(d, 0, "a client")),
    crash: bareKeys(d)[1] === "crash",
  }),
};

export const isAction = (command: string): command is ActionBody["kind"] =>
  Object.hasOwn(ACTIONS, command);

/** @throws DirectiveError if the directive does not say all that the action needs, or says more. */
export function actionOf(d: Directive): ActionBody {
  const { command } = d;
  if (!isAction(command)) throw new DirectiveError(`there is no action ${command}`);
  assertKnownKeys(d, KEYS[command] ?? NO_KEYS);
  return ACTIONS[command](d);
}

const acksOf = (d: Directive) =>
  ACKS[oneOf(valueOf(d, "acks") ?? "all", ["0", "1", "all"], "acks")];

const isTrue = (d: Directive, key: string): boolean =>
  oneOf(valueOf(d, key) ?? "false", ["true", "false"], key) === "true";

/** Its number in the whole run. */
const messageOf = (d: Directive): number => wholeNumber(bareKey(d, 0, "a message"), "message");

/** "c2" */
function clientOf(text: string): number {
  const [, figures] = /^c([1-9]\d?)$/.exec(text) ?? [];
  if (figures !== undefined) return Number(figures);
  throw new DirectiveError(`a client is written like c2, not ${JSON.stringify(text)}`);
}

/** The rest of the line as an administrator would write it. */
function commandOf(d: Directive): AdminCommand {
  const parsed = parseAdminCommand(bareKeys(d).join(" "));
  if (parsed.ok) return parsed.command;
  throw new DirectiveError(parsed.message);
}

/** "orders 0", and perhaps the one node to ask. */
function partitionOf(d: Directive): {
  readonly topic: string;
  readonly partition: number;
  readonly node: number | null;
} {
  const node = valueOf(d, "node");
  return {
    topic: bareKey(d, 0, "a topic"),
    partition: wholeNumber(bareKey(d, 1, "a partition"), "a partition"),
    node: node === undefined ? null : nodeOf(node),
  };
}
