import { ByteReader } from "../base/bytes.ts";

/** Where and why a frame is not what its table says. */
export interface Malformed {
  /** The byte of the frame at which the field starts that is wrong. */
  readonly offset: number;
  /** The field's way from the top, as `partitions[0][2].records`: group 0, item 2. */
  readonly path: string;
  readonly message: string;
}

/** Reads a frame, and remembers of its first failure where and why. */
export class FrameReader extends ByteReader {
  readonly #sizeBytes: number;
  #offset = -1;
  #path = "";
  #message = "";

  constructor(frame: Uint8Array) {
    super(frame, "big");
    this.#sizeBytes = frame.length;
  }

  /** Fails with a sentence of its own, if nothing has failed before for another reason. */
  refuse(message: string): void {
    if (this.#message === "" && this.#offset < 0) this.#message = message;
    this.fail();
  }

  /** After a failure, from the innermost field out: `piece` of the path started at `offset`. */
  locate(offset: number, piece: string): void {
    if (this.#offset < 0) this.#offset = offset;
    this.#path = `${piece}${this.#path}`;
  }

  malformed(): Malformed {
    const left = this.#sizeBytes - this.#offset;
    return {
      offset: this.#offset,
      path: this.#path.replace(/^\./, ""),
      message: this.#message || `the field does not fit in the ${left} bytes that are left`,
    };
  }
}
