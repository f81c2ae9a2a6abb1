import type { FrameFieldView } from "./brokerPart.ts";

const CODECS = ["no codec", "gzip", "snappy", "lz4", "zstd"];

type Read = (view: DataView, at: number) => string;

const int8: Read = (view, at) => `${view.getInt8(at)}`;
const int16: Read = (view, at) => `${view.getInt16(at)}`;
const int32: Read = (view, at) => `${view.getInt32(at)}`;
const int64: Read = (view, at) => `${view.getBigInt64(at)}`;
const crc: Read = (view, at) => view.getUint32(at).toString(16).padStart(8, "0");
const attributes: Read = (view, at) => CODECS[view.getInt16(at) & 7] ?? "unknown codec";

/** The head of a record batch (format v2), as Kafka lays it out. */
const FIELDS: readonly (readonly [name: string, sizeBytes: number, read: Read])[] = [
  ["base offset", 8, int64],
  ["batch length", 4, int32],
  ["leader epoch", 4, int32],
  ["magic", 1, int8],
  ["crc32c", 4, crc],
  ["attributes", 2, attributes],
  ["last offset delta", 4, int32],
  ["first timestamp", 8, int64],
  ["largest timestamp", 8, int64],
  ["producer id", 8, int64],
  ["producer epoch", 2, int16],
  ["base sequence", 4, int32],
  ["record count", 4, int32],
];

/** The fields of a batch that is known to be whole; `start` is its place in the frame. */
export function batchFields(
  batch: Uint8Array,
  start: number,
  depth: number,
): readonly FrameFieldView[] {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  const fields: FrameFieldView[] = [];
  let at = 0;
  for (const [name, sizeBytes, read] of FIELDS) {
    const type = `${8 * sizeBytes} bit`;
    fields.push({ name, type, value: read(view, at), position: start + at, sizeBytes, depth });
    at += sizeBytes;
  }
  const rest = batch.length - at;
  const value = `${rest} bytes`;
  return [
    ...fields,
    { name: "the records", type: "bytes", value, position: start + at, sizeBytes: rest, depth },
  ];
}
