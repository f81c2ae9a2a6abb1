import type { NodeId } from "../base/ids.ts";
import type { PeerMessage } from "./io.ts";
import type { MetadataState } from "./metadataState.ts";

/**
 * Which of their disks the other nodes have now, as far as this one knows: from the metadata, and
 * from what they say themselves, for a node that has just joined has no metadata yet.
 */
export class Generations {
  readonly #self: NodeId;
  readonly #own: number;
  readonly #state: MetadataState;
  readonly #heard = new Map<NodeId, number>();

  constructor(self: NodeId, own: number, state: MetadataState) {
    this.#self = self;
    this.#own = own;
    this.#state = state;
  }

  /**
   * A node with a new disk has forgotten what it had promised. It has a say again once it has heard,
   * from the log, that the cluster has taken its old disk off: nothing from before can be decided by
   * then. Until then it neither votes nor leads, whatever old entries make of it.
   */
  get hasSay(): boolean {
    if (this.#own === 0) return true;
    return this.#state.metadata.nodes.get(this.#self)?.generation === this.#own;
  }

  of(node: NodeId): number {
    const agreed = this.#state.metadata.nodes.get(node)?.generation ?? 0;
    return Math.max(agreed, this.#heard.get(node) ?? 0);
  }

  /**
   * Whether a message speaks of promises from before one of the two lost its disk: the sender's, or
   * this node's, of which a leader that has not heard of it still takes things for granted.
   */
  isOfLostDisk(from: NodeId, message: PeerMessage): boolean {
    if (message.kind === "response") return false;
    if (message.generation < this.of(from)) return true;
    if (message.generation > 0) this.#heard.set(from, message.generation);
    return message.kind === "raft" && message.toGeneration < this.#own;
  }

  /**
   * Whether Raft may speak to a node: not while the group still counts one that was removed, for
   * what Raft knows of it then is of the disk before.
   */
  maySpeakTo(node: NodeId): boolean {
    return this.#state.metadata.nodes.get(node)?.state !== "removed";
  }
}
