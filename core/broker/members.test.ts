import { describe, expect, test } from "vitest";
import { index, nodeId, term } from "../base/ids.ts";
import type { Asked } from "./testing/testCluster.ts";
import { metadataHash } from "../metadata/index.ts";
import { message } from "../raft/message.ts";
import { ErrorCode } from "../wire/index.ts";
import type { Broker } from "./index.ts";
import { adminAnswer, produceAnswer, TestCluster, topicRequest } from "./testing/testCluster.ts";

function cluster(nodeCount = 3, config = {}): TestCluster {
  const made = new TestCluster(nodeCount, config);
  made.boot();
  made.createTopic("orders", 3, 3, 2);
  return made;
}

/** A follower of the metadata log that leads no partition now. */
function bystander(made: TestCluster): number {
  const leaders = [...made.controller.metadata.partitions.values()].map(({ leader }) => leader);
  const free = made.alive.find(({ id }) => id !== made.controller.id && !leaders.includes(id));
  return (free ?? made.alive.find(({ id }) => id !== made.controller.id)!).id;
}

/** What a removal came to. */
function removalAnswer(asked: Asked) {
  const { errorCode, errorMessage, controllerId, result } = adminAnswer(asked);
  const generation = result?.facts.find(({ name }) => name === "generation")?.value;
  return { errorCode, errorMessage, controllerId, generation: Number(generation ?? 0) };
}

function stateOf({ metadata }: Broker, id: number): string {
  const known = metadata.nodes.get(nodeId(id));
  return known === undefined ? "unknown" : `${known.state} ${known.generation}`;
}

/** As the cluster sees it: a member with that disk, a voter, and in every ISR. */
function isWhole(made: TestCluster, id: number, generation: number): boolean {
  return made.alive.every((broker) => {
    if (stateOf(broker, id) !== `member ${generation}`) return false;
    if (!broker.raft!.status().confState.voters.includes(nodeId(id))) return false;
    const partitions = [...broker.metadata.partitions.values()];
    return partitions.every(({ isr, replicas }) => isr.length === replicas.length);
  });
}

/** The admin's part of a repair. Returns what the new disk is formatted with. */
function removeAndWipe(made: TestCluster, id: number): number {
  const asked = made.removeNode(id);
  made.runUntil(() => asked.response !== null);
  const { errorCode, errorMessage, generation } = removalAnswer(asked);
  expect([errorCode, errorMessage]).toEqual([ErrorCode.NONE, null]);
  const { voters } = made.controller.raft!.status().confState;
  expect(voters).not.toContain(id);
  made.wipe(id, generation);
  return generation;
}

function repair(made: TestCluster, id: number): void {
  const generation = removeAndWipe(made, id);
  made.restart(id);
  made.runUntil(() => isWhole(made, id, generation), 30_000_000);
}

/** All brokers run and have the same state and the same records. */
function expectEqual(made: TestCluster): void {
  made.run(1_000_000);
  const [first, ...rest] = made.alive;
  for (const broker of made.alive) expect(broker.stopped).toBe(null);
  const logs = (broker: Broker): unknown =>
    new Map([...broker.replicas].map(([key, { batches }]) => [key, batches.map(bytesOf)]));
  for (const broker of rest) {
    expect(metadataHash(broker.metadata)).toBe(metadataHash(first!.metadata));
    if (made.alive.length === 3) expect(logs(broker)).toEqual(logs(first!));
  }
}

function produceToAll(made: TestCluster, value: string): void {
  for (const partition of [0, 1, 2]) {
    const { leader } = made.controller.metadata.partitions.get(`orders-${partition}`)!;
    const asked = made.produce(leader, "orders", partition, value, -1);
    made.runUntil(() => asked.response !== null);
    expect(produceAnswer(asked).errorCode).toBe(ErrorCode.NONE);
  }
}

