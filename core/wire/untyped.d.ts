/** What `codecs.ts` and its test use of the packages that come without types. */
declare module "snappyjs" {
  /** Throws an Error when the bytes are malformed or promise more than `bytesMax`. */
  export function uncompress(compressed: Uint8Array, bytesMax: number): Uint8Array;
  export function compress(bytes: Uint8Array): Uint8Array;
}

declare module "lz4js" {
  /** Returns the position in `target` behind what was written; writes beyond its end are lost. */
  export function decompressBlock(
    source: Uint8Array,
    target: Uint8Array,
    sourceStart: number,
    sourceBytes: number,
    targetStart: number,
  ): number;
}
