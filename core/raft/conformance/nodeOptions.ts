import { index, nodeId, term } from "../../base/ids.ts";
import { utf8Encode } from "../../base/utf8.ts";
import type { RaftConfig, StorageWrites } from "../config.ts";
import { NO_LIMIT_BYTES } from "../entrySize.ts";
import type { Snapshot } from "../message.ts";
import { DirectiveError, truthValue, valueOf, valuesOf, wholeNumber } from "./arguments.ts";
import type { Directive } from "./dataFile.ts";
import { Refusal } from "./environmentNode.ts";
import type { NodeConfig } from "./environmentNode.ts";

/** The fields of a configuration whose value is a `T`. */
type FieldsOf<T> = {
  [K in keyof RaftConfig]-?: NonNullable<RaftConfig[K]> extends T ? K : never;
}[keyof RaftConfig];

const NUMBERS: ReadonlyMap<string, FieldsOf<number>> = new Map([
  ["inflight", "maxInflightMessages"],
  ["max-committed-size-per-ready", "maxCommittedSizePerReadyBytes"],
  // Ours.
  ["inflight-bytes", "maxInflightBytes"],
  ["max-size-per-msg", "maxSizePerMsgBytes"],
  ["max-uncommitted-size", "maxUncommittedSizeBytes"],
  ["priority", "priority"],
]);

const SWITCHES: ReadonlyMap<string, FieldsOf<boolean>> = new Map([
  ["prevote", "preVote"],
  ["checkquorum", "checkQuorum"],
  ["disable-conf-change-validation", "disableConfChangeValidation"],
  ["step-down-on-removal", "stepDownOnRemoval"],
  // Ours.
  ["disable-proposal-forwarding", "disableProposalForwarding"],
  ["group-commit", "groupCommit"],
  ["batch-append", "batchAppend"],
  ["skip-bcast-commit", "skipBroadcastCommit"],
  ["commit-in-votes", "commitInVotes"],
]);

const SNAPSHOT_KEYS = ["voters", "learners", "index", "content"] as const;
/** What add-nodes knows. */
export const ADD_NODES_OPTIONS: ReadonlySet<string> = new Set([
  ...SNAPSHOT_KEYS,
  ...NUMBERS.keys(),
  ...SWITCHES.keys(),
  "read-only",
  "async-storage-writes",
  "storage-writes",
]);

/** The configuration that an add-nodes asks for, over etcd's defaults: no limits at all. */
export function parseNodeConfig(d: Directive): Omit<NodeConfig, "trace"> {
  const config = {
    electionTicks: 3,
    heartbeatTicks: 1,
    maxSizePerMsgBytes: NO_LIMIT_BYTES,
    maxInflightMessages: 2 ** 31 - 1,
    random: () => 0,
  };
  for (const { key, values } of d.args) {
    for (const value of values) Object.assign(config, parseOption(key, value));
  }
  return config;
}

function parseOption(key: string, value: string): Partial<RaftConfig> {
  const numberField = NUMBERS.get(key);
  if (numberField !== undefined) return { [numberField]: wholeNumber(value, key) };
  const switchField = SWITCHES.get(key);
  if (switchField !== undefined) return { [switchField]: truthValue(value, key) };
  if (key === "read-only") return { readOnly: readOnlyOf(value) };
  if (key === "storage-writes") return { storageWrites: storageWritesOf(value) };
  if (key === "async-storage-writes") {
    return { storageWrites: truthValue(value, key) ? "async" : "sync" };
  }
  return {};
}

/** What the nodes start from. Without members, an index or content that is an empty storage. */
export function parseFirstSnapshot(d: Directive): Snapshot {
  const ids = (key: string) => valuesOf(d, key).map((id) => nodeId(wholeNumber(id, key)));
  const at = wholeNumber(valueOf(d, "index") ?? "0", "index");
  const isEmpty = SNAPSHOT_KEYS.every((key) => valueOf(d, key) === undefined);
  // MemoryStorage's first entry would have to be where the snapshot is.
  if (!isEmpty && at <= 1) throw new Refusal("index must be specified as > 1 due to bootstrap");
  return {
    metadata: {
      confState: {
        voters: ids("voters"),
        learners: ids("learners"),
        votersOutgoing: [],
        learnersNext: [],
        autoLeave: false,
      },
      index: index(at),
      term: term(isEmpty ? 0 : 1),
    },
    data: utf8Encode(valueOf(d, "content") ?? ""),
  };
}

function readOnlyOf(value: string): NonNullable<RaftConfig["readOnly"]> {
  if (value === "safe") return "safe";
  if (value === "lease-based") return "leaseBased";
  throw new Refusal(`invalid read-only option ${JSON.stringify(value)}`);
}

function storageWritesOf(value: string): StorageWrites {
  if (value === "sync" || value === "async" || value === "pipelined") return value;
  throw new DirectiveError(`storage-writes must be sync, async or pipelined, not ${value}`);
}
