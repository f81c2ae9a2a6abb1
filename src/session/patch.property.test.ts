import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { WorldView } from "@chronik/core/view";
import { applyPatch, diff } from "./patch.ts";

const LISTS = ["flights", "writes", "requests", "events", "cuts"] as const;
const RECORDS = ["nodes", "logs", "readies", "partitions"] as const;
const WHOLES = ["nowUs", "summary", "sentence", "nodeNames", "log", "quorum", "run"] as const;

type Loose = Record<string, unknown>;

/** Shapes are all that a patch looks at: an item is any object, a whole slice any value. */
const item = fc.record({ id: fc.nat({ max: 20 }), label: fc.string({ maxLength: 3 }) });
const whole = fc.oneof(fc.nat(), item, fc.constant(null));
const key = fc.constantFrom("n1", "n2", "n3", "10", "__proto__");
const record = fc
  .uniqueArray(fc.tuple(key, item), { maxLength: 4, selector: ([name]) => name })
  .map((entries): unknown => Object.fromEntries(entries));

const world: fc.Arbitrary<WorldView> = fc
  .tuple(
    fc.tuple(...LISTS.map(() => fc.array(item, { maxLength: 6 }))),
    fc.tuple(...RECORDS.map(() => record)),
    fc.tuple(...WHOLES.map(() => whole)),
  )
  .map(([lists, records, wholes]) => {
    const view: Loose = {};
    LISTS.forEach((name, at) => (view[name] = lists[at]));
    RECORDS.forEach((name, at) => (view[name] = records[at]));
    WHOLES.forEach((name, at) => (view[name] = wholes[at]));
    return view as unknown as WorldView;
  });

/** A later view of the same world: some slices kept, of the others some items kept. */
const laterThan = (previous: WorldView): fc.Arbitrary<WorldView> =>
  fc.tuple(world, fc.infiniteStream(fc.boolean())).map(([next, coins]) => {
    const keep = (): boolean => coins.next().value;
    const old = previous as unknown as Loose;
    const view: Loose = { ...next };
    for (const name of Object.keys(view)) if (keep()) view[name] = old[name];
    for (const name of LISTS) {
      const kept = (old[name] as unknown[]).filter(keep);
      if (view[name] !== old[name]) view[name] = [...kept, ...(view[name] as unknown[])];
    }
    for (const name of RECORDS) {
      const kept = Object.entries(old[name] as Loose).filter(keep);
      const changed = Object.entries(view[name] as Loose);
      if (view[name] !== old[name]) view[name] = Object.fromEntries([...changed, ...kept]);
    }
    return view as unknown as WorldView;
  });

const pair = world.chain((previous) => fc.tuple(fc.constant(previous), laterThan(previous)));

test("a patch, once posted, makes the next view", () => {
  fc.assert(
    fc.property(pair, ([previous, next]) => {
      expect(applyPatch(previous, structuredClone(diff(previous, next)))).toEqual(next);
      expect(applyPatch(null, structuredClone(diff(null, next)))).toEqual(next);
    }),
  );
});

test("what did not change is still the same object on the other side", () => {
  fc.assert(
    fc.property(pair, ([previous, next]) => {
      const applied = applyPatch(previous, structuredClone(diff(previous, next)));
      for (const name of Object.keys(next) as (keyof WorldView)[]) {
        if (next[name] === previous[name]) expect(applied[name]).toBe(previous[name]);
      }
      for (const name of LISTS) {
        const old: readonly unknown[] = previous[name];
        next[name].forEach((entry, at) => {
          if (old.includes(entry)) expect(applied[name][at]).toBe(entry);
        });
      }
      for (const name of RECORDS) {
        for (const [id, value] of Object.entries(next[name])) {
          const kept = Object.hasOwn(previous[name], id) && previous[name][id] === value;
          if (kept) expect(applied[name][id]).toBe(value);
        }
      }
    }),
  );
});

test("nothing is sent of a view that did not change", () => {
  fc.assert(
    fc.property(world, (view) => {
      expect(diff(view, { ...view })).toEqual({ whole: {}, lists: {}, records: {} });
    }),
  );
});
