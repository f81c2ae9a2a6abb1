import { assert } from "../base/assert.ts";
import { NO_INDEX } from "../base/ids.ts";
import type { Index } from "../base/ids.ts";
import { Inflights } from "./inflights.ts";

/**
 * How a leader sends to one follower (etcd's design.md, "Progress"):
 *
 * - probe: it does not know where the logs meet, so it sends one message at a time;
 * - replicate: it does, so it sends ahead of the answers, as far as the window allows;
 * - snapshot: the entries the follower lacks are gone, so nothing is sent until a snapshot, which
 *   reaches up to `pendingSnapshot`, has arrived or failed.
 */
export type ProgressState =
  | { readonly kind: "probe"; paused: boolean }
  | { readonly kind: "replicate"; paused: boolean; readonly inflights: Inflights }
  | { readonly kind: "snapshot"; readonly pendingSnapshot: Index };

const STATE_TEXT = {
  probe: "StateProbe",
  replicate: "StateReplicate",
  snapshot: "StateSnapshot",
} as const;

const min = (a: Index, b: Index): Index => (a < b ? a : b);
const max = (a: Index, b: Index): Index => (a > b ? a : b);
const after = (i: Index): Index => (i + 1) as Index;
const before = (i: Index): Index => (i - 1) as Index;

/** What a leader knows about one member of the group. Always: match < next. */
export class Progress {
  /** Highest index that the member is known to have stored (Raft paper, figure 2: matchIndex). */
  match: Index = NO_INDEX;
  /** The next entry to send (figure 2: nextIndex); runs ahead of `match` while replicating. */
  next: Index;
  /** Highest commit index told to the member, as far as it reached its log. */
  #sentCommit: Index = NO_INDEX;
  state: ProgressState = { kind: "probe", paused: false };
  /** Heard from since the last CheckQuorum. */
  recentActive = false;
  isLearner: boolean;
  readonly #maxInflightMessages: number;

  constructor(next: Index, maxInflightMessages: number, isLearner: boolean) {
    this.next = next;
    this.#maxInflightMessages = maxInflightMessages;
    this.isLearner = isLearner;
  }

  /** Forgets all: a new term begins, and with it new knowledge. */
  reset(match: Index, next: Index): void {
    this.match = match;
    this.next = next;
    this.#sentCommit = NO_INDEX;
    this.recentActive = false;
    this.state = { kind: "probe", paused: false };
  }

  becomeProbe(): void {
    // A snapshot that has arrived tells where the follower's log now ends.
    const known = this.state.kind === "snapshot" ? this.state.pendingSnapshot : NO_INDEX;
    this.next = after(max(this.match, known));
    this.#sentCommit = min(this.#sentCommit, before(this.next));
    this.state = { kind: "probe", paused: false };
  }

  /** The snapshot never arrived, so it says nothing about the follower's log. */
  becomeProbeAfterFailedSnapshot(): void {
    this.state = { kind: "probe", paused: false };
    this.becomeProbe();
  }

  becomeReplicate(): void {
    this.next = after(this.match);
    const inflights = new Inflights(this.#maxInflightMessages);
    this.state = { kind: "replicate", paused: false, inflights };
  }

  becomeSnapshot(pendingSnapshot: Index): void {
    this.next = after(pendingSnapshot);
    this.#sentCommit = pendingSnapshot;
    this.state = { kind: "snapshot", pendingSnapshot };
  }

  /** True while nothing may be sent to the member but heartbeats. */
  isPaused(): boolean {
    return this.state.kind === "snapshot" || this.state.paused;
  }

  /** True in a full window: then only empty MsgApps may go out, to find out what was lost. */
  isWindowFull(): boolean {
    return this.state.kind === "replicate" && this.state.inflights.isFull();
  }

  setPaused(paused: boolean): void {
    if (this.state.kind !== "snapshot") this.state.paused = paused;
  }

  /** Notes that a MsgApp with that many entries from `next` on was sent. */
  sentEntries(count: number): void {
    const state = this.state;
    if (state.kind === "replicate") {
      if (count > 0) {
        this.next = (this.next + count) as Index;
        state.inflights.add(before(this.next));
      }
      // In a full window this was the one empty message that the window allows.
      state.paused = state.inflights.isFull();
    } else if (state.kind === "probe") {
      if (count > 0) state.paused = true;
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
    this.setPaused(false);
    return true;
  }

  /**
   * The member refused a MsgApp that followed `rejected`; the logs may meet at `hint`. False if
   * that is an old message, overtaken by what the member has acknowledged since.
   */
  maybeDecreaseTo(rejected: Index, hint: Index): boolean {
    if (this.state.kind === "replicate") {
      if (rejected <= this.match) return false;
      this.next = after(this.match);
    } else {
      // A probe is one message at a time: any other index was not asked about.
      if (this.next - 1 !== rejected) return false;
      this.next = max(min(rejected, after(hint)), after(this.match));
      this.setPaused(false);
    }
    this.#sentCommit = min(this.#sentCommit, before(this.next));
    return true;
  }

  /** etcd's printed form. */
  toString(): string {
    const state = this.state;
    let text = `${STATE_TEXT[state.kind]} match=${this.match} next=${this.next}`;
    if (this.isLearner) text += " learner";
    if (this.isPaused()) text += " paused";
    if (state.kind === "snapshot" && state.pendingSnapshot > 0) {
      text += ` pendingSnap=${state.pendingSnapshot}`;
    }
    if (!this.recentActive) text += " inactive";
    if (state.kind === "replicate" && state.inflights.count > 0) {
      text += ` inflight=${state.inflights.count}${state.inflights.isFull() ? "[full]" : ""}`;
    }
    return text;
  }
}
