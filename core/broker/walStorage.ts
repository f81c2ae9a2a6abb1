import { NO_BYTES } from "../base/bytes.ts";
import { NO_INDEX, NO_NODE, term } from "../base/ids.ts";
import type { Index, NodeId, Term } from "../base/ids.ts";
import { encodeConfChange } from "../raft/index.ts";
import type {
  ConfState,
  Entry,
  HardState,
  MemoryStorage,
  Ready,
  Snapshot,
  SnapshotMetadata,
  Storage,
  StorageError,
} from "../raft/index.ts";
import type { WalRecord, WalWriter } from "../wal/index.ts";

const BOOTSTRAP_TERM = term(1);

/**
 * One Raft group's Storage on the node's write-ahead log. Writing and reading are apart: `write`
 * and its like put records into the log, and what they hold can be read once the disk has made it
 * durable, and not before. Entries from the last snapshot on are kept in memory, as in etcd.
 */
export class WalStorage implements Storage {
  readonly group: number;
  readonly #memory: MemoryStorage;
  readonly #wal: WalWriter;
  /** Hard states whose records are not durable yet, oldest first. */
  #hardStates: { readonly hardState: HardState; readonly sequence: number }[] = [];
  /** The last of their kind in the log, durable or not. */
  #lastHardState: HardState | null;
  #lastMarker: SnapshotMetadata | null;
  #wantsSnapshot = false;
  /** Makes of a snapshot that was kept here one that another node can use. Default: it is one. */
  whole: ((kept: Snapshot) => Snapshot) | null = null;
  /** Of the last membership change that was applied since the snapshot this node started from. */
  #membershipIndex: Index = NO_INDEX;

  /**
   * `recovered` is what the disk held when this node started. Of a snapshot that has taken the place
   * of the log, and that the log does not speak of yet (`unmarked`), the first record must tell.
   */
  constructor(
    group: number,
    recovered: MemoryStorage,
    unmarked: SnapshotMetadata | null,
    wal: WalWriter,
  ) {
    this.group = group;
    this.#memory = recovered;
    this.#wal = wal;
    this.#lastHardState = recovered.initialState().hardState;
    const { metadata } = this.snapshot();
    // A new segment must not repeat what the log has yet to say: torn behind it, it would read as a
    // snapshot that was taken here, and what the snapshot has replaced would be back.
    this.#lastMarker = metadata.index === 0 || unmarked !== null ? null : metadata;
  }

  // What a RawNode reads: exactly what is durable.

  initialState(): { readonly hardState: HardState | null; readonly confState: ConfState } {
    return this.#memory.initialState();
  }

  entries(lo: Index, hi: Index, maxBytes: number): readonly Entry[] | StorageError {
    return this.#memory.entries(lo, hi, maxBytes);
  }

  term(i: Index): Term | StorageError {
    return this.#memory.term(i);
  }

  lastIndex(): Index {
    return this.#memory.lastIndex();
  }

  firstIndex(): Index {
    return this.#memory.firstIndex();
  }

