import { assert } from "../base/assert.ts";
import { NO_TERM } from "../base/ids.ts";
import type { Index, NodeId } from "../base/ids.ts";
import { encodeCommand } from "../metadata/index.ts";
import type { MetadataCommand } from "../metadata/command.ts";
import { confStateOf, NO_LIMIT_BYTES } from "../raft/index.ts";
import type { Entry } from "../raft/message.ts";
import type { WalWriter } from "../wal/index.ts";
import type { MetadataLog } from "./metadataLog.ts";
import type { MetadataState } from "./metadataState.ts";
import type { Snapshots } from "./snapshots.ts";
import type { WalStorage } from "./walStorage.ts";

const NOBODY = confStateOf([]);

/**
 * The metadata log of a standalone node: there is nobody to agree with, so a command is committed
 * when it is on this disk. Its entries have term 0, which no elected leader ever has.
 */
export class LocalMetadataLog implements MetadataLog {
  readonly leader: NodeId;
  readonly isActiveLeader = true;
  readonly confState = NOBODY;
  readonly #wal: WalWriter;
  readonly #storage: WalStorage;
  readonly #state: MetadataState;
  readonly #snapshots: Snapshots;
  #lastIndex: number;
  /** Not durable yet, oldest first. */
  #waiting: { readonly entry: Entry; readonly sequence: number }[] = [];

  constructor(
    id: NodeId,
    wal: WalWriter,
    storage: WalStorage,
    state: MetadataState,
    snapshots: Snapshots,
  ) {
    this.leader = id;
    this.#wal = wal;
    this.#storage = storage;
    this.#state = state;
    this.#snapshots = snapshots;
    this.#lastIndex = storage.lastIndex();
  }

  /** Applies what the disk held behind the snapshot: it is committed. */
  begin(): void {
    for (const entry of entriesOf(this.#storage)) this.#state.apply(entry);
  }

  propose(command: MetadataCommand): boolean {
    const index = ++this.#lastIndex as Index;
    const data = encodeCommand(command);
    const entry: Entry = { term: NO_TERM, index, type: "EntryNormal", data };
    const sequence = this.#storage.writeEntry(entry);
    this.#wal.requestSync();
    this.#waiting.push({ entry, sequence });
    return true;
  }

  run(): void {
    while (this.#waiting.length > 0) {
      const { entry, sequence } = this.#waiting[0]!;
      if (sequence > this.#wal.durableSequence) return;
      this.#waiting.shift();
      this.#storage.stored([entry], null);
      this.#state.apply(entry);
      this.#snapshots.applied(NOBODY);
    }
  }
}

/** Every entry that the disk held behind the snapshot, in order. */
function entriesOf(storage: WalStorage): readonly Entry[] {
  const first = storage.firstIndex();
  if (storage.lastIndex() < first) return [];
  const entries = storage.entries(first, (storage.lastIndex() + 1) as Index, NO_LIMIT_BYTES);
  assert(typeof entries !== "string", "the log starts at its first index");
  return entries;
}
