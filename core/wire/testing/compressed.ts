import { crc32c } from "../../base/crc32c.ts";
import { utf8Encode } from "../../base/utf8.ts";
import { BATCH_HEADER_BYTES, encodeRecordBatch } from "../recordBatch.ts";
import { unhex } from "./hex.ts";

/** Six records, as one batch that is not compressed. */
export const PLAIN_BATCH: Uint8Array = encodeRecordBatch({
  baseOffset: 0,
  leaderEpoch: -1,
  firstTimestampMs: 1_700_000_000_000,
  records: Array.from({ length: 6 }, (_, at) => ({
    key: utf8Encode(`customer-${at % 2}`),
    value: utf8Encode(`order ${at} of customer ${at % 2}`),
  })),
});

/** Its records, as the programs of these names compress them, and snappy's library. */
const RECORDS = [
  {
    codec: 1,
    hex:
      "1f8b0800000000000203f362606010492e2d2ec9cf4d2dd235d0ca2f4a492d523050c84f5380892a183078313030215419" +
      "425519a2a83204a962c134cb08d32c364cb38c31cde2c034cb04d32c2e4cb34cd1cc0200159d1a0ce4000000",
  },
  {
    codec: 2,
    hex:
      "e401684a00000014637573746f6d65722d302a6f726465722030206f662011161c2030004a000002141110042d310d26003" +
      "1322600003101260404141526114c0032322600054c00061926114c0033322600054c040814424c000034322600054c000a" +
      "1926114c0035322600043100",
  },
  {
    codec: 3,
    hex:
      "04224d186040825b000000f40c4a00000014637573746f6d65722d302a6f726465722030206f66201600762030004a00000" +
      "226001331260019312600103126001e044c001e324c001e064c001e334c001e084c001e344c001e0a4c0016352600506572" +
      "20310000000000",
  },
  {
    codec: 4,
    hex:
      "28b52ffd20e44d0200d4024a00000014637573746f6d65722d302a6f726465722030206f66202030004a00000231313104" +
      "32063308340a350da010d839f67b8023799dd7f3f0bcf33ede3a2a2371f724e20e",
  },
];

/** The same batch under every codec. */
export const COMPRESSED_BATCHES: readonly Uint8Array[] = RECORDS.map(({ codec, hex }) =>
  batchOf(codec, unhex(hex)),
);

function batchOf(codec: number, records: Uint8Array): Uint8Array {
  const batch = new Uint8Array(BATCH_HEADER_BYTES + records.length);
  batch.set(PLAIN_BATCH.subarray(0, BATCH_HEADER_BYTES));
  batch.set(records, BATCH_HEADER_BYTES);
  batch[22] = codec;
  return withRightChecksum(batch);
}

/** Length and checksum made right, so that what follows them is looked at. */
export function withRightChecksum(batch: Uint8Array): Uint8Array {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  view.setInt32(8, batch.length - 12);
  view.setUint32(17, crc32c(batch, 21));
  return batch;
}
