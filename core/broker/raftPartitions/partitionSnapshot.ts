import { assert } from "../../base/assert.ts";
import { ByteReader, ByteWriter } from "../../base/bytes.ts";
import { offset } from "../../base/ids.ts";
import type { Offset } from "../../base/ids.ts";

/**
 * What a snapshot of a partition's group holds: how its log goes on behind its segments. A snapshot
 * for another node begins at 0, since that node's segments may be fewer.
 *
 * Why a loss of power at any point is harmless: `segmentsEnd` is what was flushed, and thus durable,
 * when the snapshot was made, and the files are never cut below it while the snapshot is there. So
 * the log up to the snapshot's index is the segments up to `segmentsEnd`, then `batches`; what
 * follows are entries of the WAL, which stay until there is a later snapshot. What the segments hold
 * beyond `segmentsEnd` was flushed since, or is torn: it is cut off, and flushed again.
 */
export interface PartitionSnapshot {
  readonly segmentsEnd: Offset;
  /** One after the other: all else, as what producers sent last, follows from the log. */
  readonly batches: Uint8Array;
}

const HEADER_BYTES = 8;

/** The first offset that is not in segments as i64, little endian; then the batches. */
export function encodePartitionSnapshot(
  segmentsEnd: Offset,
  ...batches: readonly Uint8Array[]
): Uint8Array {
  const header = new ByteWriter("little", HEADER_BYTES);
  header.i64(segmentsEnd);
  const data = new Uint8Array(batches.reduce((sum, { length }) => sum + length, HEADER_BYTES));
  data.set(header.peek());
  let at = HEADER_BYTES;
  for (const bytes of batches) {
    data.set(bytes, at);
    at += bytes.length;
  }
  return data;
}

/**
 * The batches are a view of `data`.
 *
 * @throws InvariantError if that is no such snapshot: its bytes have passed their checksum.
 */
export function decodePartitionSnapshot(data: Uint8Array): PartitionSnapshot {
  const reader = new ByteReader(data, "little");
  const segmentsEnd = offset(reader.i64());
  assert(!reader.failed, "a snapshot of a partition begins with where its segments end");
  return { segmentsEnd, batches: data.subarray(HEADER_BYTES) };
}
