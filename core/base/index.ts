/** What every ring may use: assertions, branded ids, bytes, checksums and text. */
export { assert, InvariantError, unreachable } from "./assert.ts";
export { ByteReader, ByteWriter, NO_BYTES } from "./bytes.ts";
export type { Endian } from "./bytes.ts";
export { crc32c } from "./crc32c.ts";
export {
  index,
  leaderEpoch,
  NO_INDEX,
  NO_NODE,
  NO_TERM,
  nodeId,
  offset,
  partitionEpoch,
  term,
} from "./ids.ts";
export type { Index, LeaderEpoch, NodeId, Offset, PartitionEpoch, Term } from "./ids.ts";
export { utf8Decode, utf8Encode } from "./utf8.ts";
export { readVarint, writeVarint } from "./varint.ts";
