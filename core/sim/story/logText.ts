import { assert } from "../../base/assert.ts";
import { index } from "../../base/ids.ts";
import type { Index } from "../../base/ids.ts";
import type { Broker } from "../../broker/index.ts";
import { nodeName } from "../checkers/checker.ts";
import type { Process } from "../process.ts";
import { voteName } from "./eventText.ts";

/** One row for each node: its role, and its Raft state as it is in memory, or on the disk of a dead one. */
export function logText(processes: readonly Process[]): string {
  return processes.map((process) => `${nodeName(process.node)}  ${rowOf(process)}\n`).join("");
}

function rowOf({ state, broker, remains, node }: Process): string {
  if (state === "crashed") return `crashed    ${remains === null ? "" : storedText(remains)}`;
  assert(broker !== null, "a node that has not crashed has a broker");
  if (state === "stopped") return `stopped    ${broker.stopped ?? ""}`;
  const { raft, storage } = broker;
  if (raft === null || storage === null) return "standalone";
  const isLearner = raft.status().confState.learners.includes(node);
  const role = (isLearner ? "learner" : raft.role).padEnd(9);
  const termAt = (i: Index): number | string => raft.termAt(i);
  const durable = storage.lastIndex();
  return [
    `${role}  term ${raft.term}, vote ${voteName(raft.vote)}, commit ${raft.commit}`,
    `applied ${raft.applied}`,
    rangeText(raft.firstIndex, raft.lastIndex, termAt),
    ...(durable < raft.lastIndex ? [`durable to ${durable}`] : []),
    ...snapshotText(broker),
  ].join(", ");
}

/** What a restart would bring back, or why it would not. */
function storedText(broker: Broker): string {
  const { storage } = broker;
  if (storage === null) return broker.stopped ?? "";
  const { hardState } = storage.initialState();
  const promised =
    hardState === null
      ? "no term"
      : `term ${hardState.term}, vote ${voteName(hardState.vote)}, commit ${hardState.commit}`;
  const log = rangeText(storage.firstIndex(), storage.lastIndex(), (i) => storage.term(i));
  return [promised, log, ...snapshotText(broker)].join(", ");
}

function snapshotText({ storage }: Broker): string[] {
  const at = storage?.snapshot().metadata.index ?? 0;
  return at === 0 ? [] : [`snapshot ${at}`];
}

/** "log 3..9 (3..5 of term 1, 6..9 of term 2)", or "log 3..9 of term 1" */
function rangeText(first: Index, last: Index, termAt: (i: Index) => number | string): string {
  if (last < first) return first === 1 ? "empty log" : `no entries after ${first - 1}`;
  const runs: string[] = [];
  for (let from = first; from <= last;) {
    let to = from;
    while (to < last && termAt(index(to + 1)) === termAt(from)) to = index(to + 1);
    runs.push(`${rangeOf(from, to)} of term ${termAt(from)}`);
    from = index(to + 1);
  }
  return runs.length === 1 ? `log ${runs[0]}` : `log ${rangeOf(first, last)} (${runs.join(", ")})`;
}

export const rangeOf = (from: number, to: number): string =>
  from === to ? `${from}` : `${from}..${to}`;
