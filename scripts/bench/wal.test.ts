import { expect, test } from "vitest";
import { walWorkloads } from "./wal.ts";

test.each(walWorkloads(0.01))("workload $name counts what it must, twice", (workload) => {
  expect(workload.prepare()()).toEqual(workload.expected);
  expect(workload.prepare()()).toEqual(workload.expected);
});
