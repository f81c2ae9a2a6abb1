import { nodeId } from "../../base/ids.ts";
import type { Index, NodeId } from "../../base/ids.ts";
import type { RaftConfig } from "../config.ts";
import { confStateOf, MemoryStorage } from "../memoryStorage.ts";
import type { Entry, HardState, Message, Snapshot } from "../message.ts";
import { RawNode } from "../rawNode.ts";
import type { Ready } from "../ready.ts";

/**
 * A group of nodes for tests. Each carries out its Readys in four stages that a test may hold apart
 * and crash between; messages wait in one bag until a test delivers or loses them.
 */

export type Stage = "idle" | "taken" | "written" | "sent";

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

/** What a crash leaves: copies, so that nothing of the crashed node can leak into its successor. */
interface Disk {
  hardState: HardState | null;
  entries: Entry[];
  snapshot: Snapshot | null;
}

export class Member {
  readonly id: NodeId;
  readonly applied: Entry[] = [];
  storage: MemoryStorage;
  node: RawNode | null;
  stage: Stage = "idle";
  readonly #cluster: Cluster;
  #ready: Ready | null = null;

  constructor(cluster: Cluster, id: NodeId, storage: MemoryStorage) {
    this.#cluster = cluster;
    this.id = id;
    this.storage = storage;
    this.node = new RawNode(this.#cluster.configOf(id, storage));
  }

  /** The node, which must be running. */
  get running(): RawNode {
    if (this.node === null) throw new Error(`node ${this.id} is down`);
    return this.node;
  }

  /** Takes the Ready at hand one stage further, or a new one if there is none. */
  work(): void {
    if (this.node === null) return;
    switch (this.stage) {
      case "idle":
        if (!this.node.hasReady()) return;
        this.#ready = this.node.ready();
        this.#cluster.send(this.#ready.messages);
        this.stage = "taken";
        return;
      case "taken":
        write(this.storage, this.#ready!);
        this.stage = "written";
        return;
      case "written":
        this.#cluster.send(this.#ready!.persistedMessages);
        this.stage = "sent";
        return;
      case "sent":
        for (const entry of this.#ready!.committedEntries) this.applied.push(entry);
        this.node.advance(this.#ready!);
        this.#ready = null;
        this.stage = "idle";
    }
  }

  /** Carries out Readys until there is none. */
  workAll(): void {
    while (this.node !== null && (this.stage !== "idle" || this.node.hasReady())) this.work();
  }

  crash(): void {
    this.node = null;
    this.#ready = null;
    this.stage = "idle";
    this.applied.length = 0;
  }

  restart(): void {
    if (this.node !== null) return;
    this.storage = reopen(dump(this.storage), this.#cluster.ids);
    this.node = new RawNode(this.#cluster.configOf(this.id, this.storage));
  }
}

export function write(storage: MemoryStorage, ready: Ready): void {
  if (ready.snapshot !== null) storage.applySnapshot(ready.snapshot);
  storage.append(ready.entries);
  if (ready.hardState !== null) storage.setHardState(ready.hardState);
}

function dump(storage: MemoryStorage): Disk {
  const lo = storage.firstIndex();
  const hi = (storage.lastIndex() + 1) as Index;
  const entries = lo < hi ? storage.entries(lo, hi, Number.MAX_SAFE_INTEGER) : [];
  if (typeof entries === "string") throw new Error(entries);
  const snapshot = storage.snapshot();
  return {
    hardState: storage.initialState().hardState,
    entries: entries.map((entry) => ({ ...entry, data: entry.data.slice() })),
    snapshot: snapshot.metadata.index > 0 ? snapshot : null,
  };
}

function reopen(disk: Disk, ids: readonly NodeId[]): MemoryStorage {
  const storage = new MemoryStorage(confStateOf(ids));
  if (disk.snapshot !== null) storage.applySnapshot(disk.snapshot);
  storage.append(disk.entries);
  if (disk.hardState !== null) storage.setHardState(disk.hardState);
  return storage;
}

export class Cluster {
  readonly ids: readonly NodeId[];
  readonly members: readonly Member[];
  /** Messages under way, in the order in which they were sent. */
  readonly bag: Message[] = [];
  readonly #options: Options;
  readonly #random: (n: number) => number;

  constructor(size: number, options: Options = {}, seed = 1) {
    this.#options = options;
    this.#random = options.random ?? seeded(seed);
    this.ids = Array.from({ length: size }, (_, i) => nodeId(i + 1));
    this.members = this.ids.map((id) => new Member(this, id, reopen(EMPTY_DISK, this.ids)));
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
    this.members[m.to - 1]?.node?.step(m);
  }

  /** Works and delivers, for nodes and messages that pass, until nothing moves. */
  settle(passes: (m: Message) => boolean = () => true): void {
    for (;;) {
      for (const member of this.members) member.workAll();
      if (this.bag.length === 0) return;
      for (const m of this.bag.splice(0)) if (passes(m)) this.deliver(m);
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

const EMPTY_DISK: Disk = { hardState: null, entries: [], snapshot: null };

export const bytes = (value: string): Uint8Array =>
  Uint8Array.from(value, (char) => char.charCodeAt(0));

export const text = (data: Uint8Array): string => String.fromCharCode(...data);
