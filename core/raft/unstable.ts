import { assert } from "../base/assert.ts";
import { NO_TERM } from "../base/ids.ts";
import type { Index, NodeId, Term } from "../base/ids.ts";
import { NO_ENTRIES } from "./message.ts";
import type { Entry, Snapshot } from "./message.ts";
import type { RaftTrace } from "./trace.ts";

/**
 * What is not yet known to be on this node's disk: perhaps a snapshot, then the entries from
 * `offset` on. The part below `offsetInProgress` has been handed to the host in a Ready and is
 * being written; the rest is for the next Ready. An array of entries that came in or went out as a
 * whole is shared with whoever has it, and copied before it would grow.
 */
export class Unstable {
  snapshot: Snapshot | null = null;
  #entries: readonly Entry[] = NO_ENTRIES;
  /** The same array, while nobody else holds it: then it may grow in place. */
  #own: Entry[] | null = null;
  offset: Index;
  snapshotInProgress = false;
  offsetInProgress: Index;
  readonly #node: NodeId;
  readonly #trace: RaftTrace | undefined;

  constructor(offset: Index, node: NodeId, trace: RaftTrace | undefined) {
    this.offset = offset;
    this.offsetInProgress = offset;
    this.#node = node;
    this.#trace = trace;
  }

  /** `entries[i]` has index `offset + i`. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Index after the last entry in here, or `offset` if there is none. */
  get end(): Index {
    return (this.offset + this.entries.length) as Index;
  }

  firstIndex(): Index | undefined {
    return this.snapshot === null ? undefined : ((this.snapshot.metadata.index + 1) as Index);
  }

  /** Term of the last entry in here; 0 if there is none. */
  lastTerm(): Term {
    const count = this.entries.length;
    return count === 0 ? NO_TERM : this.entries[count - 1]!.term;
  }

  term(i: Index): Term | undefined {
    const at = i - this.offset;
    // Never beyond the array's ends, here and elsewhere: the engine slows down for good after that.
    if (at >= 0) return at < this.entries.length ? this.entries[at]!.term : undefined;
    if (this.snapshot === null) return undefined;
    const { index, term } = this.snapshot.metadata;
    return index === i ? term : undefined;
  }

  hasNextEntries(): boolean {
    return this.end > this.offsetInProgress;
  }

  /** The entries that no Ready has carried yet. */
  nextEntries(): readonly Entry[] {
    return this.hasNextEntries() ? this.slice(this.offsetInProgress, this.end) : NO_ENTRIES;
  }

  /** The snapshot, unless a Ready has carried it already. */
  nextSnapshot(): Snapshot | null {
    return this.snapshotInProgress ? null : this.snapshot;
  }

  /** Everything in here is being written from now on. */
  acceptInProgress(): void {
    if (this.entries.length > 0) this.offsetInProgress = this.end;
    if (this.snapshot !== null) this.snapshotInProgress = true;
  }

  /**
   * Everything up to `i` is on disk, if the entry there still has the term that was written. If a
   * new leader has replaced it meanwhile, the disk holds something else and nothing is dropped.
   */
  stableTo(i: Index, term: Term): void {
    const ours = this.term(i);
    if (ours === undefined) {
      this.#trace?.event({ kind: "stableEntryMissing", node: this.#node, index: i });
      return;
    }
    if (i < this.offset) {
      this.#trace?.event({ kind: "stableEntryInSnapshot", node: this.#node, index: i });
      return;
    }
    if (ours !== term) {
      this.#trace?.event({
        kind: "stableEntryMismatched",
        node: this.#node,
        index: i,
        term,
        ownTerm: ours,
      });
      return;
    }
    const count = i + 1 - this.offset;
    this.#share(count === this.entries.length ? NO_ENTRIES : this.entries.slice(count));
    this.offset = (i + 1) as Index;
    if (this.offsetInProgress < this.offset) this.offsetInProgress = this.offset;
  }

  stableSnapshotTo(i: Index): void {
    if (this.snapshot?.metadata.index !== i) return;
    this.snapshot = null;
    this.snapshotInProgress = false;
  }

  /** The snapshot takes the place of the whole log. */
  restore(snapshot: Snapshot): void {
    this.offset = (snapshot.metadata.index + 1) as Index;
    this.offsetInProgress = this.offset;
    this.#share(NO_ENTRIES);
    this.snapshot = snapshot;
    this.snapshotInProgress = false;
  }

  /** Appends `added`, which replaces whatever is stored from its first index on. */
  truncateAndAppend(added: readonly Entry[]): void {
    const from = added[0]!.index;
    if (from === this.end && this.entries.length > 0) {
      const own = this.#owned();
      for (const entry of added) own.push(entry);
    } else if (from === this.end) {
      this.#share(added);
    } else if (from <= this.offset) {
      // Even what is already stable from there on is replaced: the host will overwrite it.
      this.#trace?.event({ kind: "unstableReplaced", node: this.#node, index: from });
      this.#share(added);
      this.offset = from;
      this.offsetInProgress = from;
    } else {
      this.#trace?.event({ kind: "unstableTruncated", node: this.#node, index: from });
      this.#share(this.entries.slice(0, from - this.offset).concat(added));
      // A write of the replaced entries may be under way; what replaces them must follow it.
      if (this.offsetInProgress > from) this.offsetInProgress = from;
    }
  }

  slice(lo: Index, hi: Index): readonly Entry[] {
    if (lo > hi) assert(false, `invalid unstable.slice ${lo} > ${hi}`);
    if (lo < this.offset || hi > this.end) {
      const bounds = `[${this.offset},${this.end}]`;
      assert(false, `unstable.slice[${lo},${hi}) out of bound ${bounds}`);
    }
    if (hi - lo < this.entries.length) {
      return this.entries.slice(lo - this.offset, hi - this.offset);
    }
    this.#own = null;
    return this.entries;
  }

  /** Takes an array that others may hold too. */
  #share(entries: readonly Entry[]): void {
    this.#entries = entries;
    this.#own = null;
  }

  #owned(): Entry[] {
    if (this.#own === null) {
      this.#own = this.entries.slice();
      this.#entries = this.#own;
    }
    return this.#own;
  }
}
