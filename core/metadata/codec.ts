import { assert } from "../base/assert.ts";
import type { LeaderEpoch, PartitionEpoch } from "../base/ids.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import { NO_TOPIC_ID } from "./clusterMetadata.ts";
import type { MetadataCommand, TopicConfig } from "./command.ts";
import { Fields, parseJson } from "./jsonFields.ts";
import type { Problem } from "./jsonFields.ts";

export type CommandDecoded =
  | { readonly ok: true; readonly command: MetadataCommand }
  | { readonly ok: false; readonly path: string; readonly message: string };

/**
 * A command as canonical JSON: one order of keys, no spaces. Equal commands are equal bytes.
 *
 * @throws InvariantError if a field holds what `decodeCommand` would refuse.
 */
export function encodeCommand(command: MetadataCommand): Uint8Array {
  const problem: Problem = { path: null, message: "" };
  const canonical = readCommand(new Fields(command, "", problem));
  assert(problem.path === null, `${command.kind}: ${problem.path} ${problem.message}`);
  return utf8Encode(JSON.stringify(canonical));
}

/**
 * Reads what `encodeCommand` wrote, from a sender that may be anybody. A command of the first
 * version lacks some fields, and means what it meant then.
 */
export function decodeCommand(bytes: Uint8Array): CommandDecoded {
  const parsed = parseJson(utf8Decode(bytes));
  if (!parsed.ok) return { ok: false, path: "", message: parsed.message };
  const problem: Problem = { path: null, message: "" };
  const fields = new Fields(parsed.value, "", problem);
  const command = readCommand(fields);
  fields.refuseOthers();
  if (command === null || problem.path !== null) {
    return { ok: false, path: problem.path ?? "", message: problem.message };
  }
  return { ok: true, command };
}

export function readConfig(fields: Fields): TopicConfig {
  return {
    minInsyncReplicas: fields.integer("minInsyncReplicas"),
    replicationMode: fields.word("replicationMode", ["isr", "raft"], "isr"),
    uncleanLeaderElection: fields.flag("uncleanLeaderElection", false),
  };
}

function readCommand(fields: Fields): MetadataCommand | null {
  const kind = fields.text("kind");
  if (isKind(kind)) return READERS[kind](fields);
  fields.refuse("kind", `"${kind}" is not a command`);
  return null;
}

type Kind = MetadataCommand["kind"];
type Readers = {
  readonly [K in Kind]: (fields: Fields) => Extract<MetadataCommand, { readonly kind: K }>;
};

/** What each kind has, and nothing else. The order of the fields is that of the bytes. */
const READERS: Readers = {
  addNode: (fields) => ({
    kind: "addNode",
    node: fields.node("node"),
    address: fields.text("address"),
    generation: fields.integer("generation"),
  }),
  removeNode: (fields) => ({
    kind: "removeNode",
    node: fields.node("node"),
    generation: fields.integer("generation"),
  }),
  admitNode: (fields) => ({
    kind: "admitNode",
    node: fields.node("node"),
    address: fields.text("address", ""),
    generation: fields.integer("generation"),
  }),
  registerBroker: (fields) => ({
    kind: "registerBroker",
    node: fields.node("node"),
    incarnation: fields.integer("incarnation"),
  }),
  fenceBroker: (fields) => ({ kind: "fenceBroker", ...brokerLife(fields) }),
  unfenceBroker: (fields) => ({ kind: "unfenceBroker", ...brokerLife(fields) }),
  createTopic: (fields) => ({
    kind: "createTopic",
    topic: fields.text("topic"),
    topicId: fields.text("topicId", NO_TOPIC_ID),
    partitionCount: fields.integer("partitionCount"),
    replicationFactor: fields.integer("replicationFactor"),
    assignment: fields.nodeLists("assignment"),
    config: readConfig(fields.inner("config")),
  }),
  deleteTopic: (fields) => ({
    kind: "deleteTopic",
    topic: fields.text("topic"),
    topicId: fields.text("topicId"),
  }),
  createPartitions: (fields) => ({
    kind: "createPartitions",
    topic: fields.text("topic"),
    topicId: fields.text("topicId"),
    partitionCount: fields.integer("partitionCount"),
  }),
  alterTopic: (fields) => ({
    kind: "alterTopic",
    topic: fields.text("topic"),
    topicId: fields.text("topicId"),
    minInsyncReplicas: fields.integer("minInsyncReplicas"),
    uncleanLeaderElection: fields.flag("uncleanLeaderElection"),
  }),
  assignPartition: (fields) => ({
    kind: "assignPartition",
    ...place(fields),
    replicas: fields.nodes("replicas"),
  }),
  setPartitionLeader: (fields) => ({
    kind: "setPartitionLeader",
    ...place(fields),
    leader: fields.node("leader"),
    unclean: fields.flag("unclean", false),
    ...seenEpochs(fields),
  }),
  updateIsr: (fields) => {
    const at = place(fields);
    const isr = fields.nodes("isr");
    // No broker had registered when the first version wrote.
    const unregistered = isr.map(() => 0);
    const brokerEpochs = fields.integers("brokerEpochs", unregistered);
    return { kind: "updateIsr", ...at, isr, brokerEpochs, ...seenEpochs(fields) };
  },
  reassignPartition: (fields) => ({
    kind: "reassignPartition",
    ...place(fields),
    replicas: fields.nodes("replicas"),
    ...seenEpochs(fields),
  }),
  completeReassignment: (fields) => ({
    kind: "completeReassignment",
    ...place(fields),
    ...seenEpochs(fields),
  }),
  reportPartitionLeader: (fields) => ({
    kind: "reportPartitionLeader",
    ...place(fields),
    leader: fields.node("leader"),
    leaderEpoch: fields.integer("leaderEpoch") as LeaderEpoch,
  }),
  allocateProducerIds: (fields) => ({
    kind: "allocateProducerIds",
    node: fields.node("node"),
    firstProducerId: fields.integer("firstProducerId"),
    count: fields.integer("count"),
  }),
};

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(READERS, kind);
}

function brokerLife(fields: Fields) {
  return { node: fields.node("node"), brokerEpoch: fields.integer("brokerEpoch") };
}

function place(fields: Fields) {
  return { topic: fields.text("topic"), partition: fields.integer("partition") };
}

function seenEpochs(fields: Fields) {
  return {
    leaderEpoch: fields.integer("leaderEpoch") as LeaderEpoch,
    partitionEpoch: fields.integer("partitionEpoch") as PartitionEpoch,
  };
}
