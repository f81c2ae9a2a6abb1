import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import type { DiskOperation } from "../wal/disk.ts";
import { Broker, DEFAULT_BROKER_CONFIG } from "./index.ts";
import type { BrokerOutput } from "./index.ts";
import { TestCluster } from "./testing/testCluster.ts";

function lone(peers: number[]): Broker {
  const config = { ...DEFAULT_BROKER_CONFIG, random: () => 0, events: true };
  return new Broker({ ...config, id: nodeId(1), peers: peers.map(nodeId) }, new Map(), 0);
}

function operations(outputs: readonly BrokerOutput[]): DiskOperation[] {
  return outputs.flatMap((output) => (output.kind === "disk" ? [output.operation] : []));
}

function sends(outputs: readonly BrokerOutput[]): string[] {
  return outputs.flatMap((output) =>
    output.kind === "send" && output.message.kind === "raft" ? [output.message.message.type] : [],
  );
}

/** A broker that has won its pre-vote, so that it now has a term and a vote to store. */
function candidate(): { broker: Broker; outputs: readonly BrokerOutput[] } {
  const broker = lone([1, 2, 3]);
  broker.step({ kind: "timeOut" }, 1);
  const asked = broker.takeOutputs();
  const request = asked.find((one) => one.kind === "send" && one.to === 2);
  if (request?.kind !== "send" || request.message.kind !== "raft") throw new Error("no pre-vote");
  const granted = {
    ...request.message.message,
    type: "MsgPreVoteResp" as const,
    from: nodeId(2),
    to: nodeId(1),
  };
  const granting = { group: 0, message: granted, generation: 0, toGeneration: 0 };
  const message = { kind: "raft", ...granting } as const;
  broker.step({ kind: "peerMessage", from: nodeId(2), message }, 2);
  return { broker, outputs: broker.takeOutputs() };
}

/** The same with a segment that has its name: what comes next is the write of term and vote. */
function candidateWithLog(): { broker: Broker; outputs: readonly BrokerOutput[] } {
  const { broker, outputs } = candidate();
  let next = outputs;
  for (const kind of ["create", "syncDirectory"]) {
    const [operation, ...more] = operations(next);
    expect([operation?.kind, more]).toEqual([kind, []]);
    expect(sends(next)).toEqual([]);
    complete(broker, operation!.id, 2);
    next = broker.takeOutputs();
  }
  return { broker, outputs: next };
}

function complete(broker: Broker, id: number, nowUs: number): void {
  broker.step({ kind: "diskCompletion", completion: { id, error: null, bytes: null } }, nowUs);
}

describe("the Ready loop", () => {
  test("what rests on the disk leaves after the disk has answered, and not before", () => {
    const { broker, outputs } = candidateWithLog();
    const [write] = operations(outputs);
    expect(write?.kind === "append" && write.sync).toBe(true);
    expect(sends(outputs)).toEqual([]);
    expect(broker.openReady).toMatchObject({ write: { operation: write!.id } });
    expect(broker.openReady!.ready.persistedMessages).toHaveLength(2);
    expect(broker.storage!.initialState().hardState).toBe(null);

    complete(broker, write!.id, 3);
    expect(sends(broker.takeOutputs())).toEqual(["MsgVote", "MsgVote"]);
    expect(broker.storage!.initialState().hardState).toMatchObject({ term: 1, vote: 1 });
    expect(broker.openReady).toBe(null);
    expect(broker.lastReady).toMatchObject({ write: { operation: write!.id }, advancedAtUs: 3 });
  });

  test("while the disk works, inputs are handled and one Ready stays open", () => {
    const { broker } = candidate();
    const open = broker.openReady;
    for (let at = 0; at < 25; at++) broker.step({ kind: "tick" }, 10 + at);
    expect(broker.openReady).toBe(open);
    expect(broker.raft!.role).toBe("preCandidate");
    expect(sends(broker.takeOutputs())).toEqual([]);
  });

  test("after a disk error the node stops: nothing leaves it any more", () => {
    const { broker, outputs } = candidateWithLog();
    const id = operations(outputs)[0]!.id;
    const error = { kind: "failed", message: "EIO" } as const;
    broker.step({ kind: "diskCompletion", completion: { id, error, bytes: null } }, 3);
    expect(broker.stopped).toBe("The disk failed: EIO");
    expect(broker.takeOutputs()).toEqual([
      { kind: "event", event: { kind: "stopped", reason: "The disk failed: EIO" } },
    ]);
    broker.step({ kind: "tick" }, 4);
    broker.step({ kind: "timeOut" }, 5);
    expect(broker.takeOutputs()).toEqual([]);
  });

  test("a broken rule stops the node before it can spread", () => {
    const { broker, outputs } = candidate();
    const id = operations(outputs)[0]!.id;
    complete(broker, id + 7, 3);
    expect(broker.stopped).toContain("completion");
    expect(broker.takeOutputs().filter(({ kind }) => kind !== "event")).toEqual([]);
  });

  test("over a whole run: no promise leaves a node whose disk does not hold it yet", () => {
    const cluster = new TestCluster(3);
    let seen = 0;
    cluster.onOutput = (node, output) => {
      if (output.kind !== "send" || output.message.kind !== "raft") return;
      const { message } = output.message;
      const storage = cluster.broker(node).storage!;
      const stored = storage.initialState().hardState;
      if (message.type === "MsgVote" || (message.type === "MsgVoteResp" && !message.reject)) {
        const vote = message.type === "MsgVote" ? node : message.to;
        expect(stored).toMatchObject({ term: message.term, vote });
        seen++;
      }
      if (message.type === "MsgAppResp" && !message.reject) {
        expect(storage.lastIndex()).toBeGreaterThanOrEqual(message.index);
        seen++;
      }
      if (message.type === "MsgPreVote" || message.type === "MsgPreVoteResp") return;
      expect(stored?.term ?? 0).toBeGreaterThanOrEqual(message.term);
    };
    cluster.boot();
    cluster.createTopic("orders", 3);
    const old = cluster.controller.id;
    cluster.kill(old);
    cluster.run(4_000_000);
    cluster.restart(old);
    cluster.run(2_000_000);
    expect(cluster.controller.id).not.toBe(old);
    expect(seen).toBeGreaterThan(20);
  });

  test("with events off, none is made", () => {
    const cluster = new TestCluster(3, { events: false });
    cluster.boot();
    cluster.createTopic("orders");
    expect(cluster.events).toEqual([]);
  });
});
