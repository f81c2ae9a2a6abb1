import { expect, test } from "vitest";
import { brokerWorkloads } from "./broker.ts";

test.each(brokerWorkloads(0.01))("workload $name counts what it must", (workload) => {
  expect(workload.prepare()()).toEqual(workload.expected);
});
