import { expect } from "vitest";
import { utf8Decode } from "../../../base/utf8.ts";
import type { HeartbeatRequest, OffsetCommitRequest } from "../../../wire/request.ts";
import { join, sync, TestCoordinators } from "./testCoordinators.ts";
import type { AnswerOf, Asked } from "./testCoordinators.ts";

export type Joined = AnswerOf<ReturnType<typeof join>>;

export function heartbeat(generationId: number, memberId: string): HeartbeatRequest {
  return { api: "heartbeat", groupId: "g", generationId, memberId, groupInstanceId: null };
}

/** One offset for each partition of "orders", from partition 0 on. */
export function commit(
  offsets: readonly number[],
  changed: Partial<OffsetCommitRequest> = {},
): OffsetCommitRequest {
  return {
    api: "offsetCommit",
    groupId: "g",
    generationId: -1,
    memberId: "",
    groupInstanceId: null,
    partitions: offsets.map((committedOffset, partition) => {
      return {
        topic: "orders",
        partition,
        committedOffset,
        committedLeaderEpoch: 2,
        metadata: null,
      };
    }),
    ...changed,
  };
}

export function committed(made: TestCoordinators, partition = 0): number | undefined {
  const partitions = [{ topic: "orders", partition }];
  const asked = made.ask({ api: "offsetFetch", groups: [{ groupId: "g", partitions }] });
  return asked.response?.groups[0]?.partitions[0]?.committedOffset;
}

export function codes({ response }: Asked<AnswerOf<OffsetCommitRequest>>): number[] | undefined {
  return response?.partitions.map(({ errorCode }) => errorCode);
}

/** Joins with the id that the first round gives (KIP-394); the answer may be open. */
export function joinAs(made: TestCoordinators, changed = {}): Asked<Joined> {
  const { memberId } = made.ask(join("", changed)).response!;
  return made.ask(join(memberId, changed));
}

/** A stable group of so many members, the leader first; each is assigned "<n>". */
export function stable(
  size: number,
  made = new TestCoordinators(),
): { made: TestCoordinators; ids: string[] } {
  const joins = Array.from({ length: size }, () => joinAs(made));
  made.run(9_000);
  const ids = joins.map(({ response }) => response!.memberId);
  const assignments = Object.fromEntries(ids.map((id, at) => [id, `${at}`]));
  for (const id of ids) made.ask(sync(1, id, id === ids[0] ? assignments : {}));
  made.replicate();
  expect(made.led.coordinator.groups[0]).toMatchObject({ state: "stable", generation: 1 });
  return { made, ids };
}

export function assignmentOf(asked: Asked<AnswerOf<ReturnType<typeof sync>>>): string | null {
  return asked.response?.errorCode === 0 ? utf8Decode(asked.response.assignment) : null;
}
