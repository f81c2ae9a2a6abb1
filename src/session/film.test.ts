import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WorldView } from "@chronik/core/view";
import { Film, PICTURES_MAX } from "./film.ts";
import type { Picture } from "./film.ts";
import * as filmView from "./filmView.ts";

const picture = (nowUs: number): Picture => ({
  view: { nowUs, ...NOTHING } as unknown as WorldView,
  traceHash: String(nowUs),
  halted: false,
});

const NOTHING = {
  nodes: {},
  readies: {},
  logs: {},
  flights: [],
  writes: [],
  pending: [],
  partitions: {},
  clients: [],
};

const moment = fc.integer({ min: 0, max: 20_000_000 });

/** As whoever simulates does: only what is wanted. */
function filmOf(moments: readonly number[]): { film: Film; kept: number[] } {
  const film = new Film();
  const kept: number[] = [];
  for (const us of moments) {
    if (!film.wants(us)) continue;
    film.add(picture(us), filmView);
    kept.push(us);
  }
  return { film, kept };
}

test("the picture before a moment and the nearest to it are those of all that were kept", () => {
  fc.assert(
    fc.property(fc.array(moment, { maxLength: 60 }), fc.array(moment), (moments, asked) => {
      const { film, kept } = filmOf(moments);
      for (const us of asked) {
        const before = kept.filter((one) => one <= us);
        expect(film.before(us)?.view.nowUs ?? -1).toBe(Math.max(-1, ...before));
        const [nearest] = [...kept].sort(
          (one, other) => Math.abs(one - us) - Math.abs(other - us) || one - other,
        );
        expect(film.nearest(us)?.view.nowUs).toBe(nearest);
      }
    }),
  );
});

test("a branch has what came before it, and what was cut off is gone", () => {
  fc.assert(
    fc.property(fc.array(moment, { maxLength: 60 }), moment, (moments, us) => {
      const { film, kept } = filmOf(moments);
      const latest = Math.max(-1, ...kept.filter((one) => one < us));
      const branch = film.forkedAt(us);
      expect(branch.before(Infinity)?.view.nowUs ?? -1).toBe(latest);
      branch.add(picture(us), filmView);
      expect(film.before(Infinity)?.view.nowUs ?? -1).toBe(Math.max(-1, ...kept));
      film.cut(us);
      expect(film.before(Infinity)?.view.nowUs ?? -1).toBe(latest);
    }),
  );
});

describe("a long run", () => {
  test("keeps no more pictures than there is room for, at about even moments", () => {
    const film = new Film();
    const endUs = 1_800_000_000;
    for (let us = 0; us <= endUs; us += 20_000) if (film.wants(us)) film.add(picture(us), filmView);
    const moments = new Set<number>();
    for (let us = 0; us <= endUs; us += 100_000) moments.add(film.before(us)?.view.nowUs ?? -1);
    expect(moments.size).toBeLessThanOrEqual(PICTURES_MAX);
    expect(moments.size).toBeGreaterThan(PICTURES_MAX / 3);
    const sorted = [...moments].sort((a, b) => a - b);
    const gaps = sorted.slice(1).map((us, at) => us - (sorted[at] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * Math.min(...gaps));
  });

  test("shares that room with its branches", () => {
    const { film, kept } = filmOf(Array.from({ length: 600 }, (_, at) => at * 500_000));
    expect(kept).toHaveLength(600);
    film.shareWith(3);
    const left = kept.filter((us) => film.before(us)?.view.nowUs === us);
    expect(left.length).toBeLessThanOrEqual(PICTURES_MAX / 3);
    expect(left.length).toBeGreaterThanOrEqual(PICTURES_MAX / 6);
  });

  test("of a large cluster keeps fewer, for each of them takes more room", () => {
    const names = Array.from({ length: 600 }, (_, at) => `orders-${at}`);
    const partitions = (us: number): readonly [string, object][] =>
      names.map((name) => [name, { name, leader: `n${us}` }]);
    const countOf = (changes: boolean): number => {
      const film = new Film();
      const calm = Object.fromEntries(partitions(0));
      for (let us = 0; us < 300_000_000; us += 500_000) {
        const shown = changes ? Object.fromEntries(partitions(us)) : calm;
        const view = { nowUs: us, ...NOTHING, partitions: shown } as unknown as WorldView;
        film.add({ ...picture(us), view }, filmView);
      }
      let count = 0;
      let last = film.before(Infinity);
      for (; last !== null; last = film.before(last.view.nowUs - 1)) count++;
      return count;
    };
    expect(countOf(false)).toBe(600);
    const count = countOf(true);
    expect(count).toBeLessThan(350);
    expect(count).toBeGreaterThan(100);
  });
});

test("a picture has no disks and no lookups, of the lanes the end, of waits the first", () => {
  const flight = { lostAtUs: null, heldAtUs: null };
  const crowd = Array.from({ length: 500 }, () => ({ ...flight, arrivesAtUs: 900_000 }));
  const held = { ...flight, arrivesAtUs: 1_000, heldAtUs: 500 };
  const flights = [...crowd, { ...flight, arrivesAtUs: 899_999 }, held];
  const film = new Film();
  const view = {
    ...picture(1_000_000).view,
    disks: { n1: {} },
    diskBytes: { a: {} },
    inspection: {},
    lookups: [{}],
    pending: Array.from({ length: 9 }, (_, id) => ({ id })),
    flights,
    writes: [{ endsAtUs: 899_999 }, { endsAtUs: 900_000 }],
  } as unknown as WorldView;
  film.add({ ...picture(0), view }, filmView);
  expect(film.before(1_000_000)?.view).toEqual({
    nowUs: 1_000_000,
    nodes: {},
    readies: {},
    logs: {},
    disks: {},
    diskBytes: {},
    inspection: null,
    flights: [...crowd.slice(-63), held],
    writes: [{ endsAtUs: 900_000 }],
    lookups: [],
    pending: Array.from({ length: 8 }, (_, id) => ({ id })),
    partitions: {},
    clients: [],
  });
});
