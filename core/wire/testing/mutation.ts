/** Where the choices of a mutation come from. */
export interface Choices {
  /** From 0 up to, and without, `n`. */
  below(n: number): number;
}

export function pick<Item>(choices: Choices, items: readonly Item[]): Item {
  const item = items[choices.below(items.length)];
  if (item === undefined) throw new Error("there is nothing to pick from");
  return item;
}

/** Numbers that lengths, counts, versions and ids are wrong with. */
const LIES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0xffff_ffff];
const SIZE_BYTES = 4;

/** A copy of a frame with a few changes. Mostly its size is right, or nothing else would be read. */
export function mutatedFrame(
  choices: Choices,
  original: Uint8Array,
  other: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const bytes = mutated(choices, original, other, SIZE_BYTES);
  if (bytes.length >= SIZE_BYTES && choices.below(16) > 0) {
    new DataView(bytes.buffer).setInt32(0, bytes.length - SIZE_BYTES);
  }
  return bytes;
}

/** A copy with a few changes, mostly behind `bodyStart`; some bring in pieces of `other`. */
export function mutated(
  choices: Choices,
  original: Uint8Array,
  other: Uint8Array,
  bodyStart: number,
): Uint8Array<ArrayBuffer> {
  let bytes = original.slice();
  for (let left = 1 + choices.below(4); left > 0 && bytes.length > 0; left--) {
    const start = choices.below(8) === 0 ? 0 : Math.min(bodyStart, bytes.length - 1);
    bytes = changed(choices, bytes, other, start + choices.below(bytes.length - start));
  }
  return bytes;
}

function changed(
  choices: Choices,
  bytes: Uint8Array<ArrayBuffer>,
  other: Uint8Array,
  at: number,
): Uint8Array<ArrayBuffer> {
  const before = bytes.subarray(0, at);
  switch (choices.below(7)) {
    case 0:
    case 1:
      bytes[at]! ^= 1 << choices.below(8);
      return bytes;
    case 2:
    case 3: {
      const lie = pick(choices, LIES);
      const sizeBytes = Math.min(pick(choices, [1, 2, 4]), bytes.length - at);
      for (let i = 0; i < sizeBytes; i++) bytes[at + i] = lie >>> (8 * (sizeBytes - 1 - i));
      return bytes;
    }
    case 4:
      return bytes.slice(0, at);
    case 5: {
      const from = choices.below(other.length);
      const piece = other.subarray(from, from + choices.below(40));
      return joined(before, piece, bytes.subarray(at + choices.below(40)));
    }
    default: {
      const filler = new Uint8Array(choices.below(20)).fill(0xff);
      return joined(before, filler, bytes.subarray(at));
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
