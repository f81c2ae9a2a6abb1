import * as fc from "fast-check";
import { expect, test } from "vitest";
import { InvariantError } from "../base/assert.ts";
import { nodeId } from "../base/ids.ts";
import type { Index } from "../base/ids.ts";
import { message, MESSAGE_TYPES } from "./message.ts";
import type { Entry, Message, MessageType } from "./message.ts";
import { bytes, text } from "./testing/cluster.ts";
import { hardState, Solo } from "./testing/solo.ts";

/** Every type there is, and two that are none. */
const TYPES = [...MESSAGE_TYPES, "MsgNoSuchThing", "constructor"] as MessageType[];

/** What a number in a message should never be, and at its edges what it may be. */
const weird: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(NaN, -1, 0.5, 2.5, Infinity, -Infinity, -0, 2 ** 53, 2 ** 53 - 1),
  fc.constantFrom<unknown>(2 ** 31, 2 ** 32, null, undefined, "", "1", true, {}, [], 3n),
  fc.double(),
);

const or = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<unknown> = weird): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd as fc.Arbitrary<T> });

const small = fc.nat(8);
const data = or(fc.constantFrom(bytes(""), bytes("x"), Uint8Array.of(8, 1, 16, 3)));
const entry = or(
  fc.record({
    term: or(small),
    index: or(small),
    type: or(fc.constantFrom("EntryNormal", "EntryConfChange", "EntryConfChangeV2")),
    data,
  }),
);
/** A run of entries as a leader would send it, so that not every message is refused at once. */
const run = fc
  .record({ from: fc.integer({ min: 1, max: 7 }), term: small, length: fc.nat(3) })
  .map(({ from, term, length }) =>
    Array.from({ length }, (_, i) => ({
      term,
      index: from + i,
      type: "EntryNormal",
      data: bytes("r"),
    })),
  );
const entries = or(fc.oneof(run, fc.array(entry, { maxLength: 3 })));
const ids = or(fc.array(or(fc.nat(5)), { maxLength: 4 }));
const confState = or(
  fc.record({
    voters: ids,
    learners: ids,
    votersOutgoing: ids,
    learnersNext: ids,
    autoLeave: or(fc.boolean()),
  }),
);
const snapshot = or(
  fc.option(
    fc.record({
      metadata: or(fc.record({ confState, index: or(small), term: or(small) })),
      data,
    }),
  ),
);
const from = or(fc.nat(5), fc.constantFrom<unknown>(-1, -2, 2 ** 53, NaN, "2", null));
const strange = fc
  .record({
    type: or(fc.constantFrom(...TYPES)),
    to: or(fc.constant(1)),
    from,
    term: or(small),
    logTerm: or(small),
    index: or(small),
    entries,
    commit: or(small),
    vote: or(small),
    snapshot,
    reject: or(fc.boolean()),
    rejectHint: or(small),
    context: or(fc.constantFrom(null, bytes(""), bytes("CampaignTransfer"), bytes("12345678"))),
    responses: or(fc.constant([])),
  })
  .map((fields) => ({ ...message("MsgApp", nodeId(1)), ...fields }) as unknown as Message);

type Event = Message | "work" | "tick" | "campaign" | "propose";

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: strange },
  { weight: 3, arbitrary: fc.constantFrom<Event>("work", "work", "tick", "campaign", "propose") },
);

const RESULTS: readonly unknown[] = [
  "ok",
  "proposalDropped",
  "readIndexDropped",
  "stepLocalMessage",
  "stepMalformed",
  "stepPeerNotFound",
];

const known = (each: Entry): string => `${each.term}:${text(each.data)}`;

/** What is committed, by index. */
function committedOf({ node }: Solo): Map<Index, string> {
  const committed = node.entries(node.firstIndex, (node.commit + 1) as Index);
  if (typeof committed === "string") throw new Error(committed);
  return new Map(committed.map((each) => [each.index, known(each)]));
}

function happen(solo: Solo, what: Event): void {
  if (what === "work") solo.work();
  else if (what === "tick") solo.node.tick();
  else if (what === "campaign") solo.node.campaign();
  else if (what === "propose") solo.node.propose(bytes("p"));
  else expect(RESULTS).toContain(solo.node.step(what));
}

test.each([
  { start: "follower", options: {} },
  { start: "leader", options: {} },
  { start: "leader", options: { preVote: true, checkQuorum: true, readOnly: "leaseBased" } },
  { start: "follower", options: { preVote: true, checkQuorum: true } },
] as const)(
  "whatever a $start is given to step ($options), it answers or breaks a named rule",
  ({ start, options }) => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 12 }), (events) => {
        const solo = new Solo(3, { log: [1, 1, 2], hardState: hardState(2, 0, 2) }, options);
        if (start === "leader") solo.lead();
        else solo.work();
        for (const what of events) {
          const before = committedOf(solo);
          const { commit, term, applied } = solo.node;
          let broken = false;
          try {
            happen(solo, what);
          } catch (error) {
            if (!(error instanceof InvariantError)) throw error;
            broken = true;
          }
          for (const number of [solo.node.term, solo.node.commit, solo.node.lastIndex]) {
            expect(Number.isSafeInteger(number)).toBe(true);
          }
          expect(solo.node.term).toBeGreaterThanOrEqual(term);
          expect(solo.node.commit).toBeGreaterThanOrEqual(commit);
          // The host's word alone says what is applied.
          if (typeof what === "object") expect(solo.node.applied).toBe(applied);
          const after = committedOf(solo);
          for (const [i, each] of before) {
            if (i >= solo.node.firstIndex) expect(after.get(i)).toBe(each);
          }
          if (broken) return;
        }
      }),
      { numRuns: 400, seed: 20260820 },
    );
  },
);
