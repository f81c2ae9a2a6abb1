import { index, nodeId } from "../../base/ids.ts";
import { assert } from "../../base/assert.ts";
import { confStateOf, MemoryStorage } from "../memoryStorage.ts";
import type { Message } from "../message.ts";
import type { Ready } from "../ready.ts";
import { bytes } from "../testing/cluster.ts";
import { configOf, from, hardState, logOfTerms } from "../testing/solo.ts";
import { addNode, Bench, snapshotAt, withChanges, withCommitted } from "./bench.ts";
import { cases } from "./cases.contract.ts";
import { CheckedRawNode } from "./checkedRawNode.ts";
import type { ConfChange } from "../confChange.ts";

/*
 * Every rule, broken as a host would break it. Each case reads: this is what the host does, this is
 * the rule that is named, this the call at which it shows, and this the guard of etcd or raft-rs.
 */

cases("one Ready at a time", [
  {
    does: "takes a second Ready while the first waits for its acknowledgements",
    act: () => {
      const { node } = new Bench(3);
      node.campaign();
      node.ready();
      node.ready();
    },
    rule: "ready-taken-twice",
    step: "ready()",
    says: "(two accepted Ready structs without call to Advance)",
  },
  {
    does: "takes a second Ready though the first left nothing to count (etcd's hole)",
    act: () => {
      const { node } = new Bench(3);
      node.ready();
      node.ready();
    },
    rule: "ready-taken-twice",
    step: "ready()",
  },
  {
    does: "advances before any Ready",
    act: () => new Bench(3).node.advance({ number: 1 } as Ready),
    rule: "no-open-ready",
    step: "advance(Ready 1)",
  },
  {
    does: "advances twice",
    act: () => {
      const bench = new Bench(3).follow();
      const ready = bench.carryOut();
      bench.node.advance(ready);
      bench.node.advance(ready);
    },
    rule: "no-open-ready",
    step: "advance(Ready 1)",
  },
  {
    does: "advances a copy",
    act: () => {
      const bench = new Bench(3).follow();
      bench.node.advance({ ...bench.carryOut() });
    },
    rule: "ready-altered",
    step: "advance(Ready 1)",
    says: "another Ready",
  },
  {
    does: "takes the messages out of a Ready",
    act: () => {
      const bench = new Bench(3).follow();
      const ready = bench.carryOut();
      (ready.persistedMessages as Message[]).length = 0;
      bench.node.advance(ready);
    },
    rule: "ready-altered",
    step: "advance(Ready 1)",
  },
  {
    does: "replaces a field of a Ready",
    act: () => {
      const bench = new Bench(3).follow();
      const ready = bench.carryOut();
      bench.node.advance(Object.assign(ready, { hardState: null }));
    },
    rule: "ready-altered",
    step: "advance(Ready 1)",
  },
  {
    does: "skips a Ready: advances the last one again instead of the open one",
    act: () => {
      const bench = new Bench(3).follow();
      const first = bench.carryOut();
      bench.node.advance(first);
      bench.node.step(from(2, "MsgApp", { term: 1, index: 1, logTerm: 1, commit: 1 }));
      bench.node.ready();
      bench.node.advance(first);
    },
    rule: "ready-altered",
    step: "advance(Ready 1)",
  },
  {
    does: "advances with storage writes async",
    act: () => {
      const { node } = new Bench(3, { storageWrites: "async" }).follow();
      node.advance(node.ready());
    },
    rule: "wrong-mode",
    step: "advance(Ready 1)",
    says: "(Advance must not be called when using AsyncStorageWrites)",
  },
  {
    does: "advances with storage writes pipelined",
    act: () => {
      const bench = new Bench(3, { storageWrites: "pipelined" }).follow();
      bench.node.advance(bench.carryOut());
    },
    rule: "wrong-mode",
    step: "advance(Ready 1)",
  },
  {
    does: "uses raft-rs's calls with storage writes sync",
    act: () => {
      const bench = new Bench(3).follow();
      bench.node.advanceAppend(bench.carryOut());
    },
    rule: "wrong-mode",
    step: "advanceAppend(Ready 1)",
  },
]);

