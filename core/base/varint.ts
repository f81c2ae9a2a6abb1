import { assert } from "./assert.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";

/**
 * The signed variable-length integers of Kafka's records: zigzag (0, -1, 1, -2 become 0, 1, 2, 3),
 * then seven bits a byte, low bits first. The arithmetic is on numbers, not on 32-bit words, since
 * timestamps need more bits than those have.
 */
const VARINT_MAX = 2 ** 52 - 1;
const VARINT_MIN = -(2 ** 52);
/** Enough for every zigzagged value below 2^53. */
const VARINT_BYTES_MAX = 8;

export function writeVarint(writer: ByteWriter, value: number): void {
  assert(
    Number.isInteger(value) && value >= VARINT_MIN && value <= VARINT_MAX,
    `${value} is not an integer that a varint can hold here`,
  );
  writeUnsignedVarint(writer, zigzag(value));
}

/** A value that is cut short or too long makes the reader fail. */
export function readVarint(reader: ByteReader): number {
  return unzigzag(readUnsignedVarint(reader));
}

/** Seven bits a byte and no sign: Kafka's unsigned varints, and those of protocol buffers. */
export function writeUnsignedVarint(writer: ByteWriter, value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    writer.u8((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  writer.u8(rest);
}

/** Fails as `readVarint` does. */
export function readUnsignedVarint(reader: ByteReader): number {
  let value = 0;
  let scale = 1;
  for (let count = 0; count < VARINT_BYTES_MAX; count++) {
    const byte = reader.u8();
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
    if (byte >= 0x80) continue;
    if (Number.isSafeInteger(value)) return value;
    break;
  }
  reader.fail();
  return 0;
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
