import * as fc from "fast-check";
import { expect, test } from "vitest";
import { InvariantError } from "../base/assert.ts";
import { index, term } from "../base/ids.ts";
import { entry } from "./testing/openWal.ts";
import { WalIndex } from "./walIndex.ts";

const anyGroup = fc.constantFrom(0, 7);
const anyStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("entry" as const), group: anyGroup, back: fc.nat(3) }),
  },
  fc.record({
    kind: fc.constant("entryAt" as const),
    group: anyGroup,
    at: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ kind: fc.constant("installed" as const), group: anyGroup }),
  fc.record({ kind: fc.constant("taken" as const), group: anyGroup }),
  fc.record({ kind: fc.constant("compact" as const), group: anyGroup, upTo: fc.nat(12) }),
);

test("it answers as a plain map of all entries does", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
      const walIndex = new WalIndex();
      const plain = new Map<number, Map<number, number>>([
        [0, new Map()],
        [7, new Map()],
      ]);
      for (const [sequence, step] of steps.entries()) {
        const { group } = step;
        const known = plain.get(group)!;
        const last = Math.max(0, ...known.keys());
        const marker = { kind: "snapshot", group, index: index(1), term: term(1) } as const;
        if (step.kind === "installed") {
          walIndex.append({ ...marker, installed: true }, sequence);
          known.clear();
        } else if (step.kind === "taken") {
          walIndex.append({ ...marker, installed: false }, sequence);
        } else if (step.kind === "compact") {
          walIndex.compact(group, index(step.upTo));
          for (const at of known.keys()) if (at <= step.upTo) known.delete(at);
        } else {
          const at = step.kind === "entryAt" ? step.at : Math.max(1, last + 1 - step.back);
          const leavesHole = known.size > 0 && at > last + 1;
          expect(walIndex.accepts(group, index(at))).toBe(!leavesHole);
          const append = () => walIndex.append(entry(at, { group }), sequence);
          if (leavesHole) {
            expect(append).toThrow(InvariantError);
            continue;
          }
          append();
          for (const other of known.keys()) if (other >= at) known.delete(other);
          known.set(at, sequence);
        }
        for (const [group, entries] of plain) {
          const indexes = [...entries.keys()];
          const hasSome = indexes.length > 0;
          expect(walIndex.firstIndex(group)).toBe(hasSome ? Math.min(...indexes) : null);
          expect(walIndex.lastIndex(group)).toBe(hasSome ? Math.max(...indexes) : null);
          for (let at = 0; at < 20; at++) {
            expect(walIndex.sequenceOf(group, index(at))).toBe(entries.get(at) ?? null);
          }
        }
      }
    }),
    { numRuns: 500 },
  );
});
