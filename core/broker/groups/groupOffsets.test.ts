import { describe, expect, test } from "vitest";
import { ErrorCode } from "../../wire/index.ts";
import { NAME_CHARS_MAX } from "./offsetsRecord.ts";
import {
  assignmentOf,
  codes,
  commit,
  committed,
  heartbeat,
  joinAs,
  stable,
} from "./testing/groupRequests.ts";
import { join, sync, TestCoordinators } from "./testing/testCoordinators.ts";

describe("offsets", () => {
  test("a commit is answered when it is replicated, and only then to be fetched", () => {
    const made = new TestCoordinators();
    const asked = made.ask(commit([5]));
    expect([asked.response, committed(made)]).toEqual([null, -1]);
    made.replicate();
    expect([codes(asked), committed(made)]).toEqual([[0], 5]);
    const groups = [{ groupId: "g", partitions: null }];
    expect(made.ask({ api: "offsetFetch", groups }).response!.groups[0]!.partitions).toEqual([
      {
        topic: "orders",
        partition: 0,
        committedOffset: 5,
        committedLeaderEpoch: 2,
        metadata: "",
        errorCode: 0,
      },
    ]);
  });

  test("several at once are each answered, as far as the log is replicated", () => {
    const made = new TestCoordinators();
    const asked = [5, 6].map((offset) => made.ask(commit([offset])));
    made.led.highWatermark = 1;
    made.led.coordinator.settle();
    expect([...asked.map(codes), committed(made)]).toEqual([[0], undefined, 5]);
    made.replicate();
    expect([...asked.map(codes), committed(made)]).toEqual([[0], [0], 6]);
  });

  test("of members: this generation's only, and not between join and sync", () => {
    const { made, ids } = stable(2);
    const member = { memberId: ids[0]!, generationId: 1 };
    const errorOf = (changed: object): number | undefined =>
      codes(made.ask(commit([1], { ...member, ...changed })))?.[0];
    expect(errorOf({ generationId: 0 })).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(errorOf({ memberId: "stranger" })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(errorOf({ memberId: "", generationId: -1 })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(errorOf({ groupId: "other" })).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(errorOf({ groupInstanceId: "i" })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    made.ask(join(ids[0]));
    // While others join, a member gives up its partitions: it commits how far it came.
    expect(errorOf({})).toBe(undefined);
    made.ask(join(ids[1]));
    expect(errorOf({ generationId: 2 })).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
  });

  test("a commit is a sign of life", () => {
    const { made, ids } = stable(1);
    made.run(9_000);
    made.ask(commit([1], { memberId: ids[0]!, generationId: 1 }));
    made.run(9_000);
    expect(made.ask(heartbeat(1, ids[0]!)).response!.errorCode).toBe(ErrorCode.NONE);
  });

  test("a partition with too much to say is refused, the others are committed", () => {
    const made = new TestCoordinators();
    const request = commit([5, 6]);
    const metadata = "x".repeat(4_097);
    const partitions = request.partitions.map((one, at) => (at === 0 ? { ...one, metadata } : one));
    const asked = made.ask({ ...request, partitions });
    made.replicate();
    expect(codes(asked)).toEqual([ErrorCode.OFFSET_METADATA_TOO_LARGE, 0]);
    expect([committed(made, 0), committed(made, 1)]).toEqual([-1, 6]);
  });

  test("one that takes too long is given up, but counts once it is replicated", () => {
    const made = new TestCoordinators();
    const asked = made.ask(commit([5]));
    made.run(5_000, false);
    expect(codes(asked)).toEqual([ErrorCode.COORDINATOR_NOT_AVAILABLE]);
    // It is answered once only, whatever comes.
    made.run(200, false);
    expect(committed(made)).toBe(-1);
    made.replicate();
    expect(committed(made)).toBe(5);
    made.ask(commit([6]));
    made.run(5_000, false);
    made.move(2);
    made.run(100);
    expect(committed(made)).toBe(5);
  });

  test("a partition that does not exist is refused, the others are committed", () => {
    const made = new TestCoordinators();
    made.missingTopics.add("nothing");
    const request = commit([5, 6]);
    const partitions = request.partitions.map((one, at) =>
      at === 0 ? { ...one, topic: "nothing", metadata: "x".repeat(4_097) } : one,
    );
    const asked = made.ask({ ...request, partitions });
    // It comes to be before the others are replicated: that is too late for this request.
    made.missingTopics.clear();
    made.replicate();
    expect(codes(asked)).toEqual([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 0]);
    const groups = [{ groupId: "g", partitions: null }];
    expect(made.ask({ api: "offsetFetch", groups }).response!.groups[0]!.partitions).toMatchObject([
      { topic: "orders", partition: 1, committedOffset: 6 },
    ]);
    made.missingTopics.add("nothing");
    // Of the others it is said what the group has against it.
    const late = made.ask({ ...request, partitions, generationId: 4 });
    const { UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_MEMBER_ID } = ErrorCode;
    expect(codes(late)).toEqual([UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_MEMBER_ID]);
  });

  test("a name that no record can hold is refused", () => {
    const made = new TestCoordinators();
    const groupId = "x".repeat(NAME_CHARS_MAX);
    expect(codes(made.ask(commit([5], { groupId })))).toEqual([ErrorCode.INVALID_GROUP_ID]);
  });

  test("what the log answers, in a coordinator's words", () => {
    for (const [appendError, outcomeError, code] of [
      [ErrorCode.NOT_ENOUGH_REPLICAS, 0, ErrorCode.COORDINATOR_NOT_AVAILABLE],
      [ErrorCode.KAFKA_STORAGE_ERROR, 0, ErrorCode.NOT_COORDINATOR],
      [ErrorCode.CORRUPT_MESSAGE, 0, ErrorCode.UNKNOWN_SERVER_ERROR],
      [0, ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND, ErrorCode.COORDINATOR_NOT_AVAILABLE],
    ] as const) {
      const made = new TestCoordinators();
      made.led.appendError = appendError;
      made.led.outcomeError = outcomeError;
      const asked = made.ask(commit([5]));
      made.replicate();
      expect(codes(asked)).toEqual([code]);
      // Error 20 says that the log has it.
      expect(committed(made)).toBe(outcomeError === 0 ? -1 : 5);
    }
  });
});

describe("another coordinator", () => {
  test("has the groups and what they have committed, and the members go on", () => {
    const { made, ids } = stable(2);
    made.ask(commit([7], { memberId: ids[0]!, generationId: 1 }));
    made.replicate();
    made.move(3);
    expect(committed(made)).toBe(7);
    expect(made.ask(heartbeat(1, ids[1]!)).response!.errorCode).toBe(ErrorCode.NONE);
    expect(assignmentOf(made.ask(sync(1, ids[1]!)))).toBe("1");
    made.run(9_900);
    expect(made.led.coordinator.groups[0]!.members.size).toBe(2);
    made.ask(heartbeat(1, ids[1]!));
    made.run(200);
    expect(made.led.coordinator.groups[0]).toMatchObject({ state: "preparingRebalance" });
  });

  test("does not have what was not replicated, and nobody was told otherwise", () => {
    const made = new TestCoordinators();
    const joins = [joinAs(made), joinAs(made)];
    made.run(6_000);
    const ids = joins.map(({ response }) => response!.memberId);
    const waiting = [
      ...ids.map((id) => made.ask(sync(1, id))),
      made.ask(commit([5], { groupId: "h" })),
    ];
    const newcomer = made.ask(join("", { groupId: "i", groupInstanceId: "i" }));
    made.move(2);
    made.broker(1).coordinator.settle();
    for (const { response } of waiting)
      expect(JSON.stringify(response)).toContain('"errorCode":16');
    expect(newcomer.response!.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(made.waiting).toBe(0);
    expect(made.led.coordinator.groups).toEqual([]);
  });

  test("a leader again reads again", () => {
    const { made } = stable(1);
    made.move(2);
    made.ask(commit([5], { groupId: "h" }));
    made.replicate();
    made.move(1);
    expect(made.led.coordinator.groups).toHaveLength(1);
    made.run(100);
    expect(made.led.coordinator.groups.map(({ groupId }) => groupId)).toEqual(["g", "h"]);
    expect(made.events.filter(({ kind }) => kind === "groupsLoaded")).toHaveLength(3);
  });
});

describe("what is forgotten", () => {
  const DAY_MS = 86_400_000;

  test("offsets, a week after the last has left, with tombstones", () => {
    const made = new TestCoordinators();
    made.ask(commit([5, 6]));
    made.run(100);
    made.clock.nowUs += 7 * DAY_MS * 1000 - 200_000;
    made.run(100);
    expect(committed(made)).toBe(5);
    made.run(100);
    expect(made.led.coordinator.groups).toEqual([]);
    expect(committed(made)).toBe(-1);
    made.move(2);
    made.run(100);
    expect(made.led.coordinator.groups).toEqual([]);
  });

  test("a group that has committed nothing, ten minutes after; but not one with a member", () => {
    const { made, ids } = stable(1);
    made.run(10_100);
    expect(made.led.coordinator.groups[0]!.state).toBe("empty");
    made.clock.nowUs += 599_700_000;
    made.run(100);
    expect(made.led.coordinator.groups).toHaveLength(1);
    made.clock.nowUs += 300_000;
    made.led.appendError = ErrorCode.NOT_ENOUGH_REPLICAS;
    made.run(100);
    expect(made.led.coordinator.groups).toHaveLength(1);
    made.led.appendError = ErrorCode.NONE;
    made.run(100);
    expect(made.led.coordinator.groups).toEqual([]);
    made.move(2);
    expect(made.ask(heartbeat(1, ids[0]!)).response!.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });
});
