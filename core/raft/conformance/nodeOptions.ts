import { index, nodeId, term } from "../../base/ids.ts";
import { utf8Encode } from "../../base/utf8.ts";
import type { RaftConfig } from "../config.ts";
import { NO_LIMIT_BYTES } from "../entrySize.ts";
import type { Snapshot } from "../message.ts";
import { DirectiveError, truthValue, valueOf, valuesOf, wholeNumber } from "./arguments.ts";
import type { Directive } from "./dataFile.ts";
import { Refusal } from "./environmentNode.ts";
import type { NodeConfig } from "./environmentNode.ts";

type Option = (value: string, name: string) => Partial<RaftConfig>;

const CONFIG_OPTIONS: ReadonlyMap<string, Option> = new Map<string, Option>([
  ["inflight", (v, name) => ({ maxInflightMessages: wholeNumber(v, name) })],
  [
    "async-storage-writes",
    (v, name) => ({ storageWrites: truthValue(v, name) ? "async" : "sync" }),
  ],
  ["prevote", (v, name) => ({ preVote: truthValue(v, name) })],
  ["checkquorum", (v, name) => ({ checkQuorum: truthValue(v, name) })],
  [
    "max-committed-size-per-ready",
    (v, name) => ({ maxCommittedSizePerReadyBytes: wholeNumber(v, name) }),
  ],
  [
    "disable-conf-change-validation",
    (v, name) => ({ disableConfChangeValidation: truthValue(v, name) }),
  ],
  ["read-only", (v) => ({ readOnly: readOnlyOf(v) })],
  ["step-down-on-removal", (v, name) => ({ stepDownOnRemoval: truthValue(v, name) })],
  // Ours.
  ["inflight-bytes", (v, name) => ({ maxInflightBytes: wholeNumber(v, name) })],
  ["max-size-per-msg", (v, name) => ({ maxSizePerMsgBytes: wholeNumber(v, name) })],
  ["max-uncommitted-size", (v, name) => ({ maxUncommittedSizeBytes: wholeNumber(v, name) })],
  [
    "disable-proposal-forwarding",
    (v, name) => ({ disableProposalForwarding: truthValue(v, name) }),
  ],
  ["storage-writes", (v) => ({ storageWrites: storageWritesOf(v) })],
]);

const SNAPSHOT_KEYS = ["voters", "learners", "index", "content"] as const;
/** What add-nodes knows. */
export const ADD_NODES_OPTIONS: ReadonlySet<string> = new Set([
  ...SNAPSHOT_KEYS,
  ...CONFIG_OPTIONS.keys(),
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
    for (const value of values) Object.assign(config, CONFIG_OPTIONS.get(key)?.(value, key));
  }
  return config;
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

function storageWritesOf(value: string): NonNullable<RaftConfig["storageWrites"]> {
  if (value === "sync" || value === "async" || value === "pipelined") return value;
  throw new DirectiveError(`storage-writes must be sync, async or pipelined, not ${value}`);
}
