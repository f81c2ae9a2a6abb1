import { index, NO_INDEX, NO_NODE, NO_TERM } from "../../base/ids.ts";
import type { Index, NodeId } from "../../base/ids.ts";
import { decodeConfChange } from "../confChange.ts";
import type { RaftConfig, StorageWrites } from "../config.ts";
import { NO_LIMIT_BYTES } from "../entrySize.ts";
import { MemoryStorage } from "../memoryStorage.ts";
import { isConfChange } from "../message.ts";
import type { ConfState, Entry, HardState, Message, Snapshot } from "../message.ts";
import { RawNode } from "../rawNode.ts";
import type { Ready } from "../ready.ts";
import { DirectiveError } from "./arguments.ts";

/** A command that cannot be carried out, in the words that its transcript then ends with. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** What the nodes of one add-nodes have in common. */
export type NodeConfig = Omit<RaftConfig, "id" | "storage" | "applied">;

/** Work for the append thread: a message of etcd's form, or a pipelined Ready to be made durable. */
export type AppendWork = Message | Ready;

/** Work for the apply thread: a message of etcd's form, or committed entries of a pipelined Ready. */
export type ApplyWork = Message | readonly Entry[];

/** A Ready that was taken, and whose write or end is yet to come. */
interface HeldReady {
  readonly ready: Ready;
  isWritten: boolean;
}

/** A storage that answers with the state machine's newest state when asked for a snapshot. */
class HistoryStorage extends MemoryStorage {
  readonly #history: readonly Snapshot[];

  constructor(history: readonly Snapshot[]) {
    super();
    this.#history = history;
  }

  override snapshot(): Snapshot {
    return this.#history[this.#history.length - 1]!;
  }

  all(): readonly Entry[] {
    if (this.lastIndex() < this.firstIndex()) return [];
    const entries = this.entries(this.firstIndex(), index(this.lastIndex() + 1), NO_LIMIT_BYTES);
    if (typeof entries === "string") throw new Refusal(entries);
    return entries;
  }
}

/** What a crash leaves on the disk. */
interface DurableState {
  readonly hardState: HardState | null;
  readonly firstIndex: Index;
  readonly entries: readonly Entry[];
}

const NO_HARD_STATE: HardState = { term: NO_TERM, vote: NO_NODE, commit: NO_INDEX };

/** A RawNode and its host: a disk, and a state machine that appends what it is given to a text. */
export class EnvironmentNode {
  readonly id: NodeId;
  readonly config: NodeConfig;
  readonly appendWork: AppendWork[] = [];
  readonly applyWork: ApplyWork[] = [];
  held: HeldReady | null = null;
  /** The Ready that was taken last since the start. */
  taken: Ready | null = null;
  /** The state machine: its state after every entry applied, the newest last. */
  #history: Snapshot[];
  #storage: HistoryStorage;
  #durable: DurableState;
  /** Null from a crash to the restart. */
  #raw: RawNode | null;
  /** As of the last Ready: what etcd's flag for syncing looks at. */
  #lastHardState: HardState;

  /** A first start from `snapshot`, which is empty for a node that knows of no group. */
  constructor(id: NodeId, config: NodeConfig, snapshot: Snapshot) {
    this.id = id;
    this.config = config;
    this.#history = [snapshot];
    this.#storage = new HistoryStorage(this.#history);
    if (snapshot.metadata.index > 0) this.#storage.applySnapshot(snapshot);
    this.#durable = this.#stateOnDisk();
    this.#raw = this.#start(snapshot.metadata.index);
    this.#lastHardState = NO_HARD_STATE;
  }

  get raw(): RawNode {
    if (this.#raw === null) {
      throw new DirectiveError(`node ${this.id} has crashed: restart ${this.id} first`);
    }
    return this.#raw;
  }

  get isCrashed(): boolean {
    return this.#raw === null;
  }

  get storageWrites(): StorageWrites {
    return this.config.storageWrites ?? "sync";
  }

  get storage(): HistoryStorage {
    return this.#storage;
  }

  /** True if there is a Ready to take; not while the host is busy with another. */
  hasReady(): boolean {
    return this.#raw !== null && this.held === null && this.#raw.hasReady();
  }

  heldReady(): HeldReady {
    if (this.held === null) {
      throw new DirectiveError(`node ${this.id} holds no Ready: hold-ready ${this.id} first`);
    }
    return this.held;
  }

