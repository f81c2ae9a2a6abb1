import { assert } from "../../base/assert.ts";
import { index } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import type { StoredBatch } from "../../broker/index.ts";
import type { PartitionKey } from "../../metadata/clusterMetadata.ts";
import type { Entry, HardState } from "../../raft/message.ts";
import { nodeName } from "../checkers/checker.ts";
import { isSameEntry } from "../checkers/raftStep.ts";
import type { World } from "../world.ts";
import { voteName } from "./eventText.ts";
import { rangeOf } from "./logText.ts";

/** What a node had on its disk for sure; of a dead node what a restart would bring back. */
interface Stored {
  readonly node: NodeId;
  readonly hardState: HardState | null;
  readonly firstIndex: number;
  readonly entries: readonly Entry[];
  readonly replicas: ReadonlyMap<PartitionKey, readonly StoredBatch[]>;
}

export type Mark = readonly Stored[];

/** All nodes that can be read; a node that has stopped holds what it held when it stopped. */
export function markOf({ processes }: World): Mark {
  return processes.flatMap(({ node, broker, remains }) => {
    const { storage, replicas } = broker ?? remains ?? {};
    if (storage === undefined || storage === null || replicas === undefined) return [];
    const firstIndex = storage.firstIndex();
    const end = index(storage.lastIndex() + 1);
    const held = end > firstIndex ? storage.entries(firstIndex, end, Infinity) : [];
    assert(typeof held !== "string", "a log can be read from its first index on");
    const durable = [...replicas].map(
      ([key, log]) =>
        [key, log.batches.filter((b) => b.lastOffset < log.durableEndOffset)] as const,
    );
    const { hardState } = storage.initialState();
    return [{ node, hardState, firstIndex, entries: held, replicas: new Map(durable) }];
  });
}

/** For each node of `before`, how what it has stored differs now. */
export function compareMarks(before: Mark, now: Mark): string {
  return before
    .map((then) => {
      const found = now.find(({ node }) => node === then.node);
      const text =
        found === undefined ? "its disk cannot be served from" : differences(then, found);
      return `${nodeName(then.node)}  ${text}\n`;
    })
    .join("");
}

function differences(then: Stored, now: Stored): string {
  const parts = [hardStateText(then.hardState, now.hardState), entriesText(then, now)];
  for (const [key, batches] of then.replicas) {
    if (batches.length === 0) continue;
    parts.push(`${key} ${batchesText(batches, now.replicas.get(key) ?? [])}`);
  }
  return parts.join("; ");
}

function hardStateText(then: HardState | null, now: HardState | null): string {
  const text = (state: HardState | null): string =>
    state === null
      ? "no term"
      : `term ${state.term}, vote ${voteName(state.vote)}, commit ${state.commit}`;
  const before = text(then);
  const after = text(now);
  return before === after ? `${before} as before` : `${after} (was ${before})`;
}

/** Entries are compared where both logs have them; what a snapshot has replaced since is named. */
function entriesText(then: Stored, now: Stored): string {
  const lastThen = then.firstIndex + then.entries.length - 1;
  const lastNow = now.firstIndex + now.entries.length - 1;
  if (lastThen < then.firstIndex) return `${now.entries.length} entries (was none)`;
  const other = then.entries.find((entry) => {
    const at = entry.index - now.firstIndex;
    return at >= 0 && at < now.entries.length && !isSameEntry(entry, now.entries[at]!);
  });
  const said: string[] = [];
  if (now.firstIndex > then.firstIndex) {
    said.push(`${rangeOf(then.firstIndex, Math.min(now.firstIndex - 1, lastThen))} in a snapshot`);
  }
  const from = Math.max(then.firstIndex, now.firstIndex);
  const to = Math.min(lastThen, lastNow);
  if (other !== undefined) said.push(`entry ${other.index} is another`);
  else if (to >= from)
    said.push(`${to > from ? "entries" : "entry"} ${rangeOf(from, to)} as before`);
  if (lastNow < lastThen) said.push(`${rangeOf(lastNow + 1, lastThen)} gone`);
  if (lastNow > lastThen) said.push(`${rangeOf(lastThen + 1, lastNow)} new`);
  return said.join(", ");
}

function batchesText(then: readonly StoredBatch[], now: readonly StoredBatch[]): string {
  const same = then.findIndex((batch, i) => i >= now.length || !isSameBatch(batch, now[i]!));
  const endOf = (batches: readonly StoredBatch[]): number => (batches.at(-1)?.lastOffset ?? -1) + 1;
  const kept = same < 0 ? endOf(then) : then[same]!.baseOffset;
  const said = [`to offset ${kept} as before`];
  if (kept < endOf(then)) said.push(`what follows is gone or another`);
  if (endOf(now) > endOf(then)) said.push(`${rangeOf(endOf(then), endOf(now) - 1)} new`);
  return said.join(", ");
}

function isSameBatch(a: StoredBatch, b: StoredBatch): boolean {
  if (a.sizeBytes !== b.sizeBytes || a.maxTimestampMs !== b.maxTimestampMs) return false;
  const { bytes } = b;
  if (a.bytes === null || bytes === null) return true;
  return a.bytes.every((byte, i) => byte === bytes[i]);
}
