/** Castagnoli's polynomial (RFC 3720, appendix B.4), bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/** From here on it pays to make a view that reads four bytes at once. */
const BLOCKS_BYTES_MIN = 64;

/**
 * The CRC-32C of bytes[start..end). A checksum given as `seed` is continued, so that checksums of
 * parts chain; any other number as seed binds the checksum to what that number stands for.
 */
export const crc32c = withTables(makeTables());

/**
 * The tables are bound in a scope of their own: there nobody can ever put others in their place, so
 * the engine compiles them in. Bundlers make variables of a module's constants, which costs a third.
 */
function withTables(tables: Int32Array) {
  const T = tables;
  return (
    bytes: Uint8Array,
    start: number = 0,
    end: number = bytes.length,
    seed: number = 0,
  ): number => {
    let crc = ~seed;
    let at = start;
    if (end - start >= BLOCKS_BYTES_MIN) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (const blocksEnd = end - 15; at < blocksEnd; at += 16) {
        const a = crc ^ view.getInt32(at, true);
        const b = view.getInt32(at + 4, true);
        const c = view.getInt32(at + 8, true);
        const d = view.getInt32(at + 12, true);
        crc =
          T[0xf00 | (a & 0xff)]! ^
          T[0xe00 | ((a >>> 8) & 0xff)]! ^
          T[0xd00 | ((a >>> 16) & 0xff)]! ^
          T[0xc00 | (a >>> 24)]! ^
          T[0xb00 | (b & 0xff)]! ^
          T[0xa00 | ((b >>> 8) & 0xff)]! ^
          T[0x900 | ((b >>> 16) & 0xff)]! ^
          T[0x800 | (b >>> 24)]! ^
          T[0x700 | (c & 0xff)]! ^
          T[0x600 | ((c >>> 8) & 0xff)]! ^
          T[0x500 | ((c >>> 16) & 0xff)]! ^
          T[0x400 | (c >>> 24)]! ^
          T[0x300 | (d & 0xff)]! ^
          T[0x200 | ((d >>> 8) & 0xff)]! ^
          T[0x100 | ((d >>> 16) & 0xff)]! ^
          T[d >>> 24]!;
      }
    }
    for (; at < end; at++) crc = T[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
    return ~crc >>> 0;
  };
}

/** Sixteen tables in one array: row k advances a byte by k further bytes (slicing by sixteen). */
function makeTables(): Int32Array {
  const tables = new Int32Array(16 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const shorter = tables[at - 256]!;
    tables[at] = tables[shorter & 0xff]! ^ (shorter >>> 8);
  }
  return tables;
}
