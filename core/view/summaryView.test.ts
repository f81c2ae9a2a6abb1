import { expect, test } from "vitest";
import { createWorld } from "../sim/createWorld.ts";
import { threeBrokers } from "../sim/index.ts";
import { summaryView } from "./summaryView.ts";

/**
 * n2 leads term 1 and is cut off; n1 wins term 2 and loses power at once. Until n3 or n2 hear more,
 * n2 believes in itself, but the term on the page is 2, and that has no leader.
 */
test("a leader of an older term does not lead the newest", () => {
  const scenario = threeBrokers(1042);
  const world = createWorld({
    ...scenario,
    actions: [...scenario.actions, { atUs: 4_400_000, kind: "cut", nodes: [2] }],
  });
  const leads = (id: number): boolean => {
    const { broker } = world.processes[id - 1]!;
    return broker?.raft?.role === "leader";
  };
  while (!leads(1) && !leads(3) && world.nowUs < 20_000_000) world.stepTimestamp();
  const heir = leads(1) ? 1 : 3;
  expect(leads(2)).toBe(true);
  expect(summaryView(world.processes)).toMatchObject({ term: 2, leader: `n${heir}` });

  world.act({ kind: "kill", node: heir });
  expect(leads(2)).toBe(true);
  expect(summaryView(world.processes)).toMatchObject({ term: 2, leader: null });
});