describe("a damaged node", () => {
  test("serves nothing, is repaired, and has everything again", () => {
    const made = cluster();
    produceToAll(made, "before");
    const id = bystander(made);
    made.damage(id);
    const stopped = made.restart(id);
    expect(stopped.stopped).toContain("does not serve or vote until it is repaired");
    expect(stopped.damage!.wal).toMatchObject({ outcome: "damaged", segment: 1 });
    made.run(4_000_000);
    produceToAll(made, "meanwhile");
    repair(made, id);
    expect(made.broker(id).generation).toBe(1);
    produceToAll(made, "after");
    expectEqual(made);
    expect(made.broker(id).replicas.get("orders-0")!.logEndOffset).toBe(3);
  });

  test("that led everything is repaired after others have taken over", () => {
    const made = cluster();
    produceToAll(made, "before");
    const old = made.controller.id;
    made.damage(old);
    made.runUntil(() => made.alive.some(({ raft }) => raft!.role === "leader"));
    repair(made, old);
    produceToAll(made, "after");
    expectEqual(made);
  });

  test("is repaired again, with the next generation", () => {
    const made = cluster();
    const id = bystander(made);
    for (const generation of [1, 2]) {
      produceToAll(made, `before ${generation}`);
      made.damage(id);
      repair(made, id);
      expect(made.broker(id).generation).toBe(generation);
      made.restart(id);
      expect(made.broker(id).generation).toBe(generation);
      made.runUntil(() => isWhole(made, id, generation));
    }
    expectEqual(made);
  });

  test("is repaired by a controller that was repaired itself", () => {
    const made = cluster();
    const first = bystander(made);
    made.damage(first);
    repair(made, first);
    // Nobody else stands for election.
    made.fateOf = (from, _, sent) =>
      sent.kind === "raft" && sent.message.type === "MsgPreVote" && from !== first
        ? "lost"
        : "arrives";
    const second = made.controller.id;
    made.damage(second);
    made.runUntil(() => made.alive.some(({ raft }) => raft!.role === "leader"));
    expect(made.controller.id).toBe(first);
    repair(made, second);
    expect(made.broker(second).generation).toBe(1);
    expect(made.controller.id).toBe(first);
    expectEqual(made);
  });

  test("whose new disk is lost while it joins is repaired all the same", () => {
    const made = cluster();
    const id = bystander(made);
    made.damage(id);
    removeAndWipe(made, id);
    made.restart(id);
    made.runUntil(() => stateOf(made.controller, id) === "joining 1");
    made.kill(id);
    repair(made, id);
    expect(made.broker(id).generation).toBe(2);
    expectEqual(made);
  });

  test("is waited for by a topic that needs it", () => {
    const made = cluster();
    const id = bystander(made);
    made.damage(id);
    made.run(4_000_000);
    const { controller } = made;
    // Both are in the log before either is applied.
    made.ask(controller.id, { ...topicRequest("wide", 2, 3), timeoutMs: 60_000 });
    removeAndWipe(made, id);
    made.run(1_000_000);
    expect(controller.stopped).toBe(null);
    expect(controller.metadata.topics.has("wide")).toBe(true);
    expect(controller.metadata.partitions.has("wide-0")).toBe(false);
    made.restart(id);
    made.runUntil(() => isWhole(made, id, 1), 30_000_000);
    made.runUntil(() => controller.metadata.partitions.has("wide-1"));
    expectEqual(made);
  });

  test("is removed once, however often that is asked for", () => {
    const made = cluster();
    const id = bystander(made);
    made.damage(id);
    const both = [made.removeNode(id), made.removeNode(id)];
    made.runUntil(() => both.every(({ response }) => response !== null));
    const later = made.removeNode(id);
    made.run(1_000);
    for (const asked of [...both, later]) {
      expect(removalAnswer(asked)).toMatchObject({ errorCode: ErrorCode.NONE, generation: 1 });
    }
    expect(stateOf(made.controller, id)).toBe("removed 1");
    const removals = made.events.filter(({ node, event }) => {
      const isHere = node === made.controller.id && event.kind === "commandApplied";
      return isHere && event.command.kind === "removeNode";
    });
    expect(removals).toHaveLength(1);
  });
});

