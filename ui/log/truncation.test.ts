import type { LogCellView, LogRowView } from "@chronik/core/view";
import { describe, expect, test } from "vitest";
import { truncatedCells } from "./truncation.ts";

const cell = (index: number, term: number): LogCellView => ({
  index,
  term,
  state: "disk",
  command: "topic",
  bytes: 10,
});
const row = (cells: readonly LogCellView[]): LogRowView => ({
  node: "n5",
  cells,
  commit: 16,
  applied: 16,
  appliedKnown: true,
  lastIndex: cells.at(-1)?.index ?? 0,
  persistedIndex: cells.at(-1)?.index ?? 0,
  snapshotIndex: 0,
  note: "on disk",
  noteTone: "plain",
  tornIndex: null,
  tornTerm: 0,
  stranded: [],
  progress: null,
});
const before = row([cell(16, 2), cell(17, 2), cell(18, 2)]);

describe("what a newer leader takes from a log", () => {
  test("is what it cuts off and what it replaces", () => {
    expect(truncatedCells(before, row([cell(16, 2)]), 1_000)).toEqual([cell(17, 2), cell(18, 2)]);
    const replaced = row([cell(16, 2), cell(17, 3), cell(18, 3)]);
    expect(truncatedCells(before, replaced, 1_000)).toEqual([cell(17, 2), cell(18, 2)]);
  });

  test("is nothing while the log grows and the window slides", () => {
    expect(truncatedCells(before, row([cell(17, 2), cell(18, 2), cell(19, 2)]), 1_000)).toEqual([]);
  });

  test("is not what a snapshot has taken", () => {
    const compacted = { ...row([]), snapshotIndex: 18, lastIndex: 18 };
    expect(truncatedCells(before, compacted, 1_000)).toEqual([]);
  });

  test("is not what a jump in time or a crash has taken", () => {
    const shorter = row([cell(16, 2)]);
    expect(truncatedCells(before, shorter, -1)).toEqual([]);
    expect(truncatedCells(before, shorter, 5_000_000)).toEqual([]);
    expect(truncatedCells(before, { ...shorter, appliedKnown: false }, 1_000)).toEqual([]);
  });
});