cases("store first", [
  {
    does: "advances without having stored the entries (raft-rs goes on silently)",
    act: () => {
      const { node, storage } = new Bench(3).follow();
      const ready = node.ready();
      storage.setHardState(ready.hardState!);
      node.advance(ready);
    },
    rule: "entries-not-stored",
    step: "advance(Ready 1)",
    says: "storage says unavailable for the term at index 1, not 1",
  },
  {
    does: "advances without having stored anything",
    act: () => {
      const { node } = new Bench(3).follow();
      node.advance(node.ready());
    },
    rule: "entries-not-stored",
    step: "advance(Ready 1)",
  },
  {
    does: "advances without having stored the snapshot",
    act: () => {
      const { node, storage } = new Bench(3);
      node.step(from(2, "MsgSnap", { term: 1, snapshot: snapshotAt(5) }));
      const ready = node.ready();
      storage.setHardState(ready.hardState!);
      node.advance(ready);
    },
    rule: "snapshot-not-stored",
    step: "advance(Ready 1)",
  },
  {
    does: "advances without having stored the hard state (raft-rs's hole)",
    act: () => {
      const { node, storage } = new Bench(3).follow();
      const ready = node.ready();
      storage.append(ready.entries);
      node.advance(ready);
    },
    rule: "hard-state-not-stored",
    step: "advance(Ready 1)",
    says: "storage holds none, the Ready has term 1, vote 0",
  },
  {
    does: "stores the term but not the vote",
    act: () => {
      const { node, storage } = new Bench(3);
      node.campaign();
      const ready = node.ready();
      storage.setHardState(hardState(1, 0, 0));
      node.advance(ready);
    },
    rule: "hard-state-not-stored",
    step: "advance(Ready 1)",
    says: "storage holds term 1, vote 0, the Ready has term 1, vote 1",
  },
  {
    does: "stores an old hard state over a newer one",
    act: () => {
      const bench = new Bench(3);
      bench.node.campaign();
      const ready = bench.carryOut();
      bench.node.advance(ready);
      bench.storage.setHardState(hardState(0, 0, 0));
      bench.node.step(from(2, "MsgHeartbeat", { term: 1 }));
      bench.node.ready();
    },
    rule: "hard-state-went-back",
    step: "ready()",
  },
  {
    does: "forgets the vote of a term",
    act: () => {
      const bench = new Bench(3);
      bench.node.campaign();
      bench.work();
      bench.storage.setHardState(hardState(1, 2, 0));
      bench.node.step(from(2, "MsgHeartbeat", { term: 1 }));
      bench.node.ready();
    },
    rule: "hard-state-went-back",
    step: "ready()",
  },
  {
    does: "advances before the disk has answered",
    act: () => {
      const bench = new Bench(3);
      bench.node.noteDurable(0);
      bench.node.campaign();
      bench.node.advance(bench.carryOut());
    },
    rule: "counted-before-durable",
    step: "advance(Ready 1)",
  },
  {
    does: "calls a Ready durable that it never took",
    act: () => new Bench(3).node.noteDurable(1),
    rule: "durable-out-of-order",
    step: "noteDurable(1)",
  },
  {
    does: "calls an older Ready durable than before",
    act: () => {
      const bench = new Bench(3).lead();
      bench.node.noteDurable(2);
      bench.node.noteDurable(1);
    },
    rule: "durable-out-of-order",
    step: "noteDurable(1)",
  },
]);

cases("then send", [
  {
    does: "answers before its disk does",
    act: () => {
      const bench = new Bench(3).follow();
      bench.node.noteSent(bench.carryOut().persistedMessages[0]!);
    },
    rule: "sent-before-durable",
    step: "send(MsgAppResp to 2)",
    says: "it rests on Ready 1",
  },
  {
    does: "sends a message with another term in it",
    act: () => {
      const bench = new Bench(3).follow();
      const [answer] = bench.carryOut().persistedMessages;
      bench.node.noteDurable(1);
      bench.node.noteSent({ ...answer!, commit: index(7) });
    },
    rule: "message-invented",
    step: "send(MsgAppResp to 2)",
  },
]);

