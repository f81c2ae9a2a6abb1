import { describe, expect, test } from "vitest";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import { checkHistory, lostRecords } from "./historyCheck.ts";
import type { Logs } from "./historyCheck.ts";
import { HistoryLog } from "./historyLog.ts";

const AT = { topic: "t", partition: 0 };
const T0 = partitionKey("t", 0);

/** A log of these values, one key for all. */
function logs(...values: (string | null)[]): Logs {
  return new Map([
    [T0, new Map(values.map((value, offset) => [offset, { offset, key: "k", value }]))],
  ]);
}

function acknowledged(...values: string[]): HistoryLog {
  const history = new HistoryLog();
  for (const [offset, value] of values.entries()) {
    history.acknowledge({
      client: 2,
      ...AT,
      offset,
      key: "k",
      value,
      acks: -1,
      idempotent: true,
      atUs: 5,
    });
  }
  return history;
}

describe("acknowledged records", () => {
  test("are lost where the log has nothing, or something else", () => {
    const history = acknowledged("c2-1", "c2-2", "c2-3");
    expect(lostRecords(history, logs("c2-1", "c2-2", "c2-3"))).toEqual([]);
    const { lost } = checkHistory(history, logs("c2-1", "c3-1"));
    expect(lost.map(({ value }) => value)).toEqual(["c2-2", "c2-3"]);
  });

  test("are not missed where the log cannot be seen, or is of a topic that was deleted", () => {
    expect(lostRecords(acknowledged("c2-1"), logs(null))).toEqual([]);
    expect(lostRecords(acknowledged("c2-1"), new Map())).toEqual([]);
  });

  test("of an unknown offset must be somewhere", () => {
    const history = new HistoryLog();
    const record = { client: 2, ...AT, offset: -1, key: "k", value: "c2-9", acks: -1 } as const;
    history.acknowledge({ ...record, idempotent: true, atUs: 5 });
    expect(lostRecords(history, logs("c2-1", "c2-9"))).toEqual([]);
    expect(lostRecords(history, logs("c2-1"))).toHaveLength(1);
  });
});

test("a record that is there twice is told, and whether its producer had promised better", () => {
  const { duplicates } = checkHistory(acknowledged("c2-1"), logs("c2-1", "c3-1", "c2-1", "c3-1"));
  expect(duplicates).toEqual([
    { key: T0, value: "c2-1", offsets: [0, 2], idempotent: true },
    { key: T0, value: "c3-1", offsets: [1, 3], idempotent: false },
  ]);
});

test("records of a key must be in the order in which an idempotent producer made them", () => {
  const { reordered } = checkHistory(
    acknowledged("c2-1", "c2-2"),
    logs("c2-2", "c3-5", "c3-4", "c2-1"),
  );
  expect(reordered).toEqual([{ key: T0, recordKey: "k", first: "c2-2", second: "c2-1" }]);
});

describe("reads", () => {
  const read = (
    history: HistoryLog,
    firstOffset: number,
    atUs: number,
    ...values: string[]
  ): void => void history.reads.push({ client: 3, group: null, ...AT, firstOffset, values, atUs });
  const seek = (history: HistoryLog, offset: number, atUs: number): void =>
    void history.seeks.push({
      client: 3,
      group: null,
      ...AT,
      offset,
      cause: "start",
      askedAtUs: atUs,
      atUs,
    });

  test("of what is not in the log were unsafe", () => {
    const history = new HistoryLog();
    read(history, 0, 1, "c2-1", "c2-2");
    const { unsafeReads } = checkHistory(history, logs("c2-1", "c3-1"));
    expect(unsafeReads).toEqual([{ client: 3, key: T0, offset: 1, value: "c2-2", atUs: 1 }]);
  });

  test("follow each other, or a seek", () => {
    const history = new HistoryLog();
    seek(history, 0, 1);
    read(history, 0, 2, "a", "b");
    read(history, 2, 3, "c");
    seek(history, 1, 4);
    read(history, 1, 5, "b");
    expect(checkHistory(history, new Map()).gaps).toEqual([]);
    read(history, 4, 6, "e");
    const { gaps } = checkHistory(history, new Map());
    expect(gaps).toEqual([{ client: 3, key: T0, expected: 2, found: 4, atUs: 6 }]);
  });
});

describe("commits", () => {
  const commit = (history: HistoryLog, offset: number, atUs: number): void =>
    void history.commits.push({ client: 3, group: "g", ...AT, offset, atUs });
  const found = (
    history: HistoryLog,
    offset: number,
    askedAtUs: number,
    cause = "committed" as const,
  ): void =>
    void history.seeks.push({
      client: 4,
      group: "g",
      ...AT,
      offset,
      cause,
      askedAtUs,
      atUs: askedAtUs + 5,
    });

  test("that were confirmed are found by whoever asks later", () => {
    const history = new HistoryLog();
    commit(history, 3, 1);
    commit(history, 7, 10);
    found(history, 7, 11);
    expect(checkHistory(history, new Map()).lostCommits).toEqual([]);
    // Asked before the second one was confirmed.
    found(history, 3, 9);
    expect(checkHistory(history, new Map()).lostCommits).toEqual([]);
    found(history, 3, 12);
    expect(checkHistory(history, new Map()).lostCommits).toMatchObject([
      { group: "g", committed: { offset: 7 }, found: { offset: 3 } },
    ]);
  });

  test("may go back after the log has", () => {
    const history = new HistoryLog();
    commit(history, 7, 1);
    history.seeks.push({
      client: 3,
      group: "g",
      ...AT,
      offset: 0,
      cause: "outOfRange",
      askedAtUs: 2,
      atUs: 3,
    });
    found(history, 0, 5);
    expect(checkHistory(history, new Map()).lostCommits).toEqual([]);
  });
});
