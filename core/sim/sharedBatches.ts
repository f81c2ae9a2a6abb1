/** A batch is replicated within moments: of so many it is known which bytes they are. */
const BATCHES_MAX = 4_096;
/** Where a record batch has the checksum of what its producer has made of it. */
const CRC_AT = 17;

/**
 * The replicas of a batch are the same bytes on every node. All nodes of a world are in one memory,
 * which needs them only once; nobody changes them.
 */
export class SharedBatches {
  /** By checksum, the oldest first. */
  readonly #known = new Map<number, Uint8Array>();

  /** The bytes that are kept for all replicas of this batch. */
  share(bytes: Uint8Array): Uint8Array {
    const crc = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(CRC_AT);
    const known = this.#known.get(crc);
    if (known !== undefined && areEqual(known, bytes)) return known;
    // A window would keep all of the answer that the batch has come in.
    const own = bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice();
    this.#known.delete(crc);
    this.#known.set(crc, own);
    if (this.#known.size > BATCHES_MAX) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    }
    return own;
  }
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
