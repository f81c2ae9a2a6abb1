import { index, nodeId, term } from "../../base/ids.ts";
import type { Index, NodeId } from "../../base/ids.ts";
import { decodeConfChange } from "../confChange.ts";
import type { RaftConfig } from "../config.ts";
import { CheckedRawNode } from "../contract/checkedRawNode.ts";
import { confStateOf, MemoryStorage } from "../memoryStorage.ts";
import { isConfChange } from "../message.ts";
import type { ConfState, Entry, Message, Snapshot } from "../message.ts";
import type { RawNode } from "../rawNode.ts";
import type { ReadState } from "../ready.ts";
import { Disk } from "./disk.ts";
import { hostOf, STEP_KINDS } from "./host.ts";
import type { Host } from "./host.ts";

/**
 * A group of nodes for tests. Their hosts carry out Readys in small steps that a test may hold apart
 * and crash between; messages wait in one bag until a test delivers or loses them.
 */

export type Options = Partial<Omit<RaftConfig, "id" | "storage">>;

/** The small generator that mulberry32 is known as: tests must repeat. */
function seeded(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** One node, its disk, and a state machine that folds every command into a digest. */
export class Member {
  readonly id: NodeId;
  readonly disk: Disk;
  /** What this incarnation has applied. */
  readonly applied: Entry[] = [];
  appliedIndex: Index = index(0);
  digest = 0;
  confState: ConfState = confStateOf([]);
  node: RawNode | null = null;
  /** Reads that may be served, with what the state machine must have applied for that. */
  readonly reads: ReadState[] = [];
  readonly #cluster: Cluster;
  #host: Host | null = null;
  /** Where the last snapshot ended: what was handed out before it is not applied any more. */
  #restoredTo: Index = index(0);

  constructor(cluster: Cluster, id: NodeId, storage: MemoryStorage) {
    this.#cluster = cluster;
    this.id = id;
    this.disk = new Disk(storage);
    this.restart();
  }

  /** The node, which must be running. */
  get running(): RawNode {
    if (this.node === null) throw new Error(`node ${this.id} is down`);
    return this.node;
  }

  get storage(): MemoryStorage {
    return this.disk.storage;
  }

  /** Has the host take one step of that kind; a host with a single thread has but one kind. */
  work(kind = 0): boolean {
    return this.#host?.work(kind) ?? false;
  }

  /** Has the host take steps until there is nothing to do. */
  workAll(): void {
    for (let idle = 0; idle < STEP_KINDS; idle++) {
      if (this.work(idle)) idle = -1;
    }
  }

  /** `lucky` says how much of what was not synced survives all the same. */
  crash(lucky = 0): void {
    if (this.node === null) return;
    this.node = null;
    this.#host = null;
    this.disk.crash(lucky);
    this.applied.length = 0;
    this.#restoredTo = index(0);
  }

  restart(): void {
    if (this.node !== null) return;
    this.disk.reopen();
    const { saved, storage } = this.disk;
    const { metadata, data } = storage.snapshot();
    this.appliedIndex = saved?.index ?? metadata.index;
    this.digest = saved?.digest ?? Number(text(data));
    this.confState = storage.initialState().confState;
    const config = this.#cluster.configOf(this.id, storage);
    this.node = new CheckedRawNode({ ...config, applied: this.appliedIndex });
    this.#host = hostOf(config.storageWrites ?? "sync", this.node, {
      disk: this.disk,
      send: (messages) => this.#cluster.send(messages),
      answerReads: (reads) => this.reads.push(...reads),
      restore: (snapshot) => this.#restore(snapshot),
      apply: (entries) => this.#apply(entries),
    });
  }

  /** Stores the state machine, so that a restart goes on from here. */
  save(): void {
    if (this.node === null) return;
    const { appliedIndex, confState, digest } = this;
    this.disk.save({ index: appliedIndex, confState, digest });
  }

  /** Drops the log as far as it is applied, if no write is under way. */
  compact(): void {
    if (this.node === null || this.#host?.isIdle !== true) return;
    if (this.appliedIndex < this.storage.firstIndex()) return;
    this.#snapshot();
    this.disk.compact();
  }

  #snapshot(): void {
    this.disk.snapshot(this.appliedIndex, bytes(String(this.digest)), this.confState);
  }

  #restore({ metadata, data }: Snapshot): void {
    if (metadata.index < this.appliedIndex) throw new Error("a snapshot went back");
    this.appliedIndex = metadata.index;
    this.#restoredTo = metadata.index;
    this.confState = metadata.confState;
    this.digest = Number(text(data));
  }

  #apply(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.index <= this.#restoredTo) continue;
      if (entry.index !== this.appliedIndex + 1) {
        throw new Error(`node ${this.id} applies ${entry.index} after ${this.appliedIndex}`);
      }
      if (!this.disk.holds(entry)) {
        throw new Error(`node ${this.id} applies ${entry.index} before it is stored`);
      }
      this.appliedIndex = entry.index;
      this.applied.push(entry);
      for (const byte of entry.data) this.digest = (Math.imul(this.digest, 31) + byte) >>> 0;
      if (!isConfChange(entry)) continue;
      const change = decodeConfChange(entry);
      if ("error" in change) throw new Error(change.error);
      this.confState = this.running.applyConfChange(change);
      this.#cluster.configs.set(entry.index, this.confState);
      // A newcomer takes no snapshot from before it was added: it is not named there.
      this.#snapshot();
    }
  }
}