describe("a removal is refused", () => {
  test("while the node is alive, even if it leads nothing", () => {
    const made = new TestCluster(3);
    made.boot();
    made.createTopic("orders", 1, 3, 2);
    const id = bystander(made);
    expect(made.controller.metadata.partitions.get("orders-0")!.leader).not.toBe(id);
    const asked = made.removeNode(id, made.controller.id, 1_000);
    made.run(900_000);
    expect(asked.response).toBe(null);
    made.run(200_000);
    expect(removalAnswer(asked)).toMatchObject({
      errorCode: ErrorCode.REQUEST_TIMED_OUT,
      errorMessage: `Node ${id} is alive: stop it first.`,
      generation: 0,
    });
    expect(stateOf(made.controller, id)).toBe("member 0");
  });

  test("of the controller itself", () => {
    const made = cluster();
    const asked = made.removeNode(made.controller.id, made.controller.id, 1_000);
    made.run(1_100_000);
    expect(removalAnswer(asked).errorMessage).toContain("is alive");
  });

  test("while the node has the only in-sync copy of something", () => {
    const made = cluster();
    const lonely = [1, 2, 3].find((id) => id !== made.controller.id)!;
    made.createTopic("lonely", 3, 1, 1);
    const key = [...made.controller.metadata.partitions].find(
      ([name, { leader }]) => name.startsWith("lonely") && leader === lonely,
    )![0];
    made.damage(lonely);
    const asked = made.removeNode(lonely);
    made.runUntil(() => asked.response !== null);
    expect(removalAnswer(asked)).toMatchObject({
      errorCode: ErrorCode.REQUEST_TIMED_OUT,
      errorMessage: `Node ${lonely} has the only in-sync copy of ${key}: what it holds would be lost.`,
    });
    expect(stateOf(made.controller, lonely)).toBe("member 0");
  });

  test("of a node that nobody knows, and by a broker that is not the controller", () => {
    const made = cluster();
    const unknown = made.removeNode(9);
    made.run(1_000);
    expect(removalAnswer(unknown)).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: "There is no node 9.",
    });
    const elsewhere = made.removeNode(bystander(made), bystander(made));
    made.run(1_000);
    expect(removalAnswer(elsewhere)).toMatchObject({
      errorCode: ErrorCode.NOT_CONTROLLER,
      controllerId: made.controller.id,
    });
  });
});

describe("a new controller goes on where the last one stopped", () => {
  const isVoter = (broker: Broker, id: number): boolean =>
    broker.raft!.status().confState.voters.includes(nodeId(id));
  const isLearner = (broker: Broker, id: number): boolean =>
    broker.raft!.status().confState.learners.includes(nodeId(id));
  const steps: readonly [string, (broker: Broker, id: number) => boolean][] = [
    ["removed", (broker, id) => stateOf(broker, id) === "removed 1"],
    ["no voter", (broker, id) => !isVoter(broker, id)],
    ["admitted", (broker, id) => stateOf(broker, id) === "joining 1"],
    ["a learner", (broker, id) => isLearner(broker, id)],
    ["a voter again", (broker, id) => isVoter(broker, id) && stateOf(broker, id) === "joining 1"],
    ["a member again", (broker, id) => stateOf(broker, id) === "member 1"],
  ];

  test.each(steps)("when it dies as soon as the node is %s", (_, isReached) => {
    const made = cluster(5);
    produceToAll(made, "before");
    const { leader } = made.controller.metadata.partitions.get("orders-0")!;
    const id = leader === made.controller.id ? bystander(made) : leader;
    made.damage(id);
    made.runUntil(() => made.controller.metadata.partitions.get("orders-0")!.leader !== id);
    const old = made.controller.id;
    let asked = made.removeNode(id);
    let isDead = false;
    let isWiped = false;
    made.runUntil(() => {
      if (!isDead && isReached(made.broker(old), id)) {
        made.kill(old);
        isDead = true;
      }
      const hasController = made.alive.some(({ raft }) => raft!.role === "leader");
      if (isWiped || !hasController)
        return isWiped && isDead && stateOf(made.alive[0]!, id) === "member 1";
      if (asked.response === null && isDead) asked = made.removeNode(id);
      if (asked.response === null) return false;
      const { errorCode, generation } = removalAnswer(asked);
      if (errorCode !== ErrorCode.NONE) {
        asked = made.removeNode(id);
        return false;
      }
      expect(generation).toBe(1);
      made.wipe(id, generation);
      made.restart(id);
      isWiped = true;
      return false;
    }, 60_000_000);
    made.restart(old);
    made.runUntil(() => isWhole(made, id, 1), 30_000_000);
    produceToAll(made, "after");
    expectEqual(made);
  });
});

