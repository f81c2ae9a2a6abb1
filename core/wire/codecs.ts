// oxlint-disable-next-line typescript/triple-slash-reference -- Ambient types can't be imported.
/// <reference path="./untyped.d.ts" />
import { Gunzip } from "fflate";
import { Decompress } from "fzstd";
import { decompressBlock } from "lz4js";
import { uncompress } from "snappyjs";
import { BATCH_HEADER_BYTES, codecOf, decodeRecords, validateRecordBatch } from "./recordBatch.ts";
import type { BatchDecoded } from "./recordBatch.ts";

/**
 * Reads compressed record batches, for people to look at. No broker needs this: batches are stored
 * and served as the producer made them. The bytes are foreign, and the libraries trust theirs more
 * than one should, so every length is checked here before one of them sees it.
 */

export type Decompressed =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly message: string };

/** What a broker takes in one batch is far less: see message.max.bytes. */
const DECOMPRESSED_BYTES_MAX = 16 * 1024 * 1024;

/** As `decodeRecordBatch`, for every codec. Offsets of refused records count decompressed bytes. */
export function decodeCompressedBatch(
  batch: Uint8Array,
  bytesMax: number = DECOMPRESSED_BYTES_MAX,
): BatchDecoded {
  const validated = validateRecordBatch(batch);
  if (!validated.ok) return validated;
  const { header } = validated;
  const records = decompress(codecOf(header), batch.subarray(BATCH_HEADER_BYTES), bytesMax);
  if (!records.ok) return { ok: false, offset: BATCH_HEADER_BYTES, message: records.message };
  return decodeRecords(header, records.bytes);
}

/** `codec` is that of a batch's attributes. More than `bytesMax` bytes are refused. */
export function decompress(codec: number, bytes: Uint8Array, bytesMax: number): Decompressed {
  const name = CODEC_NAMES[codec];
  if (name === undefined) return { ok: false, message: `codec ${codec} is unknown` };
  try {
    return { ok: true, bytes: DECOMPRESSORS[name](bytes, bytesMax) };
  } catch (error) {
    // The libraries throw, and so does `refuse` below, out of their callbacks too.
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, message: `the ${name} data is malformed: ${reason}` };
  }
}

const CODEC_NAMES = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
type CodecName = (typeof CODEC_NAMES)[number];

const DECOMPRESSORS: {
  readonly [Name in CodecName]: (bytes: Uint8Array, bytesMax: number) => Uint8Array;
} = { none: (bytes) => bytes, gzip, snappy, lz4, zstd };

/** Inflates as little at a time as can end soon after it has become too much. */
const GZIP_STEP_BYTES = 4_096;
/** Header and trailer alone (RFC 1952). */
const GZIP_BYTES_MIN = 18;

function gzip(bytes: Uint8Array, bytesMax: number): Uint8Array {
  if (bytes.length < GZIP_BYTES_MIN) refuse("it ends too early");
  const output = new Output(bytesMax);
  const stream = new Gunzip((chunk) => output.push(chunk));
  for (let at = 0; at < bytes.length; at += GZIP_STEP_BYTES) {
    const end = at + GZIP_STEP_BYTES;
    stream.push(bytes.subarray(at, end), end >= bytes.length);
  }
  // The last field says how much it is to be; the library goes by what there is.
  const promisedBytes = viewOf(bytes).getUint32(bytes.length - 4, true);
  return output.join(promisedBytes);
}

/** The framing of snappy-java, which Java's clients use: this, two versions, and sized blocks. */
const XERIAL_MAGIC = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0];
const XERIAL_HEADER_BYTES = 16;

function snappy(bytes: Uint8Array, bytesMax: number): Uint8Array {
  const output = new Output(bytesMax);
  if (!XERIAL_MAGIC.every((byte, at) => bytes[at] === byte)) {
    output.push(snappyBlock(bytes, bytesMax));
    return output.join();
  }
  const view = viewOf(bytes);
  if (bytes.length < XERIAL_HEADER_BYTES) refuse("its header is cut short");
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length;) {
    const start = at + 4;
    at = start + view.getUint32(at);
    if (at > bytes.length) refuse("a block is cut short");
    output.push(snappyBlock(bytes.subarray(start, at), output.roomBytes));
  }
  return output.join();
}

function snappyBlock(block: Uint8Array, bytesMax: number): Uint8Array {
  checkSnappyBlock(block);
  return uncompress(block, bytesMax);
}

/**
 * Walks the elements of a block: their lengths must end with it, and come to what it promises. A
 * length that wraps around would keep the library in its loop for ever.
 */
function checkSnappyBlock(block: Uint8Array): void {
  const view = viewOf(block);
  let promisedBytes = 0;
  let at = 0;
  for (let scale = 1, byte = 0x80; byte >= 0x80; scale *= 0x80) {
    byte = view.getUint8(at++);
    promisedBytes += (byte & 0x7f) * scale;
  }
  let producedBytes = 0;
  while (at < block.length) {
    const tag = view.getUint8(at++);
    const kind = tag & 3;
    const code = tag >> 2;
    if (kind !== 0) {
      at += kind === 3 ? 4 : kind;
      producedBytes += kind === 1 ? (code & 7) + 4 : code + 1;
      continue;
    }
    let literalBytes = code + 1;
    if (code >= 60) {
      literalBytes = 1;
      for (let scale = 1, left = code - 59; left > 0; left--, scale *= 0x100) {
        literalBytes += view.getUint8(at++) * scale;
      }
    }
    at += literalBytes;
    producedBytes += literalBytes;
  }
  if (at !== block.length) refuse("it ends too early");
  if (producedBytes !== promisedBytes) refuseDifference(producedBytes, promisedBytes);
}

