import { utf8Decode } from "../base/index.ts";
import type { Readers } from "./source.ts";
import type { RecordView } from "./view.ts";

interface Read {
  readonly durable: readonly RecordView[];
  readonly notDurable: readonly RecordView[];
}

/** The records of a batch; each batch is decoded once for as long as its bytes are around. */
export class RecordReader {
  readonly #decode: Readers["decodeRecordBatch"];
  readonly #known = new WeakMap<Uint8Array, Read>();

  constructor(decode: Readers["decodeRecordBatch"]) {
    this.#decode = decode;
  }

  recordsOf(bytes: Uint8Array, isDurable: boolean): readonly RecordView[] {
    let read = this.#known.get(bytes);
    if (read === undefined) {
      read = { durable: this.#read(bytes, true), notDurable: this.#read(bytes, false) };
      this.#known.set(bytes, read);
    }
    return isDurable ? read.durable : read.notDurable;
  }

  #read(bytes: Uint8Array, durable: boolean): readonly RecordView[] {
    return recordsOfBatch(this.#decode(bytes), durable);
  }
}

/** A batch was checked when it was taken in, so that one which cannot be read is a compressed one. */
export function recordsOfBatch(
  decoded: ReturnType<Readers["decodeRecordBatch"]>,
  durable: boolean,
): readonly RecordView[] {
  if (!decoded.ok) return [];
  const { header, records } = decoded.batch;
  return records.map((record) => ({
    offset: record.offset,
    leaderEpoch: header.leaderEpoch,
    key: textOf(record.key),
    value: textOf(record.value),
    durable,
  }));
}

const textOf = (bytes: Uint8Array | null): string => (bytes === null ? "" : utf8Decode(bytes));
