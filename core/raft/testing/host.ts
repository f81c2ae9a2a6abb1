import type { Index } from "../../base/ids.ts";
import { isLocalThread, LOCAL_APPEND_THREAD } from "../message.ts";
import type { Entry, Message, Snapshot } from "../message.ts";
import type { RawNode } from "../rawNode.ts";
import type { Ready, ReadState } from "../ready.ts";
import type { Disk } from "./disk.ts";

/** What a host works with, besides the node. */
export interface Surroundings {
  readonly disk: Disk;
  send(messages: readonly Message[]): void;
  answerReads(reads: readonly ReadState[]): void;
  restore(snapshot: Snapshot): void;
  apply(entries: readonly Entry[]): void;
}

/** Carries out the Readys of one node in small steps, which a test may hold apart. */
export interface Host {
  /** Takes a step of that kind, modulo how many there are. False if there was nothing to do. */
  work(kind: number): boolean;
  /** True if no Ready is open or on its way to the disk. */
  readonly isIdle: boolean;
}

export function hostOf(mode: string, node: RawNode, around: Surroundings): Host {
  if (mode === "async") return new AsyncHost(node, around);
  return mode === "pipelined" ? new PipelinedHost(node, around) : new SyncHost(node, around);
}

/** How many kinds of steps a host has, at the most. */
export const STEP_KINDS = 5;

/** One Ready at a time, in four stages. */
class SyncHost implements Host {
  readonly #node: RawNode;
  readonly #around: Surroundings;
  #stage: "idle" | "taken" | "written" | "sent" = "idle";
  #ready: Ready | null = null;

  constructor(node: RawNode, around: Surroundings) {
    this.#node = node;
    this.#around = around;
  }

  get isIdle(): boolean {
    return this.#stage === "idle";
  }

