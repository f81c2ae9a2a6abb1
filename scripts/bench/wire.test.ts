import { expect, test } from "vitest";
import { wireWorkloads } from "./wire.ts";

test.each(wireWorkloads(0.001))("workload $name counts what it must, twice", (workload) => {
  expect(workload.prepare()()).toEqual(workload.expected);
  expect(workload.prepare()()).toEqual(workload.expected);
});