describe("a node that asks to join", () => {
  function ask(made: TestCluster, id: number, generation: number): void {
    const request = { api: "join", node: nodeId(id), address: "n:1", generation } as const;
    const sent = { kind: "request", correlationId: 1, request, generation: 9 } as const;
    made.step(made.controller.id, { kind: "peerMessage", from: nodeId(id), message: sent });
  }

  test("is not let in before its old disk has left the voters", () => {
    const made = cluster();
    const id = bystander(made);
    made.damage(id);
    made.removeNode(id);
    made.runUntil(() => stateOf(made.controller, id) === "removed 1");
    const { controller } = made;
    const isVoter = (): boolean => controller.raft!.status().confState.voters.includes(nodeId(id));
    expect(isVoter()).toBe(true);
    ask(made, id, 1);
    made.runUntil(() => !isVoter());
    expect(stateOf(controller, id)).toBe("removed 1");
    made.run(500_000);
    expect(stateOf(controller, id)).toBe("removed 1");
    ask(made, id, 1);
    made.runUntil(() => stateOf(controller, id) === "joining 1");
  });

  test("with another disk than the cluster expects is not", () => {
    const made = cluster();
    const id = bystander(made);
    made.damage(id);
    removeAndWipe(made, id);
    made.events.length = 0;
    ask(made, id, 0);
    ask(made, id, 2);
    made.run(1_000_000);
    expect(made.events.filter(({ event }) => event.kind === "entryProposed")).toEqual([]);
    expect(stateOf(made.controller, id)).toBe("removed 1");
  });
});

describe("what was said about the old disk", () => {
  test("by it, and arrives late, is dropped at any time and changes nothing", () => {
    for (const stage of ["removed", "joining", "member"]) {
      const made = cluster();
      produceToAll(made, "before");
      const id = bystander(made);
      made.fateOf = (from) => (from === id ? "held" : "arrives");
      // It acknowledges entries and records, asks for votes, and nobody hears it yet.
      made.step(id, { kind: "timeOut" });
      for (const partition of [0, 1, 2]) {
        const { leader } = made.controller.metadata.partitions.get(`orders-${partition}`)!;
        if (leader !== id) made.produce(leader, "orders", partition, "held", -1);
      }
      made.run(1_000_000);
      made.damage(id);
      made.fateOf = () => "arrives";
      removeAndWipe(made, id);
      const others = made.alive;
      if (stage !== "removed") {
        made.restart(id);
        made.runUntil(() => stateOf(made.controller, id) === `${stage} 1`);
      }
      const facts = (): string[] =>
        others.map(({ raft, metadata, led }) =>
          JSON.stringify([
            raft!.term,
            raft!.role,
            metadataHash(metadata),
            raft!.status().progress.map(({ match, recentActive }) => [match, recentActive]),
            [...led.values()].map(({ log, followers }) => [log.highWatermark, [...followers]]),
          ]),
        );
      const before = facts();
      made.letGo();
      made.run(0);
      expect(facts()).toEqual(before);
      if (stage === "removed") made.restart(id);
      made.runUntil(() => isWhole(made, id, 1), 30_000_000);
      expectEqual(made);
    }
  });

  test("to it, and arrives late, does not reach its new disk", () => {
    for (const stage of ["empty", "joining", "member"]) {
      const made = cluster();
      produceToAll(made, "before");
      const id = bystander(made);
      made.fateOf = (_, to) => (to === id ? "held" : "arrives");
      for (const partition of [0, 1, 2]) {
        const { leader } = made.controller.metadata.partitions.get(`orders-${partition}`)!;
        if (leader !== id) made.produce(leader, "orders", partition, "held", 1);
      }
      made.run(1_000_000);
      made.damage(id);
      made.fateOf = () => "arrives";
      removeAndWipe(made, id);
      const broker = made.restart(id);
      if (stage !== "empty") {
        made.runUntil(() => stateOf(made.controller, id) === `${stage} 1`);
      }
      const before = [broker.storage!.lastIndex(), broker.raft!.term, broker.raft!.lead];
      made.letGo();
      made.run(0);
      expect(broker.stopped).toBe(null);
      expect([broker.storage!.lastIndex(), broker.raft!.term, broker.raft!.lead]).toEqual(before);
      made.runUntil(() => isWhole(made, id, 1), 30_000_000);
      expectEqual(made);
    }
  });
});

