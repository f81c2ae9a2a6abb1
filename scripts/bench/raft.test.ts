import { expect, test } from "vitest";
import { raftSuite, raftWorkloads } from "./raft.ts";

/** The counters of etcd 3.6.0 and raft-rs 0.7.0 for the same workloads. */
const MEASURED_ELSEWHERE = {
  a: { readys: 600_000, messages: 800_000 },
  b: { readys: 9_378, messages: 800_256 },
  b1: { readys: 9_378, messages: 12_504 },
  c: { readys: 15_630, messages: 1_600_512 },
  d: { readys: 600_000, messages: 800_000 },
  ea: { readys: 600_000, messages: 1_500_000 },
  eb: { readys: 9_378, messages: 909_666 },
};

test.each(raftWorkloads(0.01))("workload $name counts what it must", ({ expected, prepare }) => {
  expect(prepare()()).toEqual(expected);
});

test("every workload can run twice in one process", () => {
  for (const { expected, prepare } of raftWorkloads(0.001)) {
    prepare()();
    expect(prepare()()).toEqual(expected);
  }
});

test("at full size the counters are those of the other implementations", () => {
  const expected = Object.fromEntries(
    raftSuite.workloads.map(({ name, expected }) => [name, expected]),
  );
  expect(expected).toMatchObject(MEASURED_ELSEWHERE);
});
