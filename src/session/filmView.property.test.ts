import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { WorldView } from "@chronik/core/view";
import { reuse } from "@chronik/core/view";
import { KeptView } from "./filmView.ts";

/** Few numbers and words, so that much of a picture is as in another one. */
const few = fc.constantFrom(0, 1, 1, -36, 0.25, 2 ** 53, Infinity);
const part = fc.record({
  title: fc.constantFrom("vote", "ack"),
  term: few,
  timer: fc.option(fc.record({ startedAtUs: few, expiresAtUs: few })),
  votes: fc.dictionary(fc.constantFrom("n1", "n2"), few, { maxKeys: 2 }),
  logs: fc.array(fc.record({ endOffset: few }), { maxLength: 1 }),
  lostAtUs: fc.option(few),
  arrivesAtUs: few,
});
const parts = fc.array(part, { maxLength: 3 });
const named = parts.map((list) =>
  Object.fromEntries(list.map((one, at) => [`n${at}`, { name: `n${at}`, ...one }])),
);
const ofNode = named.map((all) =>
  Object.fromEntries(Object.entries(all).map(([node, one]) => [node, { ...one, node }])),
);
const lists = {
  nodes: named,
  readies: ofNode,
  logs: ofNode,
  partitions: named,
  clients: parts,
  flights: parts,
};
const view = fc
  .record({ ...lists, writes: fc.constant([]) })
  .map((some) => ({ ...UNSEEN, ...some, pending: [] }) as unknown as WorldView);
const UNSEEN = { disks: {}, diskBytes: {}, inspection: null, lookups: [] };

/** Which view comes next, behind which picture, and with which one it shares what is equal. */
const moment = fc.tuple(fc.nat(), fc.nat(), fc.nat());

test("a picture is shown as it was kept, whichever one it was kept behind", () => {
  const all = fc.array(view, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(all, fc.array(moment, { maxLength: 12 }), (all, moments) => {
      const views: WorldView[] = [];
      const kept: KeptView[] = [];
      for (const [next, behind, like] of moments) {
        const before = kept[behind % (kept.length + 1)] ?? null;
        views.push(reuse(views[like % (views.length + 1)] ?? null, all[next % all.length]!));
        kept.push(new KeptView(views.at(-1)!, before));
        expect(kept.map((one) => one.view())).toEqual(views);
      }
    }),
    { numRuns: 300 },
  );
});