describe("a node with an empty disk", () => {
  test("neither votes nor stands for election before it has a say", () => {
    const made = cluster();
    const id = bystander(made);
    made.damage(id);
    const controller = made.controller.id;
    removeAndWipe(made, id);
    const said: string[] = [];
    made.fateOf = (from, to, sent) => {
      if (from === id && sent.kind === "raft") said.push(sent.message.type);
      // Nobody tells it that its old disk was removed.
      return to === id || from === id ? "lost" : "arrives";
    };
    const broker = made.restart(id);
    made.run(5_000_000);
    made.step(id, { kind: "timeOut" });
    for (const type of ["MsgPreVote", "MsgVote", "MsgTimeoutNow"] as const) {
      // Of a candidate that has more than anybody else.
      const position = { index: index(1_000), logTerm: term(1_000), term: term(1_000) };
      const asking = { ...message(type, nodeId(id)), from: nodeId(controller), ...position };
      made.step(id, {
        kind: "peerMessage",
        from: nodeId(controller),
        message: { kind: "raft", group: 0, message: asking, generation: 0, toGeneration: 1 },
      });
    }
    made.run(5_000_000);
    expect(said).toEqual([]);
    expect(broker.raft!.role).toBe("follower");
    expect(made.events.filter(({ event }) => event.kind === "joinAsked").length).toBeGreaterThan(5);
    made.fateOf = () => "arrives";
    made.runUntil(() => isWhole(made, id, 1), 30_000_000);
  });

  test("may crash at any time while it joins", () => {
    let isDone = false;
    let crashes = 0;
    for (let at = 0; !isDone; at += 3) {
      const made = cluster(3, { snapshotEntries: 8, snapshotTrailingEntries: 2 });
      const id = bystander(made);
      made.damage(id);
      removeAndWipe(made, id);
      let count = 0;
      let mustCrash = false;
      made.onOutput = (node, output) => {
        if (node === id && output.kind === "disk" && count++ === at) mustCrash = true;
      };
      made.restart(id);
      made.runUntil(() => {
        if (mustCrash) {
          made.kill(id, at % 2 === 0 ? 0 : 7);
          made.restart(id);
          mustCrash = false;
          crashes++;
        }
        return isWhole(made, id, 1);
      }, 30_000_000);
      expectEqual(made);
      isDone = count <= at;
    }
    expect(crashes).toBeGreaterThan(5);
  });

  test("gets a snapshot that knows it, when the last one does not", () => {
    const made = cluster(3, { snapshotTrailingEntries: 0 });
    const id = bystander(made);
    made.damage(id);
    removeAndWipe(made, id);
    const { controller } = made;
    made.step(controller.id, { kind: "takeSnapshot" });
    made.run(100_000);
    const early = controller.lastSnapshot!.index;
    expect(controller.storage!.firstIndex()).toBe(early + 1);
    made.restart(id);
    made.runUntil(() => isWhole(made, id, 1), 30_000_000);
    const sent = made.events.flatMap(({ event }) => (event.kind === "snapshotSent" ? [event] : []));
    expect(sent.map(({ to }) => to)).toEqual([id]);
    expect(sent[0]!.index).toBeGreaterThan(early);
    const taken = made.events.filter(({ node, event }) => {
      return node === controller.id && event.kind === "snapshotTaken";
    });
    expect(taken).toHaveLength(2);
    expectEqual(made);
  });
});

function bytesOf({ bytes }: { readonly bytes: Uint8Array | null }): number[] {
  return [...(bytes ?? [])];
}
