import { describe, expect, test } from "vitest";
import { NO_BYTES } from "../../base/bytes.ts";
import { ErrorCode } from "../../wire/index.ts";
import { assignmentOf, heartbeat, joinAs, stable } from "./testing/groupRequests.ts";
import { join, sync, TestCoordinators } from "./testing/testCoordinators.ts";

describe("static members (KIP-345)", () => {
  const instance = { groupInstanceId: "i" };

  /** A static member that leads, and one that is not static. */
  function withStatic(): { made: TestCoordinators; ids: string[] } {
    const made = new TestCoordinators();
    const joins = [made.ask(join("", instance)), joinAs(made)];
    made.run(6_000);
    const ids = joins.map(({ response }) => response!.memberId);
    made.ask(sync(1, ids[0]!, { [ids[0]!]: "0", [ids[1]!]: "1" }, "i"));
    made.ask(sync(1, ids[1]!));
    made.replicate();
    return { made, ids };
  }

  test("one that comes back goes on without a rebalance, once that is replicated", () => {
    const { made, ids } = withStatic();
    made.run(6_000);
    made.ask(heartbeat(1, ids[1]!));
    const back = made.ask(join("", instance));
    made.run(4_000, false);
    expect(back.response).toBe(null);
    made.replicate();
    made.run(5_900);
    const { memberId } = back.response!;
    expect(memberId).not.toBe(ids[0]);
    expect(back.response).toMatchObject({
      generationId: 1,
      leader: memberId,
      skipAssignment: true,
    });
    expect(back.response!.members).toHaveLength(2);
    expect(assignmentOf(made.ask(sync(1, memberId, {}, "i")))).toBe("0");
    expect(made.ask(heartbeat(1, ids[1]!)).response!.errorCode).toBe(ErrorCode.NONE);
    const former = { ...heartbeat(1, ids[0]!), ...instance };
    expect(made.ask(former).response!.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
    made.move(2);
    expect(assignmentOf(made.ask(sync(1, memberId, {}, "i")))).toBe("0");
  });

  test("an older client is not told that it leads, so that it does not assign anew", () => {
    const { made, ids } = withStatic();
    const back = made.ask(join("", instance), { apiVersion: 8 });
    made.replicate();
    expect(back.response).toMatchObject({ leader: ids[0], skipAssignment: false, members: [] });
  });

  test("a rebalance before that is replicated: it joins like all others", () => {
    const { made, ids } = withStatic();
    const back = made.ask(join("", instance));
    made.ask(join("", { groupInstanceId: "j" }));
    made.replicate();
    expect(back.response).toBe(null);
    made.ask(join(ids[1]));
    expect(back.response).toMatchObject({ generationId: 2, members: [{}, {}, {}] });
  });

  test("if that cannot be written, all join again", () => {
    const { made, ids } = withStatic();
    made.led.appendError = ErrorCode.KAFKA_STORAGE_ERROR;
    expect(made.ask(join("", instance)).response).toMatchObject({
      errorCode: ErrorCode.NOT_COORDINATOR,
      memberId: "",
    });
    expect(made.ask(heartbeat(1, ids[1]!)).response!.errorCode).toBe(27);
    made.ask(join(ids[1]));
    expect(made.ask(join("", instance)).response!.generationId).toBe(2);
  });

  test("in a rebalance it takes the place of its former self, which is fenced", () => {
    const { made, ids } = withStatic();
    const former = made.ask(join(ids[0], instance));
    const back = made.ask(join("", instance));
    expect(former.response!.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
    made.ask(join(ids[1]));
    expect(back.response).toMatchObject({ generationId: 2, leader: back.response!.memberId });
  });

  test("between join and sync it makes all join again: the leader does not know its new id", () => {
    const made = new TestCoordinators();
    made.ask(join("", instance));
    const other = joinAs(made);
    made.run(6_000);
    const waiting = made.ask(sync(1, other.response!.memberId));
    expect(made.ask(join("", instance)).response).toBe(null);
    expect(waiting.response!.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
  });

  test("one that comes back while it waits is waited for like any other", () => {
    const { made, ids } = stable(1);
    made.ask(join("", instance));
    const back = made.ask(join("", instance));
    for (let at = 0; at < 3; at++) {
      made.run(9_000);
      made.ask(heartbeat(1, ids[0]!));
    }
    made.ask(join(ids[0]));
    expect(back.response!.generationId).toBe(2);
  });

  test("one that comes back with another protocol makes all join again", () => {
    const made = new TestCoordinators();
    const knowing = (...names: string[]): object => {
      return { protocols: names.map((name) => ({ name, metadata: NO_BYTES })) };
    };
    const both = knowing("range", "sticky");
    const joins = [joinAs(made, both), made.ask(join("", { ...instance, ...both }))];
    made.run(6_000);
    const ids = joins.map(({ response }) => response!.memberId);
    for (const [at, id] of ids.entries()) made.ask(sync(1, id, {}, at === 1 ? "i" : null));
    made.replicate();
    const same = made.ask(join("", { ...instance, ...both }));
    made.replicate();
    // It does not lead, so that there is nothing that it could assign.
    expect(same.response).toMatchObject({ leader: ids[0], members: [], skipAssignment: false });
    const back = made.ask(join("", { ...instance, ...knowing("sticky") }));
    made.replicate();
    expect(back.response).toBe(null);
    made.ask(join(ids[0], both));
    expect(back.response).toMatchObject({ generationId: 2, protocolName: "sticky" });
  });

  /** A group of two, the first static and with a long session, which is not heard of again. */
  function withSleeper(changed: object = {}): { made: TestCoordinators; ids: string[] } {
    const made = new TestCoordinators();
    const joins = [
      made.ask(join("", { ...instance, sessionTimeoutMs: 130_000 })),
      made.ask(join("", changed), { apiVersion: 3 }),
    ];
    made.run(6_000);
    const ids = joins.map(({ response }) => response!.memberId);
    made.ask(sync(1, ids[0]!, {}, "i"));
    made.replicate();
    return { made, ids };
  }

  test("one stays through a rebalance that it sleeps through, but does not lead then", () => {
    const { made, ids } = withSleeper();
    joinAs(made);
    const again = made.ask(join(ids[1]));
    made.run(60_100);
    expect(again.response).toMatchObject({ generationId: 2, leader: ids[1] });
    expect(again.response!.members.map(({ groupInstanceId }) => groupInstanceId)).toContain("i");
  });

  test("if all sleep, they are waited for until their sessions end", () => {
    const { made, ids } = withSleeper({ groupInstanceId: "j" });
    const members = [{ memberId: "", groupInstanceId: "j", reason: null }];
    const left = made.ask({ api: "leaveGroup", groupId: "g", members });
    expect(left.response!.members[0]!.errorCode).toBe(ErrorCode.NONE);
    made.run(100_000);
    expect(made.led.coordinator.groups).toMatchObject([{ state: "preparingRebalance" }]);
    const back = made.ask(join(ids[0], { ...instance, sessionTimeoutMs: 20_000 }));
    expect(back.response).toMatchObject({ generationId: 2, leader: ids[0] });
    made.run(20_100);
    expect(made.led.coordinator.groups).toMatchObject([{ state: "empty", generation: 3 }]);
  });
});
