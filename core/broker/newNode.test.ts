import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { ErrorCode } from "../wire/index.ts";
import type { AdminResponse } from "../wire/index.ts";
import { adminAnswer, produceAnswer, TestCluster } from "./testing/testCluster.ts";
import type { Asked } from "./testing/testCluster.ts";

const FOUR = nodeId(4);
const ADD = { kind: "addNode", node: FOUR, address: "n4:9092" } as const;

function cluster(config = {}): TestCluster {
  const made = new TestCluster(3, config);
  made.boot();
  made.createTopic("orders", 3, 3, 2);
  return made;
}

function answer(made: TestCluster, asked: Asked): AdminResponse {
  made.runUntil(() => asked.response !== null);
  return adminAnswer(asked);
}

function stateOf(made: TestCluster): string {
  return made.controller.metadata.nodes.get(FOUR)?.state ?? "unknown";
}

function votersOf(made: TestCluster): readonly number[] {
  return made.controller.raft!.status().confState.voters;
}

describe("a new node", () => {
  test("is let in once it has asked and an administrator has said so", () => {
    const made = cluster();
    made.start(FOUR);
    made.run(2_000_000);
    expect(stateOf(made)).toBe("unknown");
    const added = answer(made, made.administer(made.controller.id, ADD));
    expect(added).toMatchObject({
      errorCode: ErrorCode.NONE,
      result: {
        facts: [
          { name: "node", value: "n4" },
          { name: "generation", value: 0 },
        ],
      },
    });
    expect(stateOf(made)).toBe("member");
    expect(votersOf(made)).toEqual([1, 2, 3, 4]);
    made.run(1_000_000);
    expect(made.broker(4).metadata.nodes.get(FOUR)).toMatchObject({
      address: "n4:9092",
      brokerEpoch: 1,
      isFenced: false,
    });
  });

  test("is not, as long as it is not there", () => {
    const made = cluster();
    const early = made.administer(made.controller.id, ADD, 1_000);
    expect(answer(made, early)).toMatchObject({
      errorCode: ErrorCode.REQUEST_TIMED_OUT,
      errorMessage: "Node 4 has not asked to join: start it with an empty disk.",
    });
    expect(stateOf(made)).toBe("unknown");
    const patient = made.administer(made.controller.id, ADD);
    made.run(500_000);
    made.start(FOUR);
    expect(answer(made, patient).errorCode).toBe(ErrorCode.NONE);
  });

  test("takes replicas over, and is left without any again", () => {
    const made = cluster();
    made.start(FOUR);
    answer(made, made.administer(made.controller.id, ADD));
    const produce = (value: string): void => {
      const { leader } = made.controller.metadata.partitions.get("orders-0")!;
      const asked = made.produce(leader, "orders", 0, value, -1);
      made.runUntil(() => asked.response !== null);
      expect(produceAnswer(asked).errorCode).toBe(ErrorCode.NONE);
    };
    produce("before");
    const move = (...ids: number[]): void => {
      const replicas = ids.map(nodeId);
      const command = { kind: "reassign", topic: "orders", partition: 0, replicas } as const;
      expect(answer(made, made.administer(made.controller.id, command)).errorCode).toBe(0);
      made.runUntil(() => {
        const of = made.controller.metadata.partitions.get("orders-0")!;
        return of.addingReplicas.length === 0 && of.replicas.join() === ids.join();
      });
    };
    move(4, 2, 3);
    made.run(200_000);
    expect(made.controller.metadata.partitions.get("orders-0")!.leader).toBe(4);
    produce("after");
    made.run(1_000_000);
    expect(made.broker(4).replicas.get("orders-0")!.logEndOffset).toBe(2);
    expect(made.broker(1).replicas.has("orders-0")).toBe(false);
    move(1, 2, 3);
    produce("last");
    made.run(1_000_000);
    expect(made.broker(1).replicas.get("orders-0")!.logEndOffset).toBe(3);
    expect(made.broker(4).replicas.has("orders-0")).toBe(false);
  });

  test("gets its share by a rebalance, under the eyes of nobody", () => {
    const made = cluster();
    made.createTopic("more", 5, 3, 2);
    made.start(FOUR);
    answer(made, made.administer(made.controller.id, ADD));
    const { result } = answer(made, made.administer(made.controller.id, { kind: "rebalance" }));
    expect(result!.rows.length).toBeGreaterThan(0);
    made.runUntil(() =>
      [...made.controller.metadata.partitions.values()].every(
        ({ addingReplicas, isr, replicas }) =>
          addingReplicas.length === 0 && isr.length === replicas.length,
      ),
    );
    const keeps = [1, 2, 3, 4].map(
      (id) =>
        [...made.controller.metadata.partitions.values()].filter(({ replicas }) =>
          replicas.includes(nodeId(id)),
        ).length,
    );
    expect(keeps).toEqual([6, 6, 6, 6]);
    const again = answer(made, made.administer(made.controller.id, { kind: "rebalance" }));
    expect(again.result!.rows).toEqual([]);
    for (const broker of made.alive) expect(broker.stopped).toBe(null);
  });

  test("may crash at any time while it joins", () => {
    let isDone = false;
    let crashes = 0;
    for (let at = 0; !isDone; at += 3) {
      const made = cluster({ snapshotEntries: 8, snapshotTrailingEntries: 2 });
      let count = 0;
      let mustCrash = false;
      made.onOutput = (node, output) => {
        if (node === 4 && output.kind === "disk" && count++ === at) mustCrash = true;
      };
      made.start(FOUR);
      const added = made.administer(made.controller.id, ADD, 60_000);
      made.runUntil(() => {
        if (mustCrash) {
          made.kill(4, at % 2 === 0 ? 0 : 7);
          made.restart(4);
          mustCrash = false;
          crashes++;
        }
        return added.response !== null;
      }, 30_000_000);
      expect(adminAnswer(added).errorCode).toBe(ErrorCode.NONE);
      isDone = count <= at;
    }
    expect(crashes).toBeGreaterThan(2);
  });

  const steps: readonly [string, (made: TestCluster) => boolean][] = [
    ["admitted", (made) => stateOf(made) === "joining"],
    ["a voter", (made) => votersOf(made).includes(4)],
  ];
  test.each(steps)(
    "becomes a member under the next controller, if one dies when it is %s",
    (_, is) => {
      const made = cluster();
      made.start(FOUR);
      made.run(500_000);
      made.administer(made.controller.id, ADD);
      made.runUntil(() => is(made));
      made.kill(made.controller.id);
      made.runUntil(() =>
        made.alive.every(({ metadata }) => metadata.nodes.get(FOUR)?.state === "member"),
      );
      const { controller } = made;
      const asked = made.administer(controller.id, ADD);
      expect(answer(made, asked).errorCode).toBe(ErrorCode.NONE);
    },
  );

  test("is removed like any other, and comes back with its next disk", () => {
    const made = cluster();
    made.start(FOUR);
    answer(made, made.administer(made.controller.id, ADD));
    made.kill(4);
    const removed = answer(made, made.removeNode(4));
    expect(removed.result!.facts).toContainEqual({ name: "generation", value: 1 });
    expect(votersOf(made)).toEqual([1, 2, 3]);
    made.wipe(4, 1);
    made.restart(4);
    made.runUntil(() => stateOf(made) === "member");
    made.run(1_000_000);
    expect(made.controller.metadata.nodes.get(FOUR)).toMatchObject({
      generation: 1,
      isFenced: false,
    });
  });
});
