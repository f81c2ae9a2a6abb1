import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nodeId } from "../../base/ids.ts";
import { decodeConfChange } from "../confChange.ts";
import type { StorageWrites } from "../config.ts";
import { confStateOf, MemoryStorage } from "../memoryStorage.ts";
import {
  isConfChange,
  isLocalThread,
  LOCAL_APPEND_THREAD,
  LOCAL_APPLY_THREAD,
} from "../message.ts";
import type { Entry, Message, Snapshot } from "../message.ts";
import type { Ready } from "../ready.ts";
import { bytes } from "../testing/cluster.ts";
import { configOf } from "../testing/solo.ts";
import { addNode } from "./bench.ts";
import { CheckedRawNode } from "./checkedRawNode.ts";

/*
 * Hosts that keep the contract and note all that they do, in each way of storing: whatever happens
 * in between, nothing is found wrong with them. Every step of a host waits for its turn in a queue,
 * so that messages, ticks and proposals come at any point of the work.
 */

const IDS = [1, 2, 3].map(nodeId);

class NotingHost {
  readonly storage = new MemoryStorage(confStateOf(IDS));
  readonly node: CheckedRawNode;
  readonly #mode: StorageWrites;
  readonly #net: Message[];
  /** What is still to do with what was taken: for the disk, and for the state machine. */
  readonly #disk: (() => void)[] = [];
  readonly #machine: (() => void)[] = [];
  /** A snapshot takes the place of what was handed out before it. */
  #overtaken = 0;
  restoredCount = 0;

  constructor(id: number, mode: StorageWrites, net: Message[]) {
    const options = { storageWrites: mode, random: (n: number) => (id * 3) % n };
    this.node = new CheckedRawNode({ ...configOf(this.storage, options), id: nodeId(id) });
    this.#mode = mode;
    this.#net = net;
  }

  /** Up to four steps, of either thread. */
  work(pick: number): void {
    for (let i = 0; i <= pick % 4; i++) {
      const step = (((pick >> i) & 2) === 0 ? this.#disk : this.#machine).shift();
      if (step !== undefined) step();
      else if (this.node.hasReady() && !this.node.isReadyOpen) this.#take();
    }
  }

  compact(): void {
    const { applied } = this.node;
    if (this.#disk.length + this.#machine.length > 0 || this.node.isReadyOpen) return;
    if (applied < this.storage.firstIndex()) return;
    this.storage.createSnapshot(applied, bytes(""), this.node.status().confState);
    this.storage.compact(applied);
  }

  #take(): void {
    const ready = this.node.ready();
    for (const m of ready.messages) if (!isLocalThread(m.to)) this.#send(m);
    this.#disk.push(() => this.#store(ready));
    if (this.#mode === "sync") {
      this.#disk.push(
        () => this.#persisted(ready),
        () => this.#apply(ready.committedEntries),
        () => this.node.advance(ready),
      );
    } else if (this.#mode === "pipelined") {
      this.#disk.push(() => this.node.advanceAppendAsync(ready));
      this.#disk.push(() => this.node.onPersistReady(ready.number));
      this.#disk.push(() => this.#persisted(ready));
      this.#disk.push(() => this.#applyLater(ready.committedEntries));
    } else {
      const to = (id: number) => ready.messages.filter((m) => m.to === id);
      this.#disk.push(() => this.node.noteDurable(ready.number));
      for (const m of to(LOCAL_APPEND_THREAD)) this.#deliverAll(this.#disk, m);
      for (const m of to(LOCAL_APPLY_THREAD)) {
        this.#machine.push(() => this.#apply(m.entries));
        this.#deliverAll(this.#machine, m);
      }
    }
  }

  #store({ snapshot, entries, hardState }: Ready): void {
    if (snapshot !== null) this.#restore(snapshot);
    this.node.during("store", () => this.storage.append(entries));
    if (hardState !== null) this.storage.setHardState(hardState);
  }

  #restore(snapshot: Snapshot): void {
    this.#overtaken = snapshot.metadata.index;
    this.restoredCount++;
    this.storage.applySnapshot(snapshot);
  }

  #persisted(ready: Ready): void {
    this.node.noteDurable(ready.number);
    for (const m of ready.persistedMessages) this.#send(m);
  }

  #apply(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.index <= this.#overtaken) continue;
      this.node.noteApplied(entry);
      if (!isConfChange(entry)) continue;
      const change = decodeConfChange(entry);
      if (!("error" in change)) this.node.applyConfChange(change);
    }
  }

  #applyLater(entries: readonly Entry[]): void {
    const last = entries.at(-1)?.index;
    if (last === undefined) return;
    this.#machine.push(() => this.#apply(entries));
    this.#machine.push(() => {
      if (last > this.node.applied) this.node.advanceApplyTo(last);
    });
  }

  #deliverAll(thread: (() => void)[], { responses }: Message): void {
    for (const m of responses) {
      thread.push(() => (m.to === this.node.id ? void this.node.step(m) : this.#send(m)));
    }
  }

  #send(m: Message): void {
    this.node.noteSent(m);
    this.#net.push(m);
  }
}

const event = fc.record({ kind: fc.nat(99), node: fc.nat(2), pick: fc.nat(1000) });

test.each(["sync", "async", "pipelined"] as const)("%s: nothing is found wrong", (mode) => {
  let committed = 0;
  let snapshots = 0;
  fc.assert(
    fc.property(fc.array(event, { minLength: 500, maxLength: 1500, size: "max" }), (events) => {
      const net: Message[] = [];
      const hosts = IDS.map((id) => new NotingHost(id, mode, net));
      for (const { kind, node: at, pick } of events) {
        const host = hosts[at]!;
        if (kind < 55) host.work(pick);
        else if (kind < 83) {
          const [m] = net.splice(pick % Math.max(1, Math.min(net.length, 4)), 1);
          if (m !== undefined) hosts[m.to - 1]?.node.step(m);
        } else if (kind < 86) {
          // So much is lost at once that a log may have been compacted when it is sent again.
          const others = net.splice(0).filter((m) => m.to !== host.node.id);
          net.push(...others);
        } else if (kind < 89) host.node.tick();
        else if (kind < 94) host.node.propose(bytes("x"));
        else if (kind < 95) host.node.proposeConfChange(addNode((pick % 2) + 3));
        else if (kind < 98) host.compact();
        else if (hosts.every(({ node }) => node.role !== "leader")) host.node.campaign();
      }
      for (const { node, restoredCount } of hosts) {
        committed += node.commit;
        snapshots += restoredCount;
      }
    }),
    { numRuns: 100, seed: 20260820 },
  );
  // Hosts with nothing to do would keep any contract.
  expect(committed).toBeGreaterThan(1_000);
  expect(snapshots).toBeGreaterThan(10);
});