cases("then apply", [
  {
    does: "applies an entry twice",
    act: () => {
      const { node, committed } = withCommitted();
      node.noteApplied(committed[0]!);
      node.noteApplied(committed[0]!);
    },
    rule: "applied-out-of-order",
    step: "apply(entry 1)",
    says: "the next is 2",
  },
  {
    does: "skips an entry",
    act: () => {
      const { node, committed } = withCommitted();
      node.noteApplied(committed[1]!);
    },
    rule: "applied-out-of-order",
    step: "apply(entry 2)",
    says: "the next is 1",
  },
  {
    does: "applies what no Ready handed out",
    act: () => new Bench(3).node.noteApplied(logOfTerms(1)[0]!),
    rule: "applied-out-of-order",
    step: "apply(entry 1)",
    says: "none is next",
  },
  {
    does: "applies the entries of a Ready before that Ready is durable",
    act: () => {
      const bench = new Bench(3);
      bench.node.step(from(2, "MsgApp", { term: 1, entries: logOfTerms(1), commit: 1 }));
      bench.node.noteApplied(bench.carryOut().committedEntries[0]!);
    },
    rule: "applied-before-durable",
    step: "apply(entry 1)",
    says: "it rests on Ready 1",
  },
  {
    does: "advances with the last entry not applied",
    act: () => {
      const { node, ready, committed } = withCommitted();
      node.noteApplied(committed[0]!);
      node.advance(ready);
    },
    rule: "committed-not-applied",
    step: "advance(Ready 1)",
    says: "applied is 1, not 2",
  },
  {
    does: "passes over a committed membership change",
    act: () => {
      const { node, ready } = withChanges(addNode(4));
      node.advance(ready);
    },
    rule: "conf-change-not-applied",
    step: "advance(Ready 1)",
    says: "the one at index 1",
  },
  {
    does: "applies two membership changes in the wrong order",
    act: () => {
      const { node } = withChanges(addNode(4), addNode(5));
      node.applyConfChange(addNode(5));
    },
    rule: "conf-change-out-of-order",
    step: "applyConfChange(change)",
    says: "the next is at index 1",
  },
  {
    does: "applies a membership change that is not committed",
    act: () => new Bench(3).node.applyConfChange(addNode(4)),
    rule: "conf-change-out-of-order",
    step: "applyConfChange(change)",
    says: "none is waiting",
  },
  {
    does: "removes the last voter",
    act: () => {
      const remove = { ...addNode(1), type: "ConfChangeRemoveNode" as const };
      const second = { ...remove, nodeId: nodeId(2) };
      const { node } = withChanges(second, remove);
      node.applyConfChange(second);
      node.applyConfChange(remove);
    },
    rule: "conf-change-illegal",
    step: "applyConfChange(change)",
    says: "(removed all voters)",
  },
  {
    does: "leaves a joint configuration that it is not in",
    act: () => {
      const leave: ConfChange = { transition: "auto", changes: [], context: bytes("") };
      const { node } = withChanges(leave);
      node.applyConfChange(leave);
    },
    rule: "conf-change-illegal",
    step: "applyConfChange(change)",
    says: "(can't leave a non-joint config)",
  },
]);

cases("what goes in", [
  {
    does: "proposes an empty batch",
    act: () => new Bench(3).lead().node.proposeBatch([]),
    rule: "empty-proposal",
    step: "proposeBatch(batch)",
    says: "(1 stepped empty MsgProp)",
  },
  {
    does: "makes a node with id 0",
    act: () => new CheckedRawNode({ ...configOf(new MemoryStorage()), id: nodeId(0) }),
    rule: "config-invalid",
    step: "new RawNode(config)",
    says: "(cannot use none as id)",
  },
  {
    does: "allows no message under way",
    act: () => new Bench(3, { maxInflightMessages: 0 }),
    rule: "config-invalid",
    step: "new RawNode(config)",
    says: "(max inflight messages must be greater than 0)",
  },
  {
    does: "lets elections come as often as heartbeats",
    act: () => new Bench(3, { electionTicks: 1 }),
    rule: "config-invalid",
    step: "new RawNode(config)",
    says: "(election tick must be greater than heartbeat tick)",
  },
]);

