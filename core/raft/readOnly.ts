import type { Index, NodeId } from "../base/ids.ts";
import type { Message } from "./message.ts";
import type { JointConfig } from "./quorum.ts";

/** A read that waits for the proof that its leader still leads. */
interface PendingRead {
  readonly request: Message;
  /** What was committed when it arrived. */
  readonly commit: Index;
}

/**
 * The reads of one leader in one term. They are numbered from 1 in the order of their arrival, and
 * a heartbeat carries the number of the last one: whoever answers it confirms all up to there. So a
 * quorum's word on a read is found just as a quorum's copy of an entry is.
 */
export class ReadOnly {
  readonly #acked = new Map<NodeId, Index>();
  readonly #pending: PendingRead[] = [];
  #confirmedCount = 0;

  /** Takes a read that arrived while `commit` was committed. Returns the context that confirms it. */
  add(request: Message, commit: Index): Uint8Array {
    this.#pending.push({ request, commit });
    return encodeCount(this.#lastNumber);
  }

  /** What heartbeats have to carry; null if no read waits. */
  heartbeatContext(): Uint8Array | null {
    return this.#pending.length === 0 ? null : encodeCount(this.#lastNumber);
  }

  /** A member has answered a heartbeat that carried `context`. */
  receiveAck(from: NodeId, context: Uint8Array): void {
    const count = decodeCount(context);
    // Nobody can confirm a read that has not been asked for.
    if (count === null || count > this.#lastNumber) return;
    const known = this.#acked.get(from) ?? 0;
    if (count > known) this.#acked.set(from, count as Index);
  }

  /** The reads that a quorum has confirmed by now, oldest first; they are forgotten here. */
  takeConfirmed(voters: JointConfig): readonly PendingRead[] {
    const confirmed = voters.committedIndex((id) => this.#acked.get(id));
    const count = Math.min(confirmed, this.#lastNumber) - this.#confirmedCount;
    if (count <= 0) return [];
    this.#confirmedCount += count;
    return this.#pending.splice(0, count);
  }

  get #lastNumber(): number {
    return this.#confirmedCount + this.#pending.length;
  }
}

// Eight bytes, low ones first, as etcd sends them.

const COUNT_BYTES = 8;
const TWO_TO_32 = 2 ** 32;

function encodeCount(count: number): Uint8Array {
  const data = new Uint8Array(COUNT_BYTES);
  const view = new DataView(data.buffer);
  view.setUint32(0, count % TWO_TO_32, true);
  view.setUint32(4, Math.floor(count / TWO_TO_32), true);
  return data;
}

function decodeCount(data: Uint8Array): number | null {
  if (data.length !== COUNT_BYTES) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return view.getUint32(0, true) + view.getUint32(4, true) * TWO_TO_32;
}