const LZ4_MAGIC = 0x184d2204;
/** Set in a block's size if the block is stored as it is. */
const LZ4_STORED = 0x8000_0000;

function lz4(bytes: Uint8Array, bytesMax: number): Uint8Array {
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== LZ4_MAGIC) refuse("the magic number is wrong");
  const flags = view.getUint8(4);
  const blockBytesMax = 1 << (8 + 2 * ((view.getUint8(5) >> 4) & 7));
  const hasBlockChecksums = (flags & 0x10) !== 0;
  // Content size and dictionary are optional; the header's checksum is one byte.
  let at = 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4);
  const blocks: {
    readonly start: number;
    readonly sizeBytes: number;
    readonly isStored: boolean;
  }[] = [];
  // A false size leads beyond the end, where there is no next one to read.
  for (let size = view.getUint32(at, true); size !== 0; size = view.getUint32(at, true)) {
    const sizeBytes = size % LZ4_STORED;
    blocks.push({ start: at + 4, sizeBytes, isStored: size >= LZ4_STORED });
    at += 4 + sizeBytes + (hasBlockChecksums ? 4 : 0);
  }
  // Later blocks may refer to earlier ones, so that all go into one piece.
  const target = new Uint8Array(Math.min(blocks.length * blockBytesMax, bytesMax + 1));
  let end = 0;
  for (const { start, sizeBytes, isStored } of blocks) {
    const blockStart = end;
    if (isStored) {
      end += sizeBytes;
      if (end <= bytesMax) target.set(bytes.subarray(start, start + sizeBytes), blockStart);
    } else {
      end = decompressBlock(bytes, target, start, sizeBytes, blockStart);
    }
    if (end > bytesMax) refuseSize(bytesMax);
    if (end - blockStart > blockBytesMax) refuse("a block comes to too much");
  }
  return target.slice(0, end);
}

const ZSTD_MAGIC = 0xfd2fb528;
/** The library allocates it at once. Every decoder is to have this much (RFC 8878, 3.1.1.1.2). */
const ZSTD_WINDOW_BYTES_MAX = 8 * 1024 * 1024;

function zstd(bytes: Uint8Array, bytesMax: number): Uint8Array {
  checkZstdFrame(bytes);
  const output = new Output(bytesMax);
  new Decompress((chunk) => output.push(chunk)).push(bytes, true);
  return output.join();
}

/** One frame, whose blocks end with it, and whose window is not too large to be allocated. */
function checkZstdFrame(bytes: Uint8Array): void {
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== ZSTD_MAGIC) refuse("the magic number is wrong");
  const flags = view.getUint8(4);
  const isSingleSegment = (flags & 0x20) !== 0;
  const sizeCode = flags >> 6;
  const sizeBytes = sizeCode === 0 ? Number(isSingleSegment) : 1 << sizeCode;
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] ?? 0;
  const sizeAt = (isSingleSegment ? 5 : 6) + dictionaryBytes;
  let windowBytes = 0;
  if (isSingleSegment) {
    for (let at = sizeBytes - 1; at >= 0; at--) {
      windowBytes = windowBytes * 0x100 + view.getUint8(sizeAt + at);
    }
  } else {
    const window = view.getUint8(5);
    windowBytes = 2 ** (10 + (window >> 3)) * (1 + (window & 7) / 8);
  }
  if (windowBytes > ZSTD_WINDOW_BYTES_MAX) refuse(`its window has ${windowBytes} bytes`);
  let at = sizeAt + sizeBytes;
  for (let isLast = false; !isLast;) {
    const block =
      view.getUint8(at) + view.getUint8(at + 1) * 0x100 + view.getUint8(at + 2) * 0x10000;
    isLast = (block & 1) === 1;
    // A block of type 1 is one byte, again and again.
    at += 3 + (((block >> 1) & 3) === 1 ? 1 : block >> 3);
  }
  if (at + ((flags & 4) === 0 ? 0 : 4) !== bytes.length) refuse("its blocks do not end with it");
}

/** Gathers what comes out, and refuses it as soon as it is too much. */
class Output {
  readonly #bytesMax: number;
  readonly #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get roomBytes(): number {
    return this.#bytesMax - this.#sizeBytes;
  }

  push(chunk: Uint8Array): void {
    this.#sizeBytes += chunk.length;
    if (this.roomBytes < 0) refuseSize(this.#bytesMax);
    this.#chunks.push(chunk);
  }

  join(promisedBytes: number = this.#sizeBytes): Uint8Array {
    if (this.#sizeBytes !== promisedBytes) refuseDifference(this.#sizeBytes, promisedBytes);
    const joined = new Uint8Array(this.#sizeBytes);
    let at = 0;
    for (const chunk of this.#chunks) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    return joined;
  }
}

/** Its reads throw when they are beyond the end. */
function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function refuse(reason: string): never {
  throw new Error(reason);
}

function refuseDifference(sizeBytes: number, promisedBytes: number): never {
  refuse(`it comes to ${sizeBytes} bytes and promises ${promisedBytes}`);
}

function refuseSize(bytesMax: number): never {
  refuse(`it comes to more than ${bytesMax} bytes`);
}
