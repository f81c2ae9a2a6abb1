import { hexOf, recordFields, segmentHeaderFields } from "./recordFields.ts";
import type { RecordReader } from "./recordReader.ts";
import { recordText } from "./recordText.ts";
import type { Found, FoundRecord, FoundUnreadable } from "./segmentScan.ts";
import type { Readers } from "./source.ts";
import { DISK_BYTES_MAX } from "./view.ts";
import type { DiskBytesView, DiskItemView } from "./view.ts";

/** Where something was found. */
export interface FoundIn {
  readonly node: string;
  readonly segment: number;
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly readers: Readers;
  readonly batches: RecordReader;
}

type Facts = Omit<DiskItemView, "state" | "durableBytes">;

/** Something found in a log, as it is shown; its view changes only as its bytes become durable. */
export class DiskItem {
  readonly bytes: DiskBytesView;
  readonly #facts: Facts;
  #view: DiskItemView | null = null;

  constructor(facts: Facts, bytes: DiskBytesView) {
    this.#facts = facts;
    this.bytes = bytes;
  }

  /** Of the file, so many bytes are durable; of those behind them, so many are lied about. */
  view(fileDurableBytes: number, fileLiedBytes: number): DiskItemView {
    const { position, sizeBytes } = this.#facts;
    const durableBytes = Math.max(0, Math.min(sizeBytes, fileDurableBytes - position));
    const isBelieved = position + sizeBytes <= fileDurableBytes + fileLiedBytes;
    const state = durableBytes === sizeBytes ? "durable" : isBelieved ? "lied" : "cache";
    if (this.#view?.durableBytes !== durableBytes || this.#view.state !== state) {
      this.#view = { ...this.#facts, state, durableBytes };
    }
    return this.#view;
  }
}

/**
 * Describes what was found, while the file's bytes still hold it. `isTorn`: what cannot be read is
 * the end of the log, which a restart cuts off.
 */
export function diskItem(found: Found, place: FoundIn, isTorn: boolean): DiskItem {
  const own = place.bytes.subarray(found.position, found.end);
  const bytes = {
    hex: hexOf(own.subarray(0, DISK_BYTES_MAX)),
    hiddenBytes: Math.max(0, own.length - DISK_BYTES_MAX),
  };
  switch (found.kind) {
    case "header": {
      const { segment, firstSequence } = found.header;
      const text = `segment ${segment}, first record ${firstSequence}`;
      const facts: Facts = { ...factsOf(found, place), kind: "segmentHeader", text };
      return new DiskItem(facts, { ...bytes, fields: segmentHeaderFields(own, found.header) });
    }
    case "record": {
      const fields = recordFields(own, found, place.batches);
      return new DiskItem(recordFacts(found, place), { ...bytes, fields });
    }
    case "unreadable":
      return new DiskItem(unreadableFacts(found, place, isTorn), { ...bytes, fields: [] });
  }
}

function recordFacts(found: FoundRecord, place: FoundIn): Facts {
  const { header, record } = found;
  const facts = {
    ...factsOf(found, place),
    kind: record.kind,
    sequence: header.sequence,
    text: recordText(record, header.group, place.readers.decodeCommand),
  };
  const term = "term" in record ? record.term : 0;
  if (record.kind !== "entry") return { ...facts, term };
  const ref = header.group === 0 ? `entry:${record.index}` : null;
  return { ...facts, index: record.index, term, ref };
}

function unreadableFacts(found: FoundUnreadable, place: FoundIn, isTorn: boolean): Facts {
  const { sequence, reason } = found;
  return { ...factsOf(found, place), kind: isTorn ? "torn" : "damaged", sequence, text: reason };
}

function factsOf({ position, end }: Found, { node, segment, file }: FoundIn): Facts {
  return {
    id: `${node}:${segment}:${position}`,
    kind: "torn",
    sequence: 0,
    segment,
    file,
    position,
    sizeBytes: end - position,
    index: 0,
    term: 0,
    text: "",
    ref: null,
  };
}
