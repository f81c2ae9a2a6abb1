import type { Offset } from "../../base/ids.ts";
import { utf8Decode } from "../../base/utf8.ts";
import { decodeRecordBatch, splitBatches } from "../../wire/index.ts";
import type { ReadRecord } from "../history.ts";

/**
 * What cannot be decoded was not read: a consumer shows the records before it. Brokers send whole
 * batches, so the first may begin before the offset that was asked for.
 */
export function readRecords(bytes: Uint8Array, from: Offset): readonly ReadRecord[] {
  const read: ReadRecord[] = [];
  const split = splitBatches(bytes);
  if (!split.ok) return read;
  for (const batchBytes of split.batches) {
    const decoded = decodeRecordBatch(batchBytes);
    if (!decoded.ok) return read;
    const { header, records } = decoded.batch;
    for (const record of records) {
      if (record.offset < from) continue;
      read.push({
        offset: record.offset,
        leaderEpoch: header.leaderEpoch,
        key: textOf(record.key),
        value: textOf(record.value),
      });
    }
  }
  return read;
}

export function textOf(bytes: Uint8Array | null): string {
  return bytes === null ? "" : utf8Decode(bytes);
}

const PADDING = ".";

/** "c2-17", filled up to so many bytes. */
export function generatedValue(client: number, number: number, sizeBytes: number): string {
  return `c${client}-${number}`.padEnd(sizeBytes, PADDING);
}

/** "c2-17" of a generated value; any other value as it is. */
export function valueName(value: string): string {
  const end = value.indexOf(PADDING);
  return end > 0 && /^c\d+-\d+$/.test(value.slice(0, end)) ? value.slice(0, end) : value;
}
