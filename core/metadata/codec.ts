import type { LeaderEpoch, PartitionEpoch } from "../base/ids.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import type { MetadataCommand, TopicConfig } from "./command.ts";
import { Fields, parseJson } from "./jsonFields.ts";
import type { Problem } from "./jsonFields.ts";

export type CommandDecoded =
  | { readonly ok: true; readonly command: MetadataCommand }
  | { readonly ok: false; readonly path: string; readonly message: string };

/** A command as canonical JSON: one order of keys, no spaces. Equal commands are equal bytes. */
export function encodeCommand(command: MetadataCommand): Uint8Array {
  return utf8Encode(JSON.stringify(command, KEYS));
}

/** Reads what `encodeCommand` wrote, from a sender that may be anybody. */
export function decodeCommand(bytes: Uint8Array): CommandDecoded {
  const parsed = parseJson(utf8Decode(bytes));
  if (!parsed.ok) return { ok: false, path: "", message: parsed.message };
  const problem: Problem = { path: null, message: "" };
  const command = readCommand(parsed.value, problem);
  if (command === null || problem.path !== null) {
    return { ok: false, path: problem.path ?? "", message: problem.message };
  }
  return { ok: true, command };
}

/** The order of keys in the bytes; also keeps out any key that is not part of a command. */
const KEYS = [
  "kind",
  "node",
  "address",
  "generation",
  "topic",
  "partitionCount",
  "replicationFactor",
  "config",
  "minInsyncReplicas",
  "partition",
  "replicas",
  "leader",
  "isr",
  "leaderEpoch",
  "partitionEpoch",
];

function readCommand(value: unknown, problem: Problem): MetadataCommand | null {
  const fields = new Fields(value, "", problem);
  const kind = fields.text("kind");
  switch (kind) {
    case "addNode":
      fields.only(["kind", "node", "address", "generation"]);
      return {
        kind,
        node: fields.node("node"),
        address: fields.text("address"),
        generation: fields.integer("generation"),
      };
    case "removeNode":
    case "admitNode":
      fields.only(["kind", "node", "generation"]);
      return { kind, node: fields.node("node"), generation: fields.integer("generation") };
    case "createTopic":
      fields.only(["kind", "topic", "partitionCount", "replicationFactor", "config"]);
      return {
        kind,
        topic: fields.text("topic"),
        partitionCount: fields.integer("partitionCount"),
        replicationFactor: fields.integer("replicationFactor"),
        config: readConfig(fields.inner("config")),
      };
    case "assignPartition":
      fields.only(["kind", "topic", "partition", "replicas"]);
      return { kind, ...readPartition(fields), replicas: fields.nodes("replicas") };
    case "setPartitionLeader":
      fields.only(["kind", "topic", "partition", "leader", "leaderEpoch", "partitionEpoch"]);
      return {
        kind,
        ...readPartition(fields),
        leader: fields.node("leader"),
        ...readEpochs(fields),
      };
    case "updateIsr":
      fields.only(["kind", "topic", "partition", "isr", "leaderEpoch", "partitionEpoch"]);
      return { kind, ...readPartition(fields), isr: fields.nodes("isr"), ...readEpochs(fields) };
    default:
      fields.refuse("kind", `"${kind}" is not a command`);
      return null;
  }
}

function readConfig(fields: Fields): TopicConfig {
  fields.only(["minInsyncReplicas"]);
  return { minInsyncReplicas: fields.integer("minInsyncReplicas") };
}

function readPartition(fields: Fields): { topic: string; partition: number } {
  return { topic: fields.text("topic"), partition: fields.integer("partition") };
}

function readEpochs(fields: Fields): { leaderEpoch: LeaderEpoch; partitionEpoch: PartitionEpoch } {
  return {
    leaderEpoch: fields.integer("leaderEpoch") as LeaderEpoch,
    partitionEpoch: fields.integer("partitionEpoch") as PartitionEpoch,
  };
}
