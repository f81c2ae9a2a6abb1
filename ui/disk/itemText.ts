import type { DiskItemView } from "@chronik/core/view";

/** What stands on the block: the index of an entry, one word for everything else. */
export function itemWord(item: DiskItemView): string {
  return item.kind === "entry" ? String(item.index) : WORDS[item.kind];
}

/** "record 118, durable: entry 12 of term 3: n1 leads orders-1". */
export function itemSentence(item: DiskItemView): string {
  const state = stateText(item);
  return `${itemTitle(item)}${state === "" ? "" : `, ${state}`}: ${item.text}`;
}

/** "record 118", "segment header", "torn record 118". */
export function itemTitle({ kind, sequence }: DiskItemView): string {
  if (kind === "segmentHeader") return "segment header";
  const record = `record ${sequence}`;
  return kind === "torn" || kind === "damaged" ? `${kind} ${record}` : record;
}

export function stateText({ kind, state }: DiskItemView): string {
  if (kind === "torn") return "a restart cuts it off";
  if (kind === "damaged") return "";
  return STATES[state];
}

const STATES = {
  durable: "durable",
  lied: "believed durable, and is not",
  cache: "in the cache only",
};

const WORDS: Readonly<Record<Exclude<DiskItemView["kind"], "entry">, string>> = {
  segmentHeader: "head",
  hardState: "state",
  produce: "data",
  truncateReplica: "cut",
  openReplica: "open",
  snapshot: "snap",
  logStart: "start",
  torn: "torn",
  damaged: "bad",
};
