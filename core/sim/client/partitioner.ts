/**
 * Kafka's default partitioner: the same key always goes to the same partition, as long as there is
 * the same number of partitions.
 */
export function partitionOfKey(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fff_ffff) % partitionCount;
}

/** MurmurHash2, 32 bits, with the seed that all Kafka clients use. Signed, as Java has it. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  let hash = SEED ^ length;
  const wholeEnd = length & ~3;
  for (let at = 0; at < wholeEnd; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    word = Math.imul(word, MULTIPLIER);
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  const rest = length - wholeEnd;
  if (rest > 2) hash ^= bytes[wholeEnd + 2]! << 16;
  if (rest > 1) hash ^= bytes[wholeEnd + 1]! << 8;
  if (rest > 0) hash = Math.imul(hash ^ bytes[wholeEnd]!, MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
