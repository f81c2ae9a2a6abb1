import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import type { Message } from "./message.ts";
import { bytes, Cluster, text } from "./testing/cluster.ts";
import type { Options } from "./testing/cluster.ts";
import { from, hardState, Solo } from "./testing/solo.ts";

/** The reads a node was told it may serve, as "context@index". */
function readsOf(cluster: Cluster, id: number): string[] {
  return cluster.member(id).reads.map((read) => `${text(read.requestContext)}@${read.index}`);
}

/** A leader of three that has committed an entry of its term. */
function leader(options: Options = {}): Solo {
  const solo = new Solo(3, {}, options);
  solo.lead();
  solo.work();
  solo.node.step(from(2, "MsgAppResp", { term: 1, index: 1 }));
  solo.work();
  return solo;
}

const heartbeatsOf = (messages: readonly Message[]): readonly Message[] =>
  messages.filter((m) => m.type === "MsgHeartbeat");

/** What a Ready of the node says now, without going on. */
const readStates = (solo: Solo): unknown[] => {
  const ready = solo.node.ready();
  solo.storage.append(ready.entries);
  solo.node.advance(ready);
  return ready.readStates.map((read) => [text(read.requestContext), read.index]);
};

describe("a read (thesis, section 6.4)", () => {
  test("may be served at what was committed, once a quorum has confirmed the leader", () => {
    const solo = leader();
    solo.node.readIndex(bytes("r"));
    const [heartbeat] = heartbeatsOf(solo.work());
    // What is committed meanwhile is not what the read waits for.
    solo.node.propose(bytes("x"));
    solo.work();
    solo.node.step(from(2, "MsgAppResp", { term: 1, index: 2 }));
    solo.work();
    expect(solo.node.hasReady()).toBe(false);
    solo.node.step(from(3, "MsgHeartbeatResp", { term: 1, context: heartbeat!.context }));
    expect(readStates(solo)).toEqual([["r", 1]]);
  });

  test("is not confirmed by answers to older heartbeats, nor to newer ones that nobody sent", () => {
    const solo = leader();
    solo.node.readIndex(bytes("a"));
    const [older] = heartbeatsOf(solo.work());
    solo.node.readIndex(bytes("b"));
    solo.work();
    const invented = Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0);
    for (const context of [null, bytes(""), bytes("short"), invented]) {
      solo.node.step(from(2, "MsgHeartbeatResp", { term: 1, context }));
    }
    expect(solo.node.hasReady()).toBe(false);
    solo.node.step(from(2, "MsgHeartbeatResp", { term: 1, context: older!.context }));
    expect(readStates(solo)).toEqual([["a", 1]]);
  });

  test("is confirmed along with all before it", () => {
    const solo = leader();
    for (const name of ["a", "b", "c"]) solo.node.readIndex(bytes(name));
    const newest = heartbeatsOf(solo.work()).at(-1)!;
    solo.node.step(from(2, "MsgHeartbeatResp", { term: 1, context: newest.context }));
    expect(readStates(solo)).toEqual([
      ["a", 1],
      ["b", 1],
      ["c", 1],
    ]);
  });

  test("is answered as often as it was asked, even under one name", () => {
    const solo = leader();
    solo.node.readIndex(bytes("r"));
    solo.node.readIndex(bytes("r"));
    const newest = heartbeatsOf(solo.work()).at(-1)!;
    const answer = from(2, "MsgHeartbeatResp", { term: 1, context: newest.context });
    solo.node.step(answer);
    solo.node.step(answer);
    expect(readStates(solo)).toHaveLength(2);
  });

  test("is not confirmed by what confirmed another one before it", () => {
    const solo = leader();
    solo.node.readIndex(bytes("a"));
    const [first] = heartbeatsOf(solo.work());
    const answer = from(2, "MsgHeartbeatResp", { term: 1, context: first!.context });
    solo.node.step(answer);
    expect(readStates(solo)).toEqual([["a", 1]]);
    solo.node.readIndex(bytes("b"));
    const [second] = heartbeatsOf(solo.work());
    solo.node.step(answer);
    expect(solo.node.hasReady()).toBe(false);
    solo.node.step({ ...answer, context: second!.context });
    expect(readStates(solo)).toEqual([["b", 1]]);
  });

  test("whose heartbeats were lost is confirmed by the next ones", () => {
    const solo = leader();
    solo.node.readIndex(bytes("r"));
    solo.work();
    solo.node.tick();
    const [again] = heartbeatsOf(solo.work());
    solo.node.step(from(3, "MsgHeartbeatResp", { term: 1, context: again!.context }));
    expect(readStates(solo)).toEqual([["r", 1]]);
  });

  test("waits for the first commit of the leader's term", () => {
    const solo = new Solo(3, { log: [1, 1], hardState: hardState(1, 0, 1) });
    solo.lead();
    solo.work();
    expect(solo.node.readIndex(bytes("r"))).toBe("ok");
    expect(heartbeatsOf(solo.work())).toEqual([]);
    solo.node.step(from(2, "MsgAppResp", { term: 2, index: 3 }));
    const [heartbeat] = heartbeatsOf(solo.work());
    solo.node.step(from(2, "MsgHeartbeatResp", { term: 2, context: heartbeat!.context }));
    // Not 1, though that was all that the leader knew: an earlier one may have committed more.
    expect(readStates(solo)).toEqual([["r", 3]]);
  });

  test("is forgotten by a leader that steps down", () => {
    const solo = leader();
    solo.node.readIndex(bytes("r"));
    const [heartbeat] = heartbeatsOf(solo.work());
    solo.node.step(from(2, "MsgHeartbeat", { term: 2 }));
    solo.work();
    solo.lead();
    solo.work();
    solo.node.step(from(2, "MsgAppResp", { term: 3, index: 2 }));
    solo.work();
    solo.node.step(from(2, "MsgHeartbeatResp", { term: 3, context: heartbeat!.context }));
    expect(solo.node.hasReady()).toBe(false);
  });

  test("of a lone voter needs no heartbeat, but a commit of its term", () => {
    const solo = new Solo(1, { log: [1], hardState: hardState(1, 0, 1) });
    solo.node.campaign();
    const ready = solo.node.ready();
    solo.node.advance(ready);
    expect(solo.node.role).toBe("leader");
    solo.node.readIndex(bytes("r"));
    expect(solo.node.ready().readStates).toEqual([]);
  });

  test("asks both halves of a joint configuration", () => {
    const solo = leader();
    const changes = [4, 5].map((id) => ({
      type: "ConfChangeAddNode" as const,
      nodeId: nodeId(id),
    }));
    solo.node.applyConfChange({ transition: "jointExplicit", changes, context: bytes("") });
    solo.node.readIndex(bytes("r"));
    const [heartbeat] = heartbeatsOf(solo.work());
    const answer = (id: number): void => {
      solo.node.step(from(id, "MsgHeartbeatResp", { term: 1, context: heartbeat!.context }));
    };
    const served = (): number => {
      let count = 0;
      while (solo.node.hasReady()) count += readStates(solo).length;
      return count;
    };
    // 1, 4 and 5 are three of the new five, and one of the old three.
    answer(4);
    answer(5);
    expect(served()).toBe(0);
    answer(2);
    expect(served()).toBe(1);
  });

  test("of a follower is answered by the leader", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    cluster.node(1).propose(bytes("x"));
    expect(cluster.node(3).readIndex(bytes("r"))).toBe("ok");
    cluster.settle();
    expect(readsOf(cluster, 3)).toHaveLength(1);
    expect(readsOf(cluster, 1)).toEqual([]);
  });

  test("is dropped where no leader is known", () => {
    const { node } = new Solo(3);
    expect(node.readIndex(bytes("r"))).toBe("readIndexDropped");
    node.campaign();
    expect(node.readIndex(bytes("r"))).toBe("readIndexDropped");
  });

  test("is one request a message: anything else is dropped", () => {
    const solo = leader();
    expect(solo.node.step(from(2, "MsgReadIndex"))).toBe("readIndexDropped");
    const follower = new Solo(3);
    follower.node.step(from(2, "MsgHeartbeat", { term: 1 }));
    expect(follower.node.step(from(2, "MsgReadIndexResp", { term: 1 }))).toBe("readIndexDropped");
  });

  test("is not served by a leader that was replaced without hearing of it", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    const apart = (m: Message): boolean => m.to !== 1 && m.from !== 1;
    cluster.node(2).campaign();
    cluster.settle(apart);
    cluster.node(2).propose(bytes("x"));
    cluster.settle(apart);
    cluster.node(1).readIndex(bytes("r"));
    cluster.settle(apart);
    expect(cluster.node(1).role).toBe("leader");
    expect(readsOf(cluster, 1)).toEqual([]);
    // And when they hear each other again, the read is gone rather than wrong.
    cluster.node(1).tick();
    cluster.node(2).tick();
    cluster.settle();
    expect(readsOf(cluster, 1)).toEqual([]);
  });
});

