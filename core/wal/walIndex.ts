import { assert } from "../base/assert.ts";
import type { Index } from "../base/ids.ts";
import type { WalRecord } from "./record.ts";

/** The entries of one group: the one with index `first + k` has the sequence `sequences[k]`. */
interface GroupEntries {
  first: number;
  sequences: number[];
}

/** Where in the log each entry of each group stands, as far as it still counts. */
export class WalIndex {
  readonly #groups = new Map<number, GroupEntries>();

  /** Sequence of the record that holds the entry in force at an index; null when there is none. */
  sequenceOf(group: number, index: Index): number | null {
    const entries = this.#groups.get(group);
    if (entries === undefined) return null;
    const at = index - entries.first;
    return at >= 0 && at < entries.sequences.length ? entries.sequences[at]! : null;
  }

  /** Null when the group has no entry. */
  firstIndex(group: number): Index | null {
    const entries = this.#groups.get(group);
    if (entries === undefined || entries.sequences.length === 0) return null;
    return entries.first as Index;
  }

  /** Null when the group has no entry. */
  lastIndex(group: number): Index | null {
    const entries = this.#groups.get(group);
    if (entries === undefined || entries.sequences.length === 0) return null;
    return (entries.first + entries.sequences.length - 1) as Index;
  }

  /** Whether an entry at that index would leave no hole behind the last one. */
  accepts(group: number, index: Index): boolean {
    const last = this.lastIndex(group);
    return last === null || index <= last + 1;
  }

  /** Notes what a record means for its group: an entry at index i drops all from i on. */
  append(record: WalRecord, sequence: number): void {
    if (record.kind === "entry") this.#appendEntry(record.group, record.index, sequence);
    else if (record.kind === "snapshot" && record.installed) this.#groups.delete(record.group);
  }

  /** Forgets the entries up to that index: a snapshot has what they say. */
  compact(group: number, upTo: Index): void {
    const entries = this.#groups.get(group);
    if (entries === undefined || upTo < entries.first) return;
    const count = Math.min(upTo - entries.first + 1, entries.sequences.length);
    entries.sequences.splice(0, count);
    entries.first += count;
  }

  #appendEntry(group: number, index: Index, sequence: number): void {
    const entries = this.#groups.get(group);
    if (entries === undefined || index < entries.first || entries.sequences.length === 0) {
      this.#groups.set(group, { first: index, sequences: [sequence] });
      return;
    }
    const at = index - entries.first;
    if (at > entries.sequences.length) {
      assert(false, `entry ${index} of group ${group} leaves a hole in the log`);
    }
    if (at < entries.sequences.length) entries.sequences.length = at;
    entries.sequences.push(sequence);
  }
}
