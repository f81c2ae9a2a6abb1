import { NO_BYTES } from "../base/bytes.ts";
import { FRAME_BYTES_MAX } from "./frame.ts";

/** The size in front of every frame. */
const SIZE_BYTES = 4;

export type FramesSplit =
  | { readonly ok: true; readonly frames: Uint8Array[] }
  /** `offset`: where in the stream the frame starts whose size is impossible. */
  | { readonly ok: false; readonly offset: number; readonly message: string };

/**
 * Cuts a stream, which comes in chunks of any size, into frames. A frame that came in one chunk is a
 * window on that chunk, which must not be written to any more. Nothing is allocated for bytes that
 * are only promised. After a refusal the stream has no meaning: the connection is to be closed.
 */
export class FrameSplitter {
  readonly #frameBytesMax: number;
  /** The start of a frame whose end has not come. */
  #held: Uint8Array = NO_BYTES;
  #heldBytes = 0;
  /** Where in the stream the next frame starts. */
  #offset = 0;

  /** `frameBytesMax`: without the four bytes of the size. */
  constructor(frameBytesMax: number = FRAME_BYTES_MAX) {
    this.#frameBytesMax = frameBytesMax;
  }

  /** The frames that end in this chunk, their size in front of them. */
  push(chunk: Uint8Array): FramesSplit {
    const frames: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length) {
      // A size may be cut in two; held bytes are at most one frame.
      if (this.#heldBytes > 0 || chunk.length - at < SIZE_BYTES) {
        at = this.#hold(chunk, at, SIZE_BYTES);
        if (this.#heldBytes < SIZE_BYTES) break;
      }
      const isHeld = this.#heldBytes > 0;
      const sizeBytes = isHeld ? sizeAt(this.#held, 0) : sizeAt(chunk, at);
      if (sizeBytes < 0 || sizeBytes > this.#frameBytesMax) {
        const message = `a frame of ${sizeBytes} bytes is not from 0 to ${this.#frameBytesMax}`;
        return { ok: false, offset: this.#offset, message };
      }
      const frameBytes = SIZE_BYTES + sizeBytes;
      if (!isHeld && frameBytes <= chunk.length - at) {
        frames.push(chunk.subarray(at, at + frameBytes));
        at += frameBytes;
      } else {
        at = this.#hold(chunk, at, frameBytes);
        if (this.#heldBytes < frameBytes) break;
        frames.push(this.#held.subarray(0, frameBytes));
        this.#held = NO_BYTES;
        this.#heldBytes = 0;
      }
      this.#offset += frameBytes;
    }
    return { ok: true, frames };
  }

  /** Keeps bytes of the chunk until `wantedBytes` are held; returns where the rest starts. */
  #hold(chunk: Uint8Array, at: number, wantedBytes: number): number {
    const end = Math.min(chunk.length, at + Math.max(wantedBytes - this.#heldBytes, 0));
    const neededBytes = this.#heldBytes + end - at;
    if (neededBytes > this.#held.length) {
      // At least twice as much, so that many small chunks are not copied again and again.
      const roomBytes = Math.min(Math.max(neededBytes, this.#held.length * 2), wantedBytes);
      const grown = new Uint8Array(roomBytes);
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(chunk.subarray(at, end), this.#heldBytes);
    this.#heldBytes = neededBytes;
    return end;
  }
}

function sizeAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
