import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { WorldView } from "@chronik/core/view";
import { applyPatch, diff } from "./patch.ts";

type Loose = Readonly<Record<string, unknown>>;

/** As what is posted comes out on the other side. */
const PLAIN = { noNullPrototype: true } as const;

/** Shapes are all that a patch looks at: lists, records and what is neither, in each other. */
const { part } = fc.letrec<{ part: unknown; list: unknown[]; record: Loose; item: Loose }>(
  (tie) => ({
    part: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<unknown>(null, undefined, 0, 1, "", "text", true),
      tie("list"),
      tie("record"),
      tie("item"),
    ),
    list: fc.array(tie("part"), { maxLength: 5 }),
    record: fc
      .uniqueArray(fc.tuple(fc.constantFrom("n1", "n2", "10", "2", "__proto__"), tie("part")), {
        maxLength: 4,
        selector: ([name]) => name,
      })
      .map((entries): Loose => Object.fromEntries(entries)),
    item: fc.record({ id: fc.nat({ max: 3 }), label: tie("part"), rest: tie("list") }, PLAIN),
  }),
);
const view = fc.record({
  flights: part,
  nodes: part,
  log: part,
  nowUs: fc.nat(),
}) as fc.Arbitrary<Loose>;

/** Some parts kept, others changed in some of their parts, lists slid and mixed, keys moved. */
function laterThan(previous: unknown, next: unknown, coin: () => boolean): unknown {
  if (coin()) return previous;
  if (Array.isArray(previous)) {
    const fresh = Array.isArray(next) ? next : [next];
    const kept = previous.filter(coin).map((item) => laterThan(item, fresh.at(-1), coin));
    return coin() ? [...kept, ...fresh] : [...fresh, ...kept];
  }
  if (!isRecord(previous) || !isRecord(next)) return next;
  const kept = Object.entries(previous)
    .filter(coin)
    .map(([key, value]) => [key, laterThan(value, next[key], coin)] as const);
  const fresh = Object.entries(next).filter(coin);
  return Object.fromEntries(coin() ? [...kept, ...fresh] : [...fresh, ...kept]);
}

const isRecord = (value: unknown): value is Loose => typeof value === "object" && value !== null;

const pair = fc
  .tuple(view, view, fc.infiniteStream(fc.boolean()))
  .map(([previous, next, coins]) => {
    const coin = (): boolean => coins.next().value;
    const later: Record<string, unknown> = {};
    for (const key of Object.keys(next)) later[key] = laterThan(previous[key], next[key], coin);
    return [previous as unknown as WorldView, later as unknown as WorldView] as const;
  });

test("a patch, once posted, makes the next view", () => {
  fc.assert(
    fc.property(pair, ([previous, next]) => {
      const applied = applyPatch(previous, structuredClone(diff(previous, next)));
      expect(applied).toStrictEqual(next);
      expect(keysOf(applied)).toEqual(keysOf(next));
      expect(applyPatch(null, structuredClone(diff(null, next)))).toStrictEqual(next);
    }),
    { numRuns: 1_000 },
  );
});

/** Records are equal whatever the order of their keys is, but the page shows them in it. */
function keysOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keysOf);
  return isRecord(value) ? Object.entries(value).map(([key, of]) => [key, keysOf(of)]) : null;
}

test("what did not change is still the same object on the other side", () => {
  fc.assert(
    fc.property(pair, ([previous, next]) => {
      expectKept(previous, next, applyPatch(previous, structuredClone(diff(previous, next))));
    }),
    { numRuns: 1_000 },
  );
});

function expectKept(previous: unknown, next: unknown, applied: unknown): void {
  if (Object.is(previous, next)) {
    expect(applied).toBe(previous);
  } else if (Array.isArray(previous) && Array.isArray(next)) {
    next.forEach((item, at) => {
      if (previous.includes(item)) expect((applied as unknown[])[at]).toBe(item);
    });
  } else if (
    !Array.isArray(previous) &&
    !Array.isArray(next) &&
    isRecord(previous) &&
    isRecord(next)
  ) {
    for (const [key, value] of Object.entries(next)) {
      if (Object.hasOwn(previous, key)) expectKept(previous[key], value, (applied as Loose)[key]);
    }
  }
}

test("of an item that changed, the rest is kept, wherever its list has slid to", () => {
  const [first, second] = [
    { id: 1, records: [{}] },
    { id: 2, records: [{}, {}] },
  ];
  const records = [...second.records, { offset: 3 }];
  const previous = { requests: [first, second] } as unknown as WorldView;
  const next = { requests: [{ ...second, records }] } as unknown as WorldView;
  const applied = applyPatch(previous, structuredClone(diff(previous, next)));
  expect(applied).toEqual(next);
  expect(applied.requests[0]?.records[1]).toBe(second.records[1]);
});

test("nothing is sent of a view that did not change", () => {
  fc.assert(
    fc.property(view, (one) => {
      const world = one as unknown as WorldView;
      expect(applyPatch(world, diff(world, { ...world }))).toEqual(world);
      expect(diff(world, { ...world })).toHaveLength(3);
    }),
  );
});
