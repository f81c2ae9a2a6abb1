import * as fc from "fast-check";
import { READY_STAGES } from "../../broker/index.ts";

/** A person holds the Ready of a node before a stage, or holds it no longer. */
export const stageHeld = (node: fc.Arbitrary<number>) =>
  fc.record({
    kind: fc.constant("holdStage"),
    node,
    stage: fc.constantFrom(...READY_STAGES),
    on: fc.boolean(),
  });

/** A person gives the clock of a node another rate. */
export const clockSkewed = (node: fc.Arbitrary<number>) =>
  fc.record({ kind: fc.constant("skewClock"), node, percent: fc.constantFrom(20, 100, 400) });