  /**
   * The snapshot that was kept last. It will not do once the membership has changed: one who came
   * later is not of the group that it describes, or as another that it was then. Then a new one is
   * wanted.
   */
  snapshot(): Snapshot;
  snapshot(requestIndex: Index, to: NodeId): Snapshot | StorageError;
  snapshot(requestIndex?: Index, to?: NodeId): Snapshot | StorageError {
    const kept = this.#memory.snapshot();
    if (requestIndex === undefined || to === undefined) return kept;
    const { index } = kept.metadata;
    if (index >= requestIndex && index >= this.#membershipIndex) return this.whole?.(kept) ?? kept;
    this.#wantsSnapshot = true;
    return "snapshotTemporarilyUnavailable";
  }

  /** Somebody was to be sent a newer snapshot than there is. */
  get wantsSnapshot(): boolean {
    return this.#wantsSnapshot;
  }

  // What is written.

  /**
   * The first members of a new group are its first entries, committed in a term that nobody stands in
   * (etcd's way): the same on each of them, and whoever comes later learns of them from the log. They
   * may be acted on at once, for no promise is in them, and promises that follow stand behind them.
   */
  bootstrap(members: readonly NodeId[]): void {
    const entries = members.map((member, at): Entry => {
      const change = {
        id: 0,
        type: "ConfChangeAddNode",
        nodeId: member,
        context: NO_BYTES,
      } as const;
      return { term: BOOTSTRAP_TERM, index: (at + 1) as Index, ...encodeConfChange(change) };
    });
    for (const entry of entries) this.writeEntry(entry);
    const commit = members.length as Index;
    this.#writeHardState({ term: BOOTSTRAP_TERM, vote: NO_NODE, commit });
    this.#wal.requestSync();
    this.#memory.append(entries);
    this.#memory.setHardState(this.#lastHardState!);
  }

  /**
   * The power went while the first records of a new group were written. Nobody has acted on them: a
   * promise stands behind them in the log, and there is none.
   */
  get isHalfBegun(): boolean {
    const last = this.lastIndex();
    const isUnpromised = this.#lastHardState === null && this.#lastMarker === null;
    return isUnpromised && last > NO_INDEX && this.term(last) === BOOTSTRAP_TERM;
  }

  /**
   * A Ready's records, to be made durable together: that a snapshot took the place of the log, then
   * entries, then the hard state. The snapshot itself must be durable before.
   */
  write({ snapshot, entries, hardState, mustSync }: Ready): void {
    if (snapshot !== null) this.writeMarker(snapshot.metadata, true);
    for (const entry of entries) this.writeEntry(entry);
    if (hardState !== null) this.#writeHardState(hardState);
    if (mustSync) this.#wal.requestSync();
  }

  #writeHardState(hardState: HardState): void {
    const sequence = this.#wal.append({ kind: "hardState", group: this.group, ...hardState });
    this.#hardStates.push({ hardState, sequence });
    this.#lastHardState = hardState;
  }

  /** Returns the sequence of its record. */
  writeEntry({ term, index, type, data, context }: Entry): number {
    const { group } = this;
    return this.#wal.append({
      kind: "entry",
      group,
      term,
      index,
      entryType: type,
      data,
      context: context ?? null,
    });
  }

  /** A snapshot is durable; `installed` if a leader's took the place of the log. */
  writeMarker(metadata: SnapshotMetadata, installed: boolean): number {
    const { group } = this;
    const { index, term } = metadata;
    const sequence = this.#wal.append({ kind: "snapshot", group, index, term, installed });
    this.#lastMarker = metadata;
    return sequence;
  }

  /** Adds what must stand in the log although older segments go. */
  carryOver(records: WalRecord[]): void {
    const { group } = this;
    if (this.#lastMarker !== null) {
      const { index, term } = this.#lastMarker;
      records.push({ kind: "snapshot", group, index, term, installed: false });
    }
    if (this.#lastHardState !== null) {
      records.push({ kind: "hardState", group, ...this.#lastHardState });
    }
  }

  /** The records before this one can go, as far as this group is concerned. */
  get neededSequence(): number {
    const first = (this.snapshot().metadata.index + 1) as Index;
    return this.sequenceOf(first) ?? this.#wal.lastSequence + 1;
  }

  /** Of the record that holds an entry; null if there is none. */
  sequenceOf(index: Index): number | null {
    return this.#wal.index.sequenceOf(this.group, index);
  }

  /** A membership change was applied. */
  membershipChanged(index: Index): void {
    this.#membershipIndex = index;
  }

  // What has become durable.

  /** The log is durable up to its new mark; a hard state may be so without an open Ready. */
  writeCompleted(): void {
    const durable = this.#wal.durableSequence;
    let count = 0;
    while (count < this.#hardStates.length && this.#hardStates[count]!.sequence <= durable) {
      this.#memory.setHardState(this.#hardStates[count]!.hardState);
      count++;
    }
    if (count > 0) this.#hardStates.splice(0, count);
  }

  /** What `write` has put into the log is durable now. */
  stored(entries: readonly Entry[], snapshot: Snapshot | null): void {
    if (snapshot !== null) this.#memory.applySnapshot(snapshot);
    this.#memory.append(entries);
  }

  /** A snapshot of what was applied is durable: entries before it go, but for the last few. */
  keepSnapshot({ metadata, data }: Snapshot, trailingEntries: number): void {
    const { index, confState } = metadata;
    const kept = this.#memory.createSnapshot(index, data, confState);
    // A leader's snapshot may have overtaken it.
    if (typeof kept === "string") return;
    this.#wantsSnapshot = false;
    this.#wal.index.compact(this.group, index);
    const upTo = (index - trailingEntries) as Index;
    if (upTo >= this.firstIndex()) this.#memory.compact(upTo);
  }
}
