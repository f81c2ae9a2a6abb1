import { utf8Decode } from "../../base/utf8.ts";
import type { ReplicaLog } from "../../broker/index.ts";
import type { PartitionKey } from "../../metadata/clusterMetadata.ts";
import { decodeRecordBatch } from "../../wire/index.ts";
import { nodeName } from "../checkers/checker.ts";
import { valueName } from "../client/records.ts";
import type { World } from "../world.ts";
import { rangeOf } from "./logText.ts";

/** One record of a replica, by the name that a reader knows it by. */
interface HeldRecord {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly name: string;
}

/** What each node holds of a partition, epoch by epoch; of a dead node what a restart would find. */
export function recordsText(world: World, key: PartitionKey): string {
  const rows = world.processes.map(({ node, broker, remains }) => {
    const log = (broker ?? remains)?.replicas.get(key);
    const state = broker === null ? " (down)" : "";
    return `${nodeName(node)}${state}  ${log === undefined ? "nothing" : epochsText(log)}\n`;
  });
  return rows.join("");
}

function epochsText(log: ReplicaLog): string {
  const epochs = new Map<number, HeldRecord[]>();
  for (const record of recordsOf(log)) {
    const same = epochs.get(record.leaderEpoch);
    if (same === undefined) epochs.set(record.leaderEpoch, [record]);
    else same.push(record);
  }
  if (epochs.size === 0) return "empty";
  const parts = [...epochs].map(([epoch, records]) => {
    const at = rangeOf(records[0]!.offset, records.at(-1)!.offset);
    return `epoch ${epoch}, offset ${at}: ${namesText(records.map(({ name }) => name))}`;
  });
  return parts.join("; ");
}

/** Those that are in memory. */
export function recordsOf({ batches }: ReplicaLog): readonly HeldRecord[] {
  return batches.flatMap(({ bytes, leaderEpoch }) => {
    const decoded = bytes === null ? null : decodeRecordBatch(bytes);
    if (decoded?.ok !== true) return [];
    return decoded.batch.records.map(({ offset, key, value }) => {
      return { offset, leaderEpoch, name: nameOf(textOf(key), textOf(value)) };
    });
  });
}

const textOf = (bytes: Uint8Array | null): string => (bytes === null ? "" : utf8Decode(bytes));

/** "c2-17" of a generated record, else "key=value". */
export function nameOf(key: string | null, value: string): string {
  const name = valueName(value);
  return numbered(name) === null ? `${key ?? ""}=${name}` : name;
}

/** "c2-1..c2-50 a=1": a generated record after the one before it is not named on its own. */
export function namesText(names: readonly string[]): string {
  const said: string[] = [];
  for (let from = 0; from < names.length;) {
    let to = from;
    while (to + 1 < names.length && isNext(names[to]!, names[to + 1]!)) to++;
    said.push(from === to ? names[from]! : `${names[from]}..${names[to]}`);
    from = to + 1;
  }
  return said.join(" ");
}

function isNext(name: string, next: string): boolean {
  const [a, b] = [numbered(name), numbered(next)];
  return a !== null && b !== null && a.client === b.client && b.number === a.number + 1;
}

function numbered(name: string): { readonly client: string; readonly number: number } | null {
  const [, client, number] = /^(c\d+)-(\d+)$/.exec(name) ?? [];
  return client === undefined ? null : { client, number: Number(number) };
}
