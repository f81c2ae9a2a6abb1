import type { MetadataCommand } from "../metadata/command.ts";
import type { Entry } from "../raft/message.ts";
import type { Readers } from "./source.ts";

/** The command of an entry; each is decoded once for as long as its bytes are around. */
export class Commands {
  readonly #decode: Readers["decodeCommand"];
  readonly #known = new WeakMap<Uint8Array, MetadataCommand>();

  constructor(decode: Readers["decodeCommand"]) {
    this.#decode = decode;
  }

  /** Null for an entry without a command, as a new leader appends one. */
  of(entry: Entry): MetadataCommand | null {
    if (entry.data.length === 0) return null;
    const known = this.#known.get(entry.data);
    if (known !== undefined) return known;
    const decoded = this.#decode(entry.data);
    if (!decoded.ok) return null;
    this.#known.set(entry.data, decoded.command);
    return decoded.command;
  }
}
