import type { Index, NodeId } from "../base/ids.ts";
import type { RawNode, Snapshot } from "../raft/index.ts";
import type { Clock } from "./clock.ts";
import type { Outbox } from "./outbox.ts";

/**
 * Watches over the snapshots that this leader has sent. Until one is answered Raft sends nothing else
 * to that follower, and messages get lost: after some time it must be told that this one was.
 */
export class SnapshotSends {
  readonly #raft: RawNode;
  readonly #clock: Clock;
  readonly #timeoutUs: number;
  readonly #events: Outbox | null;
  readonly #sent = new Map<NodeId, { readonly index: Index; readonly atUs: number }>();

  constructor(raft: RawNode, clock: Clock, timeoutUs: number, events: Outbox | null) {
    this.#raft = raft;
    this.#clock = clock;
    this.#timeoutUs = timeoutUs;
    this.#events = events;
  }

  sent(to: NodeId, { metadata }: Snapshot): void {
    const { index } = metadata;
    this.#sent.set(to, { index, atUs: this.#clock.nowUs });
    this.#events?.event({ kind: "snapshotSent", to, index });
  }

  tick(): void {
    if (this.#sent.size === 0) return;
    const { progress } = this.#raft.status();
    for (const [to, { index, atUs }] of this.#sent) {
      const follower = progress.find(({ id }) => id === to);
      if (follower?.state !== "snapshot") {
        this.#sent.delete(to);
      } else if (follower.match >= index) {
        // It has arrived, and the log has been cut behind it meanwhile: Raft waits for a newer one.
        this.#sent.delete(to);
        this.#raft.reportSnapshot(to, "finished");
      } else if (this.#clock.nowUs - atUs > this.#timeoutUs) {
        this.#sent.delete(to);
        this.#events?.event({ kind: "snapshotSendFailed", to });
        this.#raft.reportSnapshot(to, "failed");
      }
    }
  }
}
