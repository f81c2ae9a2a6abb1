import { utf8Decode } from "../base/index.ts";
import type { Readers } from "./source.ts";
import type { RecordView } from "./view.ts";

interface Read {
  readonly durable: readonly RecordView[];
  readonly notDurable: readonly RecordView[];
}

/** More than stand at the ends of a hundred partitions' replicas. */
const BATCHES_KEPT = 2_048;

/**
 * The records of a batch. The batches that were asked for last stay decoded: a picture asks for the
 * same ones again and again, and hardly ever for those further back in a log.
 */
export class RecordReader {
  readonly #decode: Readers["decodeRecordBatch"];
  /** Asked for lately, and before that. What is asked for comes to the first. */
  #known = new Map<Uint8Array, Read>();
  #older: ReadonlyMap<Uint8Array, Read> = new Map();

  constructor(decode: Readers["decodeRecordBatch"]) {
    this.#decode = decode;
  }

  recordsOf(bytes: Uint8Array, isDurable: boolean): readonly RecordView[] {
    let read = this.#known.get(bytes);
    if (read === undefined) {
      read = this.#older.get(bytes) ?? this.#read(bytes);
      this.#keep(bytes, read);
    }
    return isDurable ? read.durable : read.notDurable;
  }

  #read(bytes: Uint8Array): Read {
    const durable = recordsOfBatch(this.#decode(bytes), true);
    return { durable, notDurable: durable.map((record) => ({ ...record, durable: false })) };
  }

  #keep(bytes: Uint8Array, read: Read): void {
    if (this.#known.size >= BATCHES_KEPT) {
      this.#older = this.#known;
      this.#known = new Map();
    }
    this.#known.set(bytes, read);
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
