import type { Chance } from "../../core/sim/chance.ts";

export function pick<Item>(chance: Chance, items: readonly Item[]): Item {
  const item = items[chance.below(items.length)];
  if (item === undefined) throw new Error("there is nothing to pick from");
  return item;
}

/** Numbers that lengths, counts, versions and ids are wrong with. */
const LIES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0xffff_ffff];
const SIZE_BYTES = 4;

/** A copy of a frame with a few changes. Mostly its size is right, or nothing else would be read. */
export function mutatedFrame(
  chance: Chance,
  original: Uint8Array,
  other: Uint8Array,
): Uint8Array<ArrayBuffer> {
  let bytes = original.slice();
  for (let left = 1 + chance.below(3); left > 0; left--) bytes = changed(chance, bytes, other);
  if (bytes.length >= SIZE_BYTES && chance.below(16) > 0) {
    new DataView(bytes.buffer).setInt32(0, bytes.length - SIZE_BYTES);
  }
  return bytes;
}

function changed(
  chance: Chance,
  bytes: Uint8Array<ArrayBuffer>,
  other: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (bytes.length === 0) return bytes;
  const at = Math.min(chance.below(8) === 0 ? 0 : SIZE_BYTES, bytes.length - 1);
  const start = at + chance.below(bytes.length - at);
  const before = bytes.subarray(0, start);
  switch (chance.below(6)) {
    case 0:
    case 1:
      bytes[start]! ^= 1 << chance.below(8);
      return bytes;
    case 2: {
      const lie = pick(chance, LIES);
      const sizeBytes = Math.min(pick(chance, [1, 2, 4]), bytes.length - start);
      for (let i = 0; i < sizeBytes; i++) bytes[start + i] = lie >>> (8 * (sizeBytes - 1 - i));
      return bytes;
    }
    case 3:
      return bytes.slice(0, start);
    case 4: {
      const from = chance.below(other.length);
      const piece = other.subarray(from, from + chance.below(40));
      return joined(before, piece, bytes.subarray(start + chance.below(40)));
    }
    default: {
      const filler = new Uint8Array(chance.below(20)).fill(0xff);
      return joined(before, filler, bytes.subarray(start));
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