  lastReady(): Ready {
    if (this.taken === null) {
      throw new DirectiveError(`node ${this.id} has taken no Ready: hold-ready ${this.id} first`);
    }
    return this.taken;
  }

  /** The disk's cache has it; a crash may still take it. */
  store(hardState: HardState | null, snapshot: Snapshot | null, entries: readonly Entry[]): void {
    if (hardState !== null) this.#storage.setHardState(hardState);
    if (snapshot === null) {
      this.#storage.append(entries);
      return;
    }
    if (entries.length > 0) throw new Refusal("can't apply snapshot and entries at the same time");
    if (this.#storage.applySnapshot(snapshot) !== "ok") {
      throw new Refusal("requested index is older than the existing snapshot");
    }
    this.#history.push(snapshot);
  }

  /** No crash takes any more what was stored so far. */
  sync(): void {
    this.#durable = this.#stateOnDisk();
  }

  /** Drops the log up to and including `upTo`. */
  compact(upTo: Index): void {
    if (this.#storage.compact(upTo) === "compacted") {
      throw new Refusal("requested index is unavailable due to compaction");
    }
    this.sync();
  }

  /** Appends the commands to the state, and keeps the result of each. */
  apply(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const { metadata, data } = this.#history[this.#history.length - 1]!;
      const { update, confState } = this.#carryOut(entry, metadata.confState);
      this.#history.push({
        metadata: { confState, index: entry.index, term: entry.term },
        data: Uint8Array.from([...data, ...update]),
      });
    }
  }

  #carryOut(entry: Entry, before: ConfState): { update: Uint8Array; confState: ConfState } {
    if (!isConfChange(entry)) return { update: entry.data, confState: before };
    const change = decodeConfChange(entry);
    if ("error" in change) throw new Refusal(change.error);
    return { update: change.context, confState: this.raw.applyConfChange(change) };
  }

  /**
   * etcd's flag, which its files show: unlike `ready.mustSync` it leaves snapshots out. To be asked
   * once a Ready, for it compares with the Ready before.
   */
  takeMustSync(ready: Ready): boolean {
    const before = this.#lastHardState;
    const { term, vote } = (this.#lastHardState = ready.hardState ?? before);
    return ready.entries.length > 0 || term !== before.term || vote !== before.vote;
  }

  /** The process is gone, and with it all that was not synced. */
  crash(): void {
    this.#raw = null;
    this.held = null;
    this.taken = null;
    this.appendWork.length = 0;
    this.applyWork.length = 0;
  }

  /** Somebody puts in a disk that holds what the node once started from. */
  wipe(): void {
    this.#assertCrashed();
    const firstIndex = index(this.#history[0]!.metadata.index + 1);
    this.#durable = { hardState: null, firstIndex, entries: [] };
  }

  /**
   * The node as of its disk. Its state machine starts from what the log was last compacted to, or
   * has kept by itself what it had applied up to `applied`.
   */
  restart(applied: Index | undefined): void {
    this.#assertCrashed();
    const { hardState, firstIndex, entries } = this.#durable;
    const at = (wanted: number): number =>
      this.#history.findIndex((state) => state.metadata.index === wanted);
    const base = this.#history[at(firstIndex - 1)];
    if (base === undefined) {
      throw new DirectiveError(`node ${this.id} has compacted what it had not applied`);
    }
    const end = Math.max(at(applied ?? firstIndex - 1), at(firstIndex - 1));
    this.#history = this.#history.slice(0, end + 1);
    this.#storage = new HistoryStorage(this.#history);
    if (base.metadata.index > 0) this.#storage.applySnapshot(base);
    this.#storage.setConfState(this.#history[end]!.metadata.confState);
    this.#storage.append(entries);
    if (hardState !== null) this.#storage.setHardState(hardState);
    this.#raw = this.#start(applied ?? base.metadata.index);
    this.#lastHardState = hardState ?? NO_HARD_STATE;
  }

  #assertCrashed(): void {
    if (this.#raw !== null) throw new DirectiveError(`node ${this.id} is running: crash it first`);
  }

  #start(applied: Index): RawNode {
    return new RawNode({ ...this.config, id: this.id, storage: this.#storage, applied });
  }

  #stateOnDisk(): DurableState {
    return {
      hardState: this.#storage.initialState().hardState,
      firstIndex: this.#storage.firstIndex(),
      entries: this.#storage.all(),
    };
  }
}
