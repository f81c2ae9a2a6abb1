import { assert } from "../base/assert.ts";
import { NO_INDEX } from "../base/ids.ts";
import type { Index, NodeId } from "../base/ids.ts";
import { Inflights } from "./inflights.ts";
import type { InflightLimits } from "./inflights.ts";

/**
 * How a leader sends to one follower (etcd's design.md, "Progress"):
 *
 * - probe: it does not know where the logs meet, so it sends one message at a time;
 * - replicate: it does, so it sends ahead of the answers, as far as the window allows;
 * - snapshot: the entries the follower lacks are gone, so nothing is sent until a snapshot, which
 *   reaches up to `pendingSnapshot`, has arrived or failed.
 */
export type ProgressState = "probe" | "replicate" | "snapshot";

const STATE_TEXT: Readonly<Record<ProgressState, string>> = {
  probe: "StateProbe",
  replicate: "StateReplicate",
  snapshot: "StateSnapshot",
};

const min = (a: Index, b: Index): Index => (a < b ? a : b);
const max = (a: Index, b: Index): Index => (a > b ? a : b);
const after = (i: Index): Index => (i + 1) as Index;
const before = (i: Index): Index => (i - 1) as Index;

/** What a leader knows about one member of the group. Always: match < next. */
export class Progress {
  readonly id: NodeId;
  /** Highest index that the member is known to have stored (Raft paper, figure 2: matchIndex). */
  match: Index = NO_INDEX;
  /** The next entry to send (figure 2: nextIndex); runs ahead of `match` while replicating. */
  next: Index;
  state: ProgressState = "probe";
  /** Waiting for an answer: to a probe, or to anything at all in a full window. */
  paused = false;
  /** Where the snapshot that is under way ends; 0 in the other states. */
  pendingSnapshot: Index = NO_INDEX;
  /** Heard from since the last CheckQuorum. */
  recentActive = false;
  isLearner = false;
  /** For group commit: which group it stores for, from 1; 0 if none. */
  commitGroup = 0;
  /** The member asked for a snapshot that reaches at least here; 0 if it did not. */
  requestedSnapshot: Index = NO_INDEX;
  readonly inflights: Inflights;
  /** Highest commit index told to the member, as far as it reached its log. */
  #sentCommit: Index = NO_INDEX;

  constructor(id: NodeId, next: Index, limits: InflightLimits) {
    this.id = id;
    this.next = next;
    this.inflights = new Inflights(limits);
  }

  /** Forgets all: a new term begins, and with it new knowledge. */
  reset(match: Index, next: Index): void {
    this.match = match;
    this.next = next;
    this.#sentCommit = NO_INDEX;
    this.recentActive = false;
    this.requestedSnapshot = NO_INDEX;
    this.#enter("probe");
  }

  becomeProbe(): void {
    // A snapshot that has arrived tells where the follower's log now ends.
    this.next = after(max(this.match, this.pendingSnapshot));
    this.#sentCommit = min(this.#sentCommit, before(this.next));
    this.#enter("probe");
  }

  /** The snapshot never arrived, so it says nothing about the follower's log. */
  becomeProbeAfterFailedSnapshot(): void {
    this.pendingSnapshot = NO_INDEX;
    this.becomeProbe();
  }

  becomeReplicate(): void {
    this.#enter("replicate");
    this.next = after(this.match);
  }

  becomeSnapshot(pendingSnapshot: Index): void {
    this.#enter("snapshot");
    this.pendingSnapshot = pendingSnapshot;
    this.next = after(pendingSnapshot);
    this.#sentCommit = pendingSnapshot;
  }

  /** True while nothing may be sent to the member but heartbeats. */
  isPaused(): boolean {
    return this.paused || this.state === "snapshot";
  }

  /** True in a full window: then only empty MsgApps may go out, to find out what was lost. */
  isWindowFull(): boolean {
    return this.state === "replicate" && this.inflights.isFull();
  }

  /** Notes that a MsgApp was sent, with that many entries from `next` on and so much payload. */
  sentEntries(count: number, payloadBytes: number): void {
    if (this.state === "replicate") {
      if (count > 0) {
        this.next = (this.next + count) as Index;
        this.inflights.add(before(this.next), payloadBytes);
      }
      // In a full window this was the one empty message that the window allows.
      this.paused = this.inflights.isFull();
    } else if (this.state === "probe") {
      if (count > 0) this.paused = true;
    } else {
      assert(false, "sending append in unhandled state StateSnapshot");
    }
  }

  sentCommit(commit: Index): void {
    this.#sentCommit = commit;
  }

  /**
   * True if telling the member of `commit` could advance it: it has not been told, and what it was
   * told ends before what it was sent.
   */
  canBumpCommit(commit: Index): boolean {
    return commit > this.#sentCommit && this.#sentCommit < this.next - 1;
  }

  /** The member has stored everything up to `acked`. False if that is no news. */
  maybeUpdate(acked: Index): boolean {
    if (acked <= this.match) return false;
    this.match = acked;
    this.next = max(this.next, after(acked));
    this.paused = false;
    return true;
  }

  /**
   * The member refused a MsgApp that followed `rejected`; the logs may meet at `hint`. False if
   * that is an old message, overtaken by what the member has acknowledged since.
   */
  maybeDecreaseTo(rejected: Index, hint: Index): boolean {
    if (this.state === "replicate") {
      if (rejected <= this.match) return false;
      this.next = after(this.match);
    } else {
      // A probe is one message at a time: any other index was not asked about.
      if (this.next - 1 !== rejected) return false;
      this.next = max(min(rejected, after(hint)), after(this.match));
      this.paused = false;
    }
    this.#sentCommit = min(this.#sentCommit, before(this.next));
    return true;
  }

  /**
   * The member refused a MsgApp that followed `rejected` because it wants a snapshot that reaches
   * `index` (raft-rs's request-snapshot). False if that is an old message.
   */
  maybeRequestSnapshot(rejected: Index, index: Index): boolean {
    if (this.state === "replicate" && rejected < this.match) return false;
    if (this.requestedSnapshot === NO_INDEX) this.requestedSnapshot = index;
    this.paused = false;
    return true;
  }

  /** etcd's printed form. */
  toString(): string {
    let text = `${STATE_TEXT[this.state]} match=${this.match} next=${this.next}`;
    if (this.isLearner) text += " learner";
    if (this.isPaused()) text += " paused";
    if (this.pendingSnapshot > 0) text += ` pendingSnap=${this.pendingSnapshot}`;
    if (!this.recentActive) text += " inactive";
    const { count } = this.inflights;
    if (count > 0) text += ` inflight=${count}${this.inflights.isFull() ? "[full]" : ""}`;
    return text;
  }

  #enter(state: ProgressState): void {
    this.state = state;
    this.paused = false;
    this.pendingSnapshot = NO_INDEX;
    this.inflights.reset();
  }
}
