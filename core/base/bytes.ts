import { assert } from "./assert.ts";

/** The order of the bytes of a number: Kafka's protocol is big endian, the WAL is little. */
export type Endian = "big" | "little";

const INITIAL_BYTES = 128;
const TWO_TO_32 = 2 ** 32;

/** Builds a byte string that grows as needed. Numbers out of a field's range are a broken rule. */
export class ByteWriter {
  readonly #littleEndian: boolean;
  #bytes: Uint8Array;
  #view: DataView;
  #size = 0;

  constructor(endian: Endian, initialBytes: number = INITIAL_BYTES) {
    this.#littleEndian = endian === "little";
    this.#bytes = new Uint8Array(initialBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** How many bytes have been written since the start or the last `take`. */
  get size(): number {
    return this.#size;
  }

  u8(value: number): void {
    assertInteger(value, 0, 0xff);
    const at = this.#claim(1);
    this.#view.setUint8(at, value);
  }

  i8(value: number): void {
    assertInteger(value, -0x80, 0x7f);
    const at = this.#claim(1);
    this.#view.setInt8(at, value);
  }

  u16(value: number): void {
    assertInteger(value, 0, 0xffff);
    const at = this.#claim(2);
    this.#view.setUint16(at, value, this.#littleEndian);
  }

  i16(value: number): void {
    assertInteger(value, -0x8000, 0x7fff);
    const at = this.#claim(2);
    this.#view.setInt16(at, value, this.#littleEndian);
  }

  u32(value: number): void {
    assertInteger(value, 0, 0xffff_ffff);
    const at = this.#claim(4);
    this.#view.setUint32(at, value, this.#littleEndian);
  }

  i32(value: number): void {
    assertInteger(value, -0x8000_0000, 0x7fff_ffff);
    const at = this.#claim(4);
    this.#view.setInt32(at, value, this.#littleEndian);
  }

  /** Eight bytes, two's complement. Only safe integers: ids, offsets and times are numbers here. */
  i64(value: number): void {
    this.#setI64(this.#claim(8), value);
  }

  bytes(value: Uint8Array): void {
    const at = this.#claim(value.length);
    this.#bytes.set(value, at);
  }

  /** Writes a u32 over what stands at `at`: for lengths and checksums that are known last. */
  patchU32(at: number, value: number): void {
    assert(at + 4 <= this.#size, `patch at ${at} is beyond the ${this.#size} bytes written`);
    assertInteger(value, 0, 0xffff_ffff);
    this.#view.setUint32(at, value, this.#littleEndian);
  }

  patchI64(at: number, value: number): void {
    assert(at + 8 <= this.#size, `patch at ${at} is beyond the ${this.#size} bytes written`);
    this.#setI64(at, value);
  }

  /** What has been written so far, without copying: valid until the next write or `take`. */
  peek(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  /** Hands over what was written, as bytes of their own, and starts again empty. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#size);
    this.#size = 0;
    return taken;
  }

  #setI64(at: number, value: number): void {
    assertInteger(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    const high = Math.floor(value / TWO_TO_32);
    const low = value - high * TWO_TO_32;
    this.#view.setInt32(this.#littleEndian ? at + 4 : at, high, this.#littleEndian);
    this.#view.setUint32(this.#littleEndian ? at : at + 4, low, this.#littleEndian);
  }

  /** May replace bytes and view, so it comes before any use of them. */
  #claim(byteCount: number): number {
    const at = this.#size;
    const needed = at + byteCount;
    if (needed > this.#bytes.length) this.#grow(needed);
    this.#size = needed;
    return at;
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/**
 * Reads bytes that nobody vouches for. A read that does not fit returns 0 (or no bytes), moves to
 * the end and sets `failed`, for good: a parser reads a whole structure and asks once.
 */
export class ByteReader {
  readonly #littleEndian: boolean;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #position: number;
  #failed = false;

  constructor(bytes: Uint8Array, endian: Endian, start: number = 0, end: number = bytes.length) {
    assert(start >= 0 && start <= end && end <= bytes.length, "a reader's range is in its bytes");
    this.#littleEndian = endian === "little";
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = start;
    this.#end = end;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#end - this.#position;
  }

  /** True once a read ran out of bytes or met a number that cannot be held exactly. */
  get failed(): boolean {
    return this.#failed;
  }

  u8(): number {
    const at = this.#claim(1);
    return at < 0 ? 0 : this.#view.getUint8(at);
  }

  i8(): number {
    const at = this.#claim(1);
    return at < 0 ? 0 : this.#view.getInt8(at);
  }

  u16(): number {
    const at = this.#claim(2);
    return at < 0 ? 0 : this.#view.getUint16(at, this.#littleEndian);
  }

  i16(): number {
    const at = this.#claim(2);
    return at < 0 ? 0 : this.#view.getInt16(at, this.#littleEndian);
  }

  u32(): number {
    const at = this.#claim(4);
    return at < 0 ? 0 : this.#view.getUint32(at, this.#littleEndian);
  }

  i32(): number {
    const at = this.#claim(4);
    return at < 0 ? 0 : this.#view.getInt32(at, this.#littleEndian);
  }

  i64(): number {
    const at = this.#claim(8);
    if (at < 0) return 0;
    const high = this.#view.getInt32(this.#littleEndian ? at + 4 : at, this.#littleEndian);
    const low = this.#view.getInt32(this.#littleEndian ? at : at + 4, this.#littleEndian);
    // Most are small, and an engine keeps a small integer without a box of its own.
    if (high === low >> 31) return low;
    const value = high * TWO_TO_32 + (low >>> 0);
    if (Number.isSafeInteger(value)) return value;
    this.fail();
    return 0;
  }

  /** A window on the underlying bytes, not a copy. */
  bytes(byteCount: number): Uint8Array {
    const at = this.#claim(byteCount);
    return at < 0 ? NO_BYTES : this.#bytes.subarray(at, at + byteCount);
  }

  /** For parsers on top of this one that meet a value they cannot accept. */
  fail(): void {
    this.#failed = true;
    this.#position = this.#end;
  }

  #claim(byteCount: number): number {
    if (byteCount < 0 || byteCount > this.#end - this.#position) {
      this.fail();
      return -1;
    }
    const at = this.#position;
    this.#position = at + byteCount;
    return at;
  }
}

export const NO_BYTES: Uint8Array = new Uint8Array(0);

function assertInteger(value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  assert(false, `${value} is not an integer from ${min} to ${max}`);
}