  work(): boolean {
    const around = this.#around;
    switch (this.#stage) {
      case "idle":
        if (!this.#node.hasReady()) return false;
        this.#ready = this.#node.ready();
        around.answerReads(this.#ready.readStates);
        around.send(this.#ready.messages);
        this.#stage = "taken";
        return true;
      case "taken":
        around.disk.write(this.#ready!);
        around.disk.sync();
        this.#stage = "written";
        return true;
      case "written":
        around.send(this.#ready!.persistedMessages);
        this.#stage = "sent";
        return true;
      case "sent":
        if (this.#ready!.snapshot !== null) around.restore(this.#ready!.snapshot);
        around.apply(this.#ready!.committedEntries);
        this.#node.advance(this.#ready!);
        this.#ready = null;
        this.#stage = "idle";
        return true;
    }
  }
}

/** etcd's form: two threads, each with its queue of messages. */
class AsyncHost implements Host {
  readonly #node: RawNode;
  readonly #around: Surroundings;
  readonly #toWrite: Message[] = [];
  readonly #toSync: Message[] = [];
  readonly #toApply: Message[] = [];

  constructor(node: RawNode, around: Surroundings) {
    this.#node = node;
    this.#around = around;
  }

  get isIdle(): boolean {
    return this.#toWrite.length === 0 && this.#toSync.length === 0;
  }

  work(kind: number): boolean {
    switch (kind % STEP_KINDS) {
      case 0:
      case 1:
        return this.#take();
      case 2:
        return this.#write();
      case 3:
        return this.#sync();
      default:
        return this.#apply();
    }
  }

  #take(): boolean {
    if (!this.#node.hasReady()) return false;
    const ready = this.#node.ready();
    this.#around.answerReads(ready.readStates);
    for (const m of ready.messages) {
      if (!isLocalThread(m.to)) this.#around.send([m]);
      else if (m.to === LOCAL_APPEND_THREAD) this.#toWrite.push(m);
      else this.#toApply.push(m);
    }
    return true;
  }

  #write(): boolean {
    const m = this.#toWrite.shift();
    if (m === undefined) return false;
    const { term, vote, commit, entries, snapshot } = m;
    const hardState = term > 0 ? { term, vote, commit } : null;
    this.#around.disk.write({ snapshot, entries, hardState });
    this.#toSync.push(m);
    return true;
  }

  #sync(): boolean {
    if (this.#toSync.length === 0) return false;
    this.#around.disk.sync();
    for (const m of this.#toSync.splice(0)) {
      if (m.snapshot !== null) this.#around.restore(m.snapshot);
      this.#deliver(m.responses);
    }
    return true;
  }

  #apply(): boolean {
    const m = this.#toApply.shift();
    if (m === undefined) return false;
    this.#around.apply(m.entries);
    this.#deliver(m.responses);
    return true;
  }

  #deliver(responses: readonly Message[]): void {
    for (const m of responses) {
      if (m.to === this.#node.id) this.#node.step(m);
      else this.#around.send([m]);
    }
  }
}

/** raft-rs's form: numbered Readys, several of which may be on their way to the disk. */
class PipelinedHost implements Host {
  readonly #node: RawNode;
  readonly #around: Surroundings;
  #open: Ready | null = null;
  readonly #writing: Ready[] = [];
  readonly #toApply: (Snapshot | readonly Entry[])[] = [];

  constructor(node: RawNode, around: Surroundings) {
    this.#node = node;
    this.#around = around;
  }

  get isIdle(): boolean {
    return this.#open === null && this.#writing.length === 0;
  }

  work(kind: number): boolean {
    switch (kind % STEP_KINDS) {
      case 0:
        return this.#open === null ? this.#take() : this.#write();
      case 1:
        // Straight through, as a host does that has nothing else to do.
        return this.#writing.length === 0 && this.#open !== null ? this.#writeNow() : this.#take();
      case 2:
        return this.#persist(1);
      case 3:
        return this.#persist(this.#writing.length);
      default:
        return this.#apply();
    }
  }

  #take(): boolean {
    if (this.#open !== null || !this.#node.hasReady()) return false;
    this.#open = this.#node.ready();
    this.#around.answerReads(this.#open.readStates);
    this.#around.send(this.#open.messages);
    return true;
  }

  #write(): boolean {
    const ready = this.#open!;
    this.#around.disk.write(ready);
    this.#open = null;
    this.#node.advanceAppendAsync(ready);
    this.#writing.push(ready);
    this.#toApply.push(ready.committedEntries);
    return true;
  }

  #writeNow(): boolean {
    const ready = this.#open!;
    this.#around.disk.write(ready);
    this.#around.disk.sync();
    this.#open = null;
    this.#around.send(ready.persistedMessages);
    if (ready.snapshot !== null) this.#toApply.push(ready.snapshot);
    const light = this.#node.advanceAppend(ready);
    this.#around.send(light.messages);
    this.#toApply.push(ready.committedEntries, light.committedEntries);
    return true;
  }

  #persist(count: number): boolean {
    if (this.#writing.length === 0) return false;
    this.#around.disk.sync(count);
    const durable = this.#writing.splice(0, count);
    for (const ready of durable) {
      this.#around.send(ready.persistedMessages);
      if (ready.snapshot !== null) this.#toApply.push(ready.snapshot);
    }
    this.#node.onPersistReady(durable.at(-1)!.number);
    return true;
  }

  #apply(): boolean {
    const next = this.#toApply.shift();
    if (next === undefined) return false;
    if ("metadata" in next) {
      this.#around.restore(next);
      return true;
    }
    // In two halves, to show that a batch need not be applied as a whole.
    const half = next.slice(0, Math.ceil(next.length / 2));
    if (half.length < next.length) this.#toApply.unshift(next.slice(half.length));
    this.#around.apply(half);
    const last: Index | undefined = half.at(-1)?.index;
    if (last !== undefined && last > this.#node.applied) this.#node.advanceApplyTo(last);
    return true;
  }
}