export class Cluster {
  readonly ids: readonly NodeId[];
  readonly members: readonly Member[];
  /** Messages under way, in the order in which they were sent. */
  readonly bag: Message[] = [];
  /** The members after each change of them that any node has applied; at 0 the first ones. */
  readonly configs = new Map<Index, ConfState>();
  readonly #options: Options;
  readonly #random: (n: number) => number;

  /**
   * Nodes 1 to `size` form a group. The `spare` ones after them know of no group; they may be added
   * to it, for which they get its history as a snapshot, since the log does not name its first
   * members.
   */
  constructor(size: number, options: Options = {}, seed = 1, spare = 0) {
    this.#options = options;
    this.#random = options.random ?? seeded(seed);
    const all = Array.from({ length: size + spare }, (_, i) => nodeId(i + 1));
    this.ids = all.slice(0, size);
    const confState = confStateOf(this.ids);
    this.configs.set(index(0), confState);
    this.members = all.map((id) => {
      const storage = new MemoryStorage(id > size ? undefined : confState);
      if (spare > 0 && id <= size) {
        const metadata = { confState, index: index(1), term: term(1) };
        storage.applySnapshot({ metadata, data: bytes("0") });
      }
      return new Member(this, id, storage);
    });
  }

  configOf(id: NodeId, storage: MemoryStorage): RaftConfig {
    return {
      electionTicks: 10,
      heartbeatTicks: 1,
      maxSizePerMsgBytes: 1 << 20,
      maxInflightMessages: 256,
      ...this.#options,
      random: this.#random,
      id,
      storage,
    };
  }

  member(id: number): Member {
    const member = this.members[id - 1];
    if (member === undefined) throw new Error(`no node ${id}`);
    return member;
  }

  node(id: number): RawNode {
    return this.member(id).running;
  }

  send(messages: readonly Message[]): void {
    for (const m of messages) this.bag.push(m);
  }

  deliver(m: Message): void {
    const to = this.members[m.to - 1]?.node;
    if (to === null || to === undefined) return this.lose(m);
    to.step(m);
    if (m.type === "MsgSnap") this.members[m.from - 1]?.node?.reportSnapshot(m.to, "finished");
  }

  /** The message does not arrive; a host tells the sender of a snapshot. */
  lose(m: Message): void {
    if (m.type === "MsgSnap") this.members[m.from - 1]?.node?.reportSnapshot(m.to, "failed");
  }

  /** Works and delivers, for nodes and messages that pass, until nothing moves. */
  settle(passes: (m: Message) => boolean = () => true): void {
    for (;;) {
      for (const member of this.members) member.workAll();
      if (this.bag.length === 0) return;
      for (const m of this.bag.splice(0)) {
        if (passes(m)) this.deliver(m);
        else this.lose(m);
      }
    }
  }

  /** A settled group that `id` leads. */
  elect(id: number): void {
    this.node(id).campaign();
    this.settle();
  }

  /** Log of a node as "term:data" texts from its first index on. */
  logOf(id: number): string[] {
    const node = this.node(id);
    const entries = node.entries(node.firstIndex, (node.lastIndex + 1) as Index);
    if (typeof entries === "string") throw new Error(entries);
    return entries.map((entry) => `${entry.term}:${text(entry.data)}`);
  }
}

export const bytes = (value: string): Uint8Array =>
  Uint8Array.from(value, (char) => char.charCodeAt(0));

export const text = (data: Uint8Array): string => String.fromCharCode(...data);
