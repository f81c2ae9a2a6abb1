import { expect, test } from "vitest";
import { offset } from "../../base/ids.ts";
import { decodePartitionSnapshot, encodePartitionSnapshot } from "./partitionSnapshot.ts";

test("is where the segments end, and the batches behind that", () => {
  const data = encodePartitionSnapshot(offset(258), Uint8Array.of(7), Uint8Array.of(8, 9));
  expect([...data]).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 7, 8, 9]);
  const { segmentsEnd, batches } = decodePartitionSnapshot(data);
  expect([segmentsEnd, [...batches]]).toEqual([258, [7, 8, 9]]);
});

test("that is cut short is none", () => {
  expect(() => decodePartitionSnapshot(new Uint8Array(7))).toThrow("where its segments end");
});
