import type { LeaderEpoch, NodeId, PartitionEpoch } from "../base/ids.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import type { MetadataCommand, TopicConfig } from "./command.ts";

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

/** The first thing that was wrong; `path` is null while nothing is. */
interface Problem {
  path: string | null;
  message: string;
}

function parseJson(
  text: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; message: string } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false, message: "is not JSON" };
  }
}

function readCommand(value: unknown, problem: Problem): MetadataCommand | null {
  const fields = new Fields(value, "", problem);
  const kind = fields.text("kind");
  switch (kind) {
    case "addNode":
      fields.only(["kind", "node", "address"]);
      return { kind, node: fields.node("node"), address: fields.text("address") };
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

/** The fields of one JSON object. A wrong one is noted as the problem and read as a blank. */
class Fields {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #path: string;
  readonly #problem: Problem;

  constructor(value: unknown, path: string, problem: Problem) {
    this.#path = path;
    this.#problem = problem;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    this.#values = new Map(isObject ? Object.entries(value) : []);
    if (!isObject) this.#note(path, "is not an object");
  }

  refuse(key: string, message: string): void {
    this.#note(this.#pathOf(key), message);
  }

  only(keys: readonly string[]): void {
    for (const key of this.#values.keys()) {
      if (!keys.includes(key)) this.refuse(key, "is not a field of this command");
    }
  }

  inner(key: string): Fields {
    return new Fields(this.#values.get(key), this.#pathOf(key), this.#problem);
  }

  text(key: string): string {
    const value = this.#values.get(key);
    if (typeof value === "string") return value;
    this.refuse(key, "is not a text");
    return "";
  }

  /** Counts, numbers, ids and epochs: none is ever negative. */
  integer(key: string): number {
    const value = this.#values.get(key);
    if (isCount(value)) return value;
    this.refuse(key, "is not an integer from 0 on");
    return 0;
  }

  node(key: string): NodeId {
    return this.integer(key) as NodeId;
  }

  nodes(key: string): NodeId[] {
    const value = this.#values.get(key);
    if (Array.isArray(value) && value.every(isCount)) return value as NodeId[];
    this.refuse(key, "is not a list of node ids");
    return [];
  }

  #pathOf(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }

  #note(path: string, message: string): void {
    if (this.#problem.path !== null) return;
    this.#problem.path = path;
    this.#problem.message = message;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