cases("what Storage says", [
  {
    does: "restarts with a hard state whose entries were not stored",
    act: () => {
      const storage = new MemoryStorage(confStateOf([nodeId(1)]));
      storage.setHardState(hardState(1, 1, 3));
      return new CheckedRawNode(configOf(storage));
    },
    rule: "commit-beyond-log",
    step: "new RawNode(config)",
    says: "(1 state.commit 3 is out of range [0, 0])",
  },
  {
    does: "restarts with a state machine that is ahead of the commit index",
    act: () => new Bench(3, { applied: index(3) }, {}, 2),
    rule: "applied-out-of-range",
    step: "new RawNode(config)",
    says: "(applied(3) is out of range [prevApplied(0), committed(2)])",
  },
  {
    does: "starts with a membership that no group can have come to",
    act: () => {
      const learnersNext = [nodeId(2)];
      const storage = new MemoryStorage({ ...confStateOf([]), votersOutgoing: [], learnersNext });
      return new CheckedRawNode(configOf(storage));
    },
    rule: "storage-contradicts-itself",
    step: "new RawNode(config)",
    says: "unable to restore config",
  },
  {
    does: "comes back with an empty disk: the leader commits what it had acknowledged",
    act: () => new Bench(3).node.step(from(2, "MsgHeartbeat", { term: 1, commit: 2 })),
    rule: "log-lost",
    step: "step(MsgHeartbeat from 2)",
    says:
      "(tocommit(2) is out of range [lastIndex(0)]. " +
      "Was the raft log corrupted, truncated, or lost?)",
  },
  {
    does: "throws away committed entries that are not applied",
    act: () => {
      const { node, storage } = new Bench(2, {}, {}, 3);
      storage.applySnapshot(snapshotAt(2));
      node.ready();
    },
    rule: "storage-contradicts-itself",
    step: "ready()",
  },
  {
    does: "appends entries that leave a gap",
    act: () => {
      const { node, storage } = new Bench(3);
      node.during("store(Ready 1)", () => storage.append(logOfTerms(1, 1, 1).slice(2)));
    },
    rule: "log-gap",
    step: "store(Ready 1)",
    says: "(missing log entry [last: 0, append at: 3])",
  },
  {
    does: "compacts more than there is",
    act: () => {
      const { node, storage } = new Bench(3);
      node.during("compact(5)", () => storage.compact(index(5)));
    },
    rule: "storage-out-of-bound",
    step: "compact(5)",
    says: "(compact 5 is out of bound lastindex(0))",
  },
  {
    does: "makes a snapshot of what it does not have",
    act: () => {
      const { node, storage } = new Bench(3);
      node.during("snapshot(5)", () => storage.createSnapshot(index(5), bytes("")));
    },
    rule: "storage-out-of-bound",
    step: "snapshot(5)",
    says: "(snapshot 5 is out of bound lastindex(0))",
  },
  {
    does: "reads beyond the stored log",
    act: () => {
      const { node, storage } = new Bench(3);
      node.during("read", () => storage.entries(index(1), index(9), 0));
    },
    rule: "storage-out-of-bound",
    step: "read",
    says: "(entries' hi(9) is out of bound lastindex(0))",
  },
]);

// What no host that is watched gets to see: other checks come before, or it is for Raft to prevent.
cases("guards behind the guards", [
  {
    does: "meets another entry where one is committed",
    act: () => guard("entry 2 conflict with committed entry [committed(2)]"),
    rule: "committed-conflict",
    step: "step",
  },
  {
    does: "meets an assertion without a rule",
    act: () => guard("cannot add into a Full inflights"),
    rule: "internal",
    step: "step",
    says: "(cannot add into a Full inflights)",
  },
]);

function guard(text: string): void {
  new Bench(3).node.during("step", () => assert(false, text));
}
