import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ActionBody } from "@chronik/core/sim";
import { threeBrokers } from "@chronik/core/sim";
import { replay } from "@chronik/core/sim/clients";
import type { Command } from "./protocol.ts";
import { openPage, openScenario } from "./sessionPage.ts";

const node = fc.integer({ min: 1, max: 3 });
const action: fc.Arbitrary<ActionBody> = fc.oneof(
  fc.record({ kind: fc.constantFrom("kill", "restart", "timeOut"), node }),
  fc.record({ kind: fc.constant("cut" as const), nodes: fc.tuple(node) }),
  fc.constant({ kind: "heal" as const }),
  fc.record({
    kind: fc.constant("produce" as const),
    node: fc.constant(null),
    topic: fc.constant("orders"),
    partition: fc.integer({ min: 0, max: 2 }),
    key: fc.constant("k"),
    value: fc.constant("v"),
    acks: fc.constantFrom(0, 1, -1),
  }),
);

/** `atUs` counts from where the scenario opens; `name` may be a branch that is not there. */
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("act" as const), action }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("advance" as const), toUs: moment(3_000_000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("seek" as const), toUs: moment(2_000_000) }),
  },
  fc.record({
    kind: fc.constant("switchBranch" as const),
    name: fc.constantFrom("A", "B", "C", "D"),
  }),
  fc.record({
    kind: fc.constant("step" as const),
    direction: fc.constantFrom(1, -1),
    by: fc.constantFrom("event", "ready", "tick"),
    node,
  }),
  fc.record({ kind: fc.constant("compare" as const), name: fc.constantFrom("A", "B", "C", null) }),
  fc.record({ kind: fc.constantFrom("seekEnd", "undo", "fork", "cancel") }),
);

/** Long enough that a drag across it shows pictures. */
const LONG_US = 16_000_000;
const anywhere = fc.integer({ min: 0, max: LONG_US });
const travel: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("scrub" as const), toUs: anywhere }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("act" as const), action }) },
  fc.record({ kind: fc.constant("seek" as const), toUs: anywhere }),
  fc.record({ kind: fc.constantFrom("undo", "fork") }),
  fc.record({ kind: fc.constant("switchBranch" as const), name: fc.constantFrom("A", "B") }),
);

test("whatever was dragged over, acted on and given up, the page shows what a replay reaches", () => {
  const step = fc.tuple(travel, fc.boolean());
  fc.assert(
    fc.property(fc.array(step, { minLength: 3, maxLength: 8 }), (steps) => {
      const page = openPage(threeBrokers(7), LONG_US);
      for (const [one, isGivenUp] of steps) {
        page.send(one);
        page.slice();
        if (isGivenUp) page.send({ kind: "cancel" });
        page.work();
        const { nowUs, traceHash } = page.frame;
        const { run } = page.branch;
        const actions = run.actions.filter(({ atUs }) => atUs <= nowUs);
        const world = replay({ ...run, actions }, nowUs, { onEvent: () => {} });
        expect(traceHash).toBe(world.traceHash());
        expect(page.world.nowUs).toBe(nowUs);
      }
    }),
    { numRuns: 6 },
  );
});

test("however a drag went, where it rests the page shows what a plain seek shows", () => {
  const plain = openPage(threeBrokers(7), LONG_US);
  const move = fc.record({
    kind: fc.constantFrom("scrub" as const, "scrub" as const, "seek" as const),
    toUs: anywhere,
    slices: fc.nat({ max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(move, { minLength: 1, maxLength: 12 }), anywhere, (moves, restUs) => {
      const page = openPage(threeBrokers(7), LONG_US);
      for (const { slices, ...command } of moves) {
        page.send(command);
        for (let slice = 0; slice < slices; slice++) page.slice();
      }
      for (const one of [page, plain]) one.ask({ kind: "seek", toUs: restUs });
      expect(page.frame).toMatchObject({ exact: true, nowUs: restUs });
      expect(page.frame.traceHash).toBe(plain.frame.traceHash);
      expect(page.world).toEqual(plain.world);
    }),
    { numRuns: 6 },
  );
});

test("whatever was done, the moment shown is the one that a replay of its run reaches", () => {
  fc.assert(
    fc.property(fc.array(command, { minLength: 3, maxLength: 12 }), (commands) => {
      const page = openScenario();
      for (const one of commands) {
        page.ask(one);
        const { nowUs, traceHash, endUs, inPast } = page.frame;
        const { run } = page.branch;
        expect(inPast).toBe(nowUs < endUs);
        const actions = run.actions.filter(({ atUs }) => atUs <= nowUs);
        if (!inPast) expect(actions).toEqual(run.actions);
        const world = replay({ ...run, actions }, nowUs, { onEvent: () => {} });
        expect(traceHash).toBe(world.traceHash());
        expect(page.world.nowUs).toBe(nowUs);
      }
    }),
    { numRuns: 10 },
  );
});

function moment(span: number): fc.Arbitrary<number> {
  return fc.integer({ min: 1_500_000, max: 2_500_000 + span });
}
