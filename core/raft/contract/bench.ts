import { index, nodeId, term } from "../../base/ids.ts";
import { encodeConfChange } from "../confChange.ts";
import type { ConfChange } from "../confChange.ts";
import { confStateOf, MemoryStorage } from "../memoryStorage.ts";
import type { Entry, HardState, Snapshot } from "../message.ts";
import type { Ready } from "../ready.ts";
import { bytes } from "../testing/cluster.ts";
import type { Options } from "../testing/cluster.ts";
import { configOf, from, hardState, logOfTerms } from "../testing/solo.ts";
import { CheckedRawNode } from "./checkedRawNode.ts";
import type { ContractOptions } from "./contractWatch.ts";

/** Node 1 of a group, driven by hand. */
export class Bench {
  readonly storage: MemoryStorage;
  readonly node: CheckedRawNode;

  constructor(voters: number, options: Options = {}, contract: ContractOptions = {}, log = 0) {
    const ids = Array.from({ length: voters }, (_, i) => nodeId(i + 1));
    this.storage = new MemoryStorage(confStateOf(ids));
    if (log > 0) {
      this.storage.append(logOfTerms(...Array.from({ length: log }, () => 1)));
      this.storage.setHardState(hardState(1, 0, log));
    }
    this.node = new CheckedRawNode(configOf(this.storage, options), contract);
  }

  store(ready: { entries: readonly Entry[]; snapshot: Snapshot | null }, said: HardState | null) {
    if (ready.snapshot !== null) this.storage.applySnapshot(ready.snapshot);
    this.storage.append(ready.entries);
    if (said !== null) this.storage.setHardState(said);
  }

  /** One Ready with all that belongs to it but for `advance`. */
  carryOut(): Ready {
    const ready = this.node.ready();
    this.store(ready, ready.hardState);
    return ready;
  }

  /** Carries out all there is, without memberships. */
  work(): void {
    while (this.node.hasReady()) this.node.advance(this.carryOut());
  }

  lead(): this {
    this.node.campaign();
    this.work();
    for (const id of this.node.status().confState.voters) {
      if (id !== 1) this.node.step(from(id, "MsgVoteResp", { term: this.node.term }));
    }
    this.work();
    if (this.node.role !== "leader") throw new Error("the votes did not elect the node");
    return this;
  }

  /** A follower of node 2 with a Ready at hand that holds one entry and a first hard state. */
  follow(): this {
    this.node.step(from(2, "MsgApp", { term: 1, entries: logOfTerms(1) }));
    return this;
  }
}

export const addNode = (id: number): ConfChange => ({
  id: 0,
  type: "ConfChangeAddNode",
  nodeId: nodeId(id),
  context: bytes(""),
});

export const snapshotAt = (at: number): Snapshot => ({
  metadata: { confState: confStateOf([nodeId(1), nodeId(2)]), index: index(at), term: term(1) },
  data: bytes(""),
});

/** A follower whose stored and durable first Ready commits `entries`. */
function committing(entries: readonly Entry[]) {
  const bench = new Bench(2);
  const commit = entries.length;
  bench.node.step(from(2, "MsgApp", { term: 1, entries, commit }));
  const ready = bench.carryOut();
  bench.node.noteDurable(ready.number);
  return { node: bench.node, ready, committed: ready.committedEntries };
}

export const withCommitted = () => committing(logOfTerms(1, 1));

export const withChanges = (...changes: ConfChange[]) =>
  committing(
    changes.map((change, i) => ({
      term: term(1),
      index: index(i + 1),
      ...encodeConfChange(change),
    })),
  );
