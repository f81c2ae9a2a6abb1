import { describe, expect, test } from "vitest";
import { NO_BYTES } from "../../base/bytes.ts";
import { utf8Decode, utf8Encode } from "../../base/utf8.ts";
import { ErrorCode } from "../../wire/index.ts";
import { NAME_CHARS_MAX } from "./offsetsRecord.ts";
import { assignmentOf, codes, commit, heartbeat, joinAs, stable } from "./testing/groupRequests.ts";
import { join, sync, TestCoordinators } from "./testing/testCoordinators.ts";

describe("who coordinates", () => {
  const request = { api: "findCoordinator", keyType: 0, keys: ["g"] } as const;

  test("the leader of the group's partition", () => {
    const made = new TestCoordinators();
    expect(made.ask(request, { node: 2 }).response!.coordinators).toEqual([
      { key: "g", nodeId: 1, host: "n1", port: 9092, errorCode: 0, errorMessage: null },
    ]);
  });

  test("nobody while there is no offsets topic, but then it is to be made", () => {
    const made = new TestCoordinators();
    made.partitionCount = null;
    const [coordinator] = made.ask(request).response!.coordinators;
    expect(coordinator).toMatchObject({
      nodeId: -1,
      errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    });
    expect(made.creationsAsked).toBe(1);
    expect(made.ask(join()).response!.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  });

  test("nobody while nobody leads its partition", () => {
    const made = new TestCoordinators();
    made.isOffline = true;
    const [coordinator] = made.ask(request).response!.coordinators;
    expect(coordinator).toMatchObject({ nodeId: -1, errorCode: 15 });
  });

  test("nobody coordinates transactions", () => {
    const [answer] = new TestCoordinators().ask({ ...request, keyType: 1 }).response!.coordinators;
    expect(answer!.errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });

  test("who does not lead says so; who has yet to read, too", () => {
    const made = new TestCoordinators();
    expect(made.ask(join(), { node: 2 }).response!.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(codes(made.ask(commit([1]), { node: 2 }))).toEqual([ErrorCode.NOT_COORDINATOR]);
    made.move(2);
    made.led.isComplete = false;
    const groups = [{ groupId: "g", partitions: [{ topic: "orders", partition: 0 }] }];
    const [group] = made.ask({ api: "offsetFetch", groups }).response!.groups;
    expect(group!.errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    expect(group!.partitions[0]!.errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
  });
});

describe("joining", () => {
  test("a new member is given an id first, and joins with that (KIP-394)", () => {
    const made = new TestCoordinators();
    const first = made.ask(join()).response!;
    expect(first.errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED);
    expect(first.memberId).toMatch(/^c-[0-9a-f]{16}-1$/);
    expect(made.ask(join(first.memberId)).response).toBe(null);
    made.run(3_000);
    expect(made.led.coordinator.groups[0]!.members.size).toBe(1);
  });

  test("an older client is a member at once", () => {
    const made = new TestCoordinators();
    const asked = made.ask(join(), { apiVersion: 3 });
    made.run(3_000);
    expect(asked.response).toMatchObject({ errorCode: 0, generationId: 1 });
  });

  test("the oldest client has one timeout for everything", () => {
    const { made, ids } = stable(1);
    made.ask(join(ids[0], { rebalanceTimeoutMs: -1 }));
    const newcomer = made.ask(join("", { rebalanceTimeoutMs: -1 }), { apiVersion: 0 });
    made.run(9_900);
    made.ask(heartbeat(2, ids[0]!));
    expect(newcomer.response).toBe(null);
    made.run(200);
    expect(newcomer.response!.generationId).toBe(3);
  });

  test("an id that is not used in time is void", () => {
    const made = new TestCoordinators();
    const { memberId } = made.ask(join()).response!;
    made.run(10_100);
    expect(made.ask(join(memberId)).response!.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(made.led.coordinator.groups).toEqual([]);
    expect(made.led.log).toEqual([]);
  });

  test("the first join waits for others: 3 s, again when one came, the rebalance timeout at most", () => {
    const made = new TestCoordinators();
    const first = joinAs(made, { rebalanceTimeoutMs: 7_000 });
    made.run(2_900);
    joinAs(made);
    made.run(2_900);
    expect(first.response).toBe(null);
    joinAs(made);
    made.run(1_100);
    expect(first.response).toBe(null);
    made.run(200);
    expect(first.response!.members).toHaveLength(3);
  });

  test("all get the same generation, and the leader alone the members", () => {
    const made = new TestCoordinators();
    const joins = [joinAs(made), joinAs(made)];
    made.run(6_000);
    const [leader, follower] = joins.map(({ response }) => response!);
    expect(leader).toMatchObject({
      errorCode: 0,
      generationId: 1,
      protocolType: "consumer",
      protocolName: "range",
      leader: leader!.memberId,
      skipAssignment: false,
    });
    expect(leader!.members.map(({ memberId }) => memberId)).toEqual([
      leader!.memberId,
      follower!.memberId,
    ]);
    expect(utf8Decode(leader!.members[1]!.metadata)).toBe("orders");
    expect(follower).toMatchObject({ generationId: 1, leader: leader!.memberId, members: [] });
  });

  test("a later member is answered only when all others have joined again", () => {
    const { made, ids } = stable(2);
    const third = joinAs(made);
    expect(made.ask(heartbeat(1, ids[0]!)).response!.errorCode).toBe(
      ErrorCode.REBALANCE_IN_PROGRESS,
    );
    const first = made.ask(join(ids[0]));
    expect([third.response, first.response]).toEqual([null, null]);
    made.ask(join(ids[1]));
    expect(third.response).toMatchObject({ generationId: 2, leader: ids[0] });
    expect(first.response!.members).toHaveLength(3);
  });

  test("one who was given an id and has not come back with it is waited for as well", () => {
    const { made, ids } = stable(1);
    const { memberId } = made.ask(join()).response!;
    const again = made.ask(join(ids[0]));
    expect(again.response).toBe(null);
    made.ask({
      ...join(),
      api: "leaveGroup",
      members: [{ memberId, groupInstanceId: null, reason: null }],
    });
    expect(again.response!.generationId).toBe(2);
    made.ask(join());
    const third = made.ask(join(ids[0], { protocols: [{ name: "range", metadata: NO_BYTES }] }));
    made.run(9_900);
    expect(third.response).toBe(null);
    made.run(200);
    expect(third.response!.generationId).toBe(3);
  });

  test("an empty group may become one of another kind", () => {
    const { made } = stable(1);
    made.run(10_100);
    const other = joinAs(made, { protocolType: "connect" });
    made.run(3_000);
    expect(other.response).toMatchObject({ generationId: 3, protocolType: "connect" });
  });

  test("who does not join again within the rebalance timeout is out", () => {
    const { made, ids } = stable(2);
    const third = joinAs(made);
    made.ask(join(ids[1]));
    for (let at = 0; at < 12; at++) {
      made.run(5_000);
      if (at < 11) made.ask(heartbeat(1, ids[0]!));
    }
    expect(third.response!.leader).toBe(ids[1]);
    expect(made.ask(heartbeat(2, ids[0]!)).response!.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test("the protocol is the one that most prefer of those that all know", () => {
    const made = new TestCoordinators();
    const named = (...names: string[]): object => {
      return { protocols: names.map((name) => ({ name, metadata: NO_BYTES })) };
    };
    joinAs(made, named("a", "b", "c"));
    joinAs(made, named("c", "b"));
    const last = joinAs(made, named("x", "b", "c"));
    expect(made.ask(join("", named("x"))).response!.errorCode).toBe(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    );
    made.run(60_000);
    expect(last.response!.protocolName).toBe("b");
    // As many for one as for the other: the one that was first.
    const tie = [joinAs(made, { ...named("c", "b"), groupId: "tie" })];
    tie.push(joinAs(made, { ...named("b", "c"), groupId: "tie" }));
    made.run(6_000);
    expect(tie.map(({ response }) => response!.protocolName)).toEqual(["c", "c"]);
  });

  test("what is refused", () => {
    const made = new TestCoordinators();
    const errorOf = (changed: object): number => made.ask(join("", changed)).response!.errorCode;
    expect(errorOf({ groupId: "" })).toBe(ErrorCode.INVALID_GROUP_ID);
    expect(errorOf({ protocolType: "x".repeat(NAME_CHARS_MAX) })).toBe(ErrorCode.INVALID_GROUP_ID);
    const protocol = { name: "x".repeat(NAME_CHARS_MAX), metadata: NO_BYTES };
    expect(errorOf({ protocols: [protocol] })).toBe(ErrorCode.INVALID_GROUP_ID);
    expect(errorOf({ sessionTimeoutMs: 5_999 })).toBe(ErrorCode.INVALID_SESSION_TIMEOUT);
    expect(errorOf({ sessionTimeoutMs: 1_800_001 })).toBe(ErrorCode.INVALID_SESSION_TIMEOUT);
    expect(errorOf({ protocols: [] })).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    expect(errorOf({ memberId: "stranger" })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    stable(1, made);
    expect(errorOf({ protocolType: "connect" })).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  });

  test("a member that asks again with nothing new is told what is; a leader makes all join", () => {
    const { made, ids } = stable(2);
    made.run(5_000);
    for (const id of ids) {
      if (id === ids[0]) made.ask(heartbeat(1, id));
      else expect(made.ask(join(id)).response).toMatchObject({ generationId: 1, members: [] });
    }
    made.run(5_100);
    expect(made.led.coordinator.groups[0]!.state).toBe("stable");
    const changed = { protocols: [{ name: "range", metadata: utf8Encode("more") }] };
    const again = made.ask(join(ids[1], changed));
    expect(again.response).toBe(null);
    made.ask(join(ids[0]));
    expect(again.response!.generationId).toBe(2);
    // The answer was lost: nobody has synced yet.
    expect(made.ask(join(ids[0])).response).toMatchObject({ generationId: 2, members: [{}, {}] });
    for (const id of ids) made.ask(sync(2, id));
    made.replicate();
    const more = { protocols: [...changed.protocols, { name: "sticky", metadata: NO_BYTES }] };
    const third = made.ask(join(ids[1], more));
    expect(third.response).toBe(null);
    made.ask(join(ids[0]));
    expect(third.response!.generationId).toBe(3);
    for (const id of ids) made.ask(sync(3, id));
    made.replicate();
    expect(made.ask(join(ids[0])).response).toBe(null);
    expect(made.led.coordinator.groups[0]!.state).toBe("preparingRebalance");
  });

  test("a join that is repeated while the first waits: both are answered", () => {
    const { made, ids } = stable(2);
    const first = made.ask(join(ids[0]));
    const second = made.ask(join(ids[0]));
    expect(first.response!.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    made.ask(join(ids[1]));
    expect(second.response!.errorCode).toBe(ErrorCode.NONE);
  });
});

describe("syncing", () => {
  test("nobody is answered before the leader has assigned, and that is replicated", () => {
    const made = new TestCoordinators();
    const joins = [joinAs(made), joinAs(made)];
    made.run(6_000);
    const [leader, follower] = joins.map(({ response }) => response!.memberId);
    const followers = made.ask(sync(1, follower!));
    made.replicate();
    expect(followers.response).toBe(null);
    const leaders = made.ask(sync(1, leader!, { [leader!]: "0", [follower!]: "1" }));
    expect([leaders.response, followers.response]).toEqual([null, null]);
    made.replicate();
    expect([leaders, followers].map(assignmentOf)).toEqual(["0", "1"]);
    expect(leaders.response).toMatchObject({ protocolType: "consumer", protocolName: "range" });
  });

  test("later it is answered at once, and who was assigned nothing gets nothing", () => {
    const made = new TestCoordinators();
    const joins = [joinAs(made), joinAs(made)];
    made.run(6_000);
    const [leader, follower] = joins.map(({ response }) => response!.memberId);
    made.ask(sync(1, leader!, { [leader!]: "all" }));
    made.replicate();
    expect(assignmentOf(made.ask(sync(1, leader!)))).toBe("all");
    expect(assignmentOf(made.ask(sync(1, follower!)))).toBe("");
  });

  test("what is refused", () => {
    const { made, ids } = stable(2);
    const errorOf = (generation: number, id: string, changed = {}): number =>
      made.ask({ ...sync(generation, id), ...changed }).response!.errorCode;
    expect(errorOf(0, ids[0]!)).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(errorOf(1, "stranger")).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(errorOf(1, ids[0]!, { protocolName: "sticky" })).toBe(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    );
    expect(errorOf(1, ids[0]!, { protocolType: null, protocolName: null })).toBe(ErrorCode.NONE);
    made.ask(join(ids[0]));
    expect(errorOf(1, ids[1]!)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
  });

  test("a rebalance meanwhile sends those who wait back to join", () => {
    const made = new TestCoordinators();
    const joins = [joinAs(made), joinAs(made)];
    made.run(6_000);
    const ids = joins.map(({ response }) => response!.memberId);
    const waiting = ids.map((id) => made.ask(sync(1, id, { [ids[0]!]: "old" })));
    joinAs(made);
    made.replicate();
    expect(waiting.map(({ response }) => response!.errorCode)).toEqual([27, 27]);
    // What the leader had assigned was replicated after all, but is of no generation any more.
    expect(made.led.coordinator.groups[0]!.state).toBe("preparingRebalance");
    const again = ids.map((id) => made.ask(join(id)));
    expect(again.map(({ response }) => response!.generationId)).toEqual([2, 2]);
    expect(made.led.coordinator.groups[0]!.state).toBe("completingRebalance");
  });

  test("who does not ask in time for what is assigned is out, the leader too", () => {
    const made = new TestCoordinators();
    const joins = [joinAs(made), joinAs(made)];
    made.run(6_000);
    const ids = joins.map(({ response }) => response!.memberId);
    const waiting = made.ask(sync(1, ids[1]!));
    for (let at = 0; at < 11; at++) {
      made.run(5_000);
      made.ask(heartbeat(1, ids[0]!));
    }
    expect(waiting.response).toBe(null);
    made.run(5_000);
    expect(waiting.response!.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(made.ask(join(ids[1])).response).toMatchObject({ generationId: 2, leader: ids[1] });
    // In each generation anew.
    for (let at = 0; at < 12; at++) {
      made.ask(heartbeat(2, ids[1]!));
      made.run(5_000);
    }
    expect(made.ask(heartbeat(2, ids[1]!)).response!.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test("an assignment that cannot be written sends all back to join", () => {
    for (const [isLate, code] of [
      [false, ErrorCode.COORDINATOR_NOT_AVAILABLE],
      [true, ErrorCode.REBALANCE_IN_PROGRESS],
    ] as const) {
      const made = new TestCoordinators();
      const joins = [joinAs(made), joinAs(made)];
      made.run(6_000);
      const ids = joins.map(({ response }) => response!.memberId);
      if (!isLate) made.led.appendError = ErrorCode.NOT_ENOUGH_REPLICAS;
      const waiting = [ids[1]!, ids[0]!].map((id) => made.ask(sync(1, id)));
      if (isLate) made.run(5_000, false);
      expect(waiting.map(({ response }) => response!.errorCode)).toEqual([code, code]);
      const again = ids.map((id) => made.ask(join(id)));
      made.replicate();
      expect(again.map(({ response }) => response!.generationId)).toEqual([2, 2]);
    }
  });

  test("a sync that is repeated while the first waits: both are answered, one is written", () => {
    const made = new TestCoordinators();
    const leader = joinAs(made);
    made.run(3_000);
    const request = sync(1, leader.response!.memberId, { [leader.response!.memberId]: "all" });
    const asked = [made.ask(request), made.ask(request)];
    expect(made.led.log).toHaveLength(1);
    made.replicate();
    expect(asked.map(({ response }) => response!.errorCode)).toEqual([27, 0]);
  });
});

describe("signs of life", () => {
  test("a member that is silent for its session timeout is out", () => {
    const { made, ids } = stable(2);
    made.run(9_900);
    expect(made.ask(heartbeat(1, ids[0]!)).response!.errorCode).toBe(ErrorCode.NONE);
    made.run(200);
    expect(made.ask(heartbeat(1, ids[1]!)).response!.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(made.ask(heartbeat(1, ids[0]!)).response!.errorCode).toBe(27);
    expect(made.ask(heartbeat(0, ids[0]!)).response!.errorCode).toBe(ErrorCode.ILLEGAL_GENERATION);
  });

  test("who waits for an answer need give none", () => {
    const { made, ids } = stable(2);
    const waiting = made.ask(join(ids[0], { rebalanceTimeoutMs: 30_000 }));
    const newcomer = joinAs(made);
    for (let at = 0; at < 3; at++) {
      made.run(9_000);
      made.ask(heartbeat(1, ids[1]!));
    }
    expect(made.led.coordinator.groups[0]!.members.size).toBe(3);
    made.ask(join(ids[1]));
    expect([waiting, newcomer].map(({ response }) => response!.generationId)).toEqual([2, 2]);
    // From the answer on it has a whole session again.
    made.run(9_900);
    expect(made.led.coordinator.groups[0]!.members.size).toBe(3);
  });

  test("nor who waits for what is assigned, and then it has a whole session again", () => {
    const made = new TestCoordinators();
    const joins = [joinAs(made), joinAs(made)];
    made.run(6_000);
    const ids = joins.map(({ response }) => response!.memberId);
    const waiting = made.ask(sync(1, ids[1]!));
    for (let at = 0; at < 3; at++) {
      made.run(9_000);
      made.ask(heartbeat(1, ids[0]!));
    }
    made.ask(sync(1, ids[0]!, { [ids[1]!]: "all" }));
    made.replicate();
    expect(assignmentOf(waiting)).toBe("all");
    made.run(9_900);
    expect(made.led.coordinator.groups[0]!.members.size).toBe(2);
  });

  test("but a new member's join is given up after five minutes: perhaps nobody waits any more", () => {
    const { made, ids } = stable(1);
    made.ask(join(ids[0], { rebalanceTimeoutMs: 400_000, sessionTimeoutMs: 1_000_000 }));
    for (const id of ids) made.ask(sync(2, id));
    made.replicate();
    const newcomer = joinAs(made);
    made.run(299_900);
    expect(newcomer.response).toBe(null);
    made.run(200);
    expect(newcomer.response!.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test("who leaves is out at once, and may leave once", () => {
    const { made, ids } = stable(2);
    const members = [{ memberId: ids[0]!, groupInstanceId: null, reason: null }];
    const leave = { api: "leaveGroup", groupId: "g", members } as const;
    expect(made.ask(leave).response).toEqual({
      api: "leaveGroup",
      errorCode: 0,
      members: [{ memberId: ids[0], groupInstanceId: null, errorCode: 0 }],
    });
    expect(made.ask(leave).response!.members[0]!.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(made.ask(leave, { apiVersion: 2 }).response!.errorCode).toBe(
      ErrorCode.UNKNOWN_MEMBER_ID,
    );
    expect(made.ask(join(ids[1])).response).toMatchObject({ generationId: 2, leader: ids[1] });
  });

  test("the last one leaves an empty group behind, and a record that says so", () => {
    const { made, ids } = stable(1);
    const members = [{ memberId: ids[0]!, groupInstanceId: null, reason: null }];
    made.ask({ api: "leaveGroup", groupId: "g", members });
    made.replicate();
    made.move(2);
    made.run(100);
    expect(made.led.coordinator.groups).toMatchObject([
      { state: "empty", generation: 2, leader: null, members: new Map() },
    ]);
  });
});

test("what happened is told", () => {
  const { made, ids } = stable(2);
  made.ask(commit([5], { memberId: ids[0]!, generationId: 1 }));
  made.replicate();
  made.run(10_100);
  expect(made.events.map(({ kind }) => kind)).toEqual([
    "groupsLoaded",
    "groupRebalanceBegan",
    "groupGenerationFormed",
    "groupAssigned",
    "offsetsCommitted",
    "groupRebalanceBegan",
    "groupEmptied",
  ]);
  expect(made.events[2]).toMatchObject({ generation: 1, leader: ids[0], memberIds: ids });
  expect(made.events[5]).toMatchObject({ reason: "sessionEnded" });
});
