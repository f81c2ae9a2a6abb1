import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Cluster, bytes, text } from "./testing/cluster.ts";
import { SafetyWatch } from "./testing/safety.ts";

/** One thing that may happen; numbers are taken modulo what is there. */
type Event =
  | {
      readonly kind: "work" | "workAll" | "tick" | "campaign" | "crash" | "restart" | "compact";
      readonly node: number;
    }
  | { readonly kind: "propose"; readonly node: number }
  | { readonly kind: "deliver" | "drop" | "duplicate"; readonly pick: number };

const node = fc.nat(4);
const pick = fc.nat(1000);
const eventArbitrary: fc.Arbitrary<Event> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant("work" as const), node }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("workAll" as const), node }) },
  { weight: 20, arbitrary: fc.record({ kind: fc.constant("deliver" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("drop" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("duplicate" as const), pick }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("tick" as const), node }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("campaign" as const), node }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("propose" as const), node }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("crash" as const), node }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("restart" as const), node }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("compact" as const), node }) },
);

function happen(cluster: Cluster, event: Event, command: string): void {
  if ("pick" in event) {
    if (cluster.bag.length === 0) return;
    const at = event.pick % cluster.bag.length;
    const m = cluster.bag[at]!;
    if (event.kind !== "duplicate") cluster.bag.splice(at, 1);
    if (event.kind !== "drop") cluster.deliver(m);
    return;
  }
  const member = cluster.members[event.node % cluster.members.length]!;
  switch (event.kind) {
    case "work":
      return member.work();
    case "workAll":
      return member.workAll();
    case "tick":
      return member.node?.tick();
    case "campaign":
      return member.node?.campaign();
    case "propose":
      member.node?.propose(bytes(command));
      return;
    case "crash":
      return member.crash();
    case "restart":
      return member.restart();
    case "compact": {
      // A host compacts what it has applied, between two Readys.
      const applied = member.node?.applied;
      if (applied === undefined || member.stage !== "idle") return;
      if (applied < member.storage.firstIndex()) return;
      member.storage.createSnapshot(applied, bytes(""));
      member.storage.compact(applied);
    }
  }
}

/** All nodes run, no message is lost: a leader emerges and a command reaches everybody. */
function heal(cluster: Cluster, watch: SafetyWatch): void {
  for (const member of cluster.members) member.restart();
  for (let round = 0; round < 200; round++) {
    for (const member of cluster.members) member.running.tick();
    cluster.settle();
    watch.look(cluster);
  }
  const leader = cluster.members.find((member) => member.running.role === "leader");
  if (leader === undefined) throw new Error("liveness: no leader after healing");
  expect(leader.running.propose(bytes("last"))).toBe("ok");
  cluster.settle();
  watch.look(cluster);
  for (const member of cluster.members) {
    expect(text(member.applied.at(-1)!.data)).toBe("last");
  }
}

const RUNS = 150;

describe.each([
  { size: 3, options: {} },
  { size: 5, options: {} },
  { size: 3, options: { preVote: true, checkQuorum: true } },
  { size: 5, options: { maxSizePerMsgBytes: 0, maxInflightMessages: 2 } },
])("$size nodes, $options", ({ size, options }) => {
  test("random schedules keep the five safety properties, and heal", () => {
    fc.assert(
      fc.property(
        fc.array(eventArbitrary, { minLength: 50, maxLength: 400, size: "max" }),
        fc.integer(),
        (events, seed) => {
          const cluster = new Cluster(size, options, seed);
          const watch = new SafetyWatch();
          for (const [i, event] of events.entries()) {
            happen(cluster, event, `c${i}`);
            watch.look(cluster);
          }
          heal(cluster, watch);
        },
      ),
      { numRuns: RUNS, seed: 20260820 },
    );
  }, 60_000);
});