describe("a read on a lease", () => {
  const options = { readOnly: "leaseBased", checkQuorum: true } as const;

  test("asks nobody", () => {
    const solo = leader(options);
    solo.node.readIndex(bytes("r"));
    expect(readStates(solo)).toEqual([["r", 1]]);
    expect(heartbeatsOf(solo.work())).toEqual([]);
  });

  test("also waits for the first commit of the term", () => {
    const solo = new Solo(3, {}, options);
    solo.lead();
    solo.work();
    solo.node.readIndex(bytes("r"));
    expect(solo.node.hasReady()).toBe(false);
  });

  test("keeps a follower from forgetting its leader", () => {
    const solo = new Solo(3, {}, options);
    solo.node.step(from(2, "MsgHeartbeat", { term: 1 }));
    solo.node.forgetLeader();
    expect(solo.node.lead).toBe(2);
  });

  test("may be stale, even with equal clocks: the documented limit", () => {
    // The leader looks once an election timeout whether it heard from a quorum, so it may lead on
    // for almost two of them unheard; the others wait for one.
    const cluster = new Cluster(3, { ...options, random: () => 0 });
    cluster.elect(1);
    const apart = (m: Message): boolean => m.to !== 1 && m.from !== 1;
    const pass = (ticks: number, passes: (m: Message) => boolean): void => {
      for (let i = 0; i < ticks; i++) {
        for (const id of cluster.ids) cluster.node(id).tick();
        cluster.settle(passes);
      }
    };
    pass(1, () => true);
    // Spread the two, so that one of them wins.
    cluster.node(3).setRandomizedElectionTimeoutTicks(15);
    pass(11, apart);
    expect(cluster.node(2).role).toBe("leader");
    cluster.node(2).propose(bytes("x"));
    cluster.settle(apart);
    expect(cluster.node(1).role).toBe("leader");
    cluster.node(1).readIndex(bytes("stale"));
    cluster.member(1).workAll();
    expect(readsOf(cluster, 1)).toEqual(["stale@1"]);
    expect(cluster.node(2).commit).toBe(3);
  });
});
