import * as fc from "fast-check";
import { index, leaderEpoch, offset, term } from "../../base/ids.ts";
import type { Index, NodeId, Term } from "../../base/ids.ts";
import type { WalEntryType, WalRecord } from "../record.ts";

/** What a node does next, before it is made to fit what it did before. */
type Step =
  | {
      kind: "entry";
      back: number;
      entryType: WalEntryType;
      context: Uint8Array | null;
      data: Uint8Array;
    }
  | { kind: "hardState"; terms: number; vote: number; commits: number }
  | { kind: "snapshot"; ahead: number; installed: boolean }
  | { kind: "produce"; topic: string; batch: Uint8Array; number: number }
  | { kind: "truncateReplica" | "openReplica"; topic: string; number: number };

const anyBytes = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  // Long enough to reach over sectors; never a sector of zeros, which is the limit of recovery.
  {
    weight: 1,
    arbitrary: fc.integer({ min: 500, max: 1600 }).map((size) => new Uint8Array(size).fill(1)),
  },
  { weight: 1, arbitrary: fc.nat(300).map((size) => new Uint8Array(size)) },
);
const anyTopic = fc.oneof(fc.string({ maxLength: 9 }), fc.constantFrom("é", "漢字", "😀-1"));
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("entry" as const),
      back: fc.oneof(fc.constant(0), fc.nat(4)),
      entryType: fc.constantFrom<WalEntryType>(
        "EntryNormal",
        "EntryConfChange",
        "EntryConfChangeV2",
      ),
      context: fc.option(anyBytes),
      data: anyBytes,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("hardState" as const),
      terms: fc.nat(2),
      vote: fc.nat(3),
      commits: fc.nat(3),
    }),
  },
  fc.record({
    kind: fc.constant("snapshot" as const),
    ahead: fc.nat(9),
    installed: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("produce" as const),
    topic: anyTopic,
    batch: anyBytes,
    number: fc.maxSafeNat(),
  }),
  fc.record({
    kind: fc.constantFrom("truncateReplica" as const, "openReplica" as const),
    topic: anyTopic,
    number: fc.maxSafeNat(),
  }),
);

/** One step of one of three groups; a `RecordMaker` makes it a record. */
export type AnyStep = Step & { readonly group: number };
export const anyRecordStep: fc.Arbitrary<AnyStep> = fc
  .tuple(anyStep, fc.constantFrom(0, 1, 0xffff_ffff))
  .map(([step, group]) => ({ ...step, group }));

interface Group {
  first: number;
  last: number;
  hardState: { term: number; vote: number; commit: number };
}

/** Makes records that could be of one node: no hole between entries, no hard state that goes back. */
export class RecordMaker {
  readonly #groups = new Map<number, Group>();

  /** Learns what a log says already. */
  note(record: WalRecord): void {
    if (!("group" in record)) return;
    const group = this.#group(record.group);
    if (record.kind === "entry") {
      if (record.index < group.first || group.last < group.first) group.first = record.index;
      group.last = record.index;
    } else if (record.kind === "hardState") {
      const { term, vote, commit } = record;
      group.hardState = { term, vote, commit };
    } else if (record.kind === "snapshot" && record.installed) {
      group.first = record.index + 1;
      group.last = record.index;
    }
  }

  make(step: AnyStep): WalRecord {
    const record = this.#record(step);
    this.note(record);
    return record;
  }

  #record(step: AnyStep): WalRecord {
    const { group } = step;
    const { first, last, hardState } = this.#group(group);
    switch (step.kind) {
      case "entry": {
        const at = index(Math.max(first, last + 1 - step.back));
        const { kind, entryType, context, data } = step;
        return { kind, group, term: term(hardState.term), index: at, entryType, context, data };
      }
      case "hardState": {
        const voted = step.terms === 0 && hardState.vote !== 0;
        return {
          kind: "hardState",
          group,
          term: (hardState.term + step.terms) as Term,
          vote: (voted ? hardState.vote : step.vote) as NodeId,
          commit: (hardState.commit + step.commits) as Index,
        };
      }
      case "snapshot": {
        const at = index(step.installed ? last + step.ahead : last);
        return { kind: "snapshot", group, index: at, term: term(1), installed: step.installed };
      }
      case "produce": {
        const { kind, topic, batch, number } = step;
        const at = offset(number);
        return {
          kind,
          topic,
          partition: batch.length,
          baseOffset: at,
          lastOffset: at,
          recordCount: topic.length,
          leaderEpoch: leaderEpoch(-1),
          batch,
        };
      }
      case "truncateReplica":
        return {
          kind: "truncateReplica",
          topic: step.topic,
          partition: 0,
          toOffset: offset(step.number),
        };
      case "openReplica": {
        const topicId = step.number.toString(16).padStart(32, "0");
        return { kind: "openReplica", topic: step.topic, partition: 7, topicId };
      }
    }
  }

  #group(id: number): Group {
    let group = this.#groups.get(id);
    if (group === undefined) {
      group = { first: 1, last: 0, hardState: { term: 1, vote: 0, commit: 0 } };
      this.#groups.set(id, group);
    }
    return group;
  }
}

/** What a writer carries over: the last hard state and the last marker of each group. */
export function carriedFrom(records: readonly WalRecord[]): WalRecord[] {
  const hardStates = new Map<number, WalRecord>();
  const markers = new Map<number, WalRecord>();
  for (const record of records) {
    if (record.kind === "hardState") hardStates.set(record.group, record);
    if (record.kind === "snapshot") markers.set(record.group, { ...record, installed: false });
  }
  return [...markers.values(), ...hardStates.values()];
}
