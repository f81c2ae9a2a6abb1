import { assert } from "../base/assert.ts";
import { NO_TERM } from "../base/ids.ts";
import type { Index, NodeId, Term } from "../base/ids.ts";
import { NO_ENTRIES } from "./message.ts";
import type { Entry, Snapshot } from "./message.ts";
import type { RaftTrace } from "./trace.ts";

/**
 * What is not yet known to be on this node's disk: perhaps a snapshot, then the entries from
 * `offset` on. The part below `offsetInProgress` has been handed to the host in a Ready and is
 * being written; the rest is for the next Ready. Arrays of entries that come in or go out are never
 * shared with the one in here, which grows in place.
 */
export class Unstable {
  snapshot: Snapshot | null = null;
  /** `entries[i]` has index `offset + i`. */
  entries: Entry[] = [];
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

  /** Index after the last entry in here, or `offset` if there is none. */
  get end(): Index {
    return (this.offset + this.entries.length) as Index;
  }

  firstIndex(): Index | undefined {
    return this.snapshot === null ? undefined : ((this.snapshot.metadata.index + 1) as Index);
  }

  lastIndex(): Index | undefined {
    if (this.entries.length > 0) return (this.offset + this.entries.length - 1) as Index;
    return this.snapshot?.metadata.index;
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
    return this.hasNextEntries()
      ? this.entries.slice(this.offsetInProgress - this.offset)
      : NO_ENTRIES;
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
    this.entries = count === this.entries.length ? [] : this.entries.slice(count);
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
    this.entries = [];
    this.snapshot = snapshot;
    this.snapshotInProgress = false;
  }

  /** Appends `added`, which replaces whatever is stored from its first index on. */
  truncateAndAppend(added: readonly Entry[]): void {
    const from = added[0]!.index;
    if (from === this.end) {
      for (const entry of added) this.entries.push(entry);
    } else if (from <= this.offset) {
      // Even what is already stable from there on is replaced: the host will overwrite it.
      this.#trace?.event({ kind: "unstableReplaced", node: this.#node, index: from });
      this.entries = added.slice();
      this.offset = from;
      this.offsetInProgress = from;
    } else {
      this.#trace?.event({ kind: "unstableTruncated", node: this.#node, index: from });
      this.entries = this.slice(this.offset, from).concat(added);
      // A write of the replaced entries may be under way; what replaces them must follow it.
      if (this.offsetInProgress > from) this.offsetInProgress = from;
    }
  }

  slice(lo: Index, hi: Index): Entry[] {
    if (lo > hi) assert(false, `invalid unstable.slice ${lo} > ${hi}`);
    if (lo < this.offset || hi > this.end) {
      const bounds = `[${this.offset},${this.end}]`;
      assert(false, `unstable.slice[${lo},${hi}) out of bound ${bounds}`);
    }
    return this.entries.slice(lo - this.offset, hi - this.offset);
  }
}
