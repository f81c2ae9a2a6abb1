import * as fc from "fast-check";
import { expect, test } from "vitest";
import { offset } from "../base/ids.ts";
import { ErrorCode } from "../wire/index.ts";
import { ProducerStates } from "./producerStates.ts";

const batch = (baseSequence: number, recordCount: number, baseOffset = 0, producerEpoch = 0) => ({
  producerId: 7,
  producerEpoch,
  baseSequence,
  recordCount,
  baseOffset: offset(baseOffset),
  lastOffset: offset(baseOffset + recordCount - 1),
});

test("a batch is next when it follows on the last one", () => {
  const states = new ProducerStates();
  expect(states.check(batch(40, 3))).toEqual({ kind: "next" });
  states.appended(batch(40, 3));
  expect(states.check(batch(43, 1))).toEqual({ kind: "next" });
  const refused = { kind: "refused", errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER };
  expect(states.check(batch(44, 1)), "a gap").toEqual(refused);
  expect(states.check(batch(42, 1)), "a part of what is there").toEqual(refused);
});

test("an exact repeat of the last five gets the old offset, an older one is out of order", () => {
  const states = new ProducerStates();
  for (let n = 0; n < 6; n++) states.appended(batch(n, 1, 100 + n));
  for (let n = 1; n < 6; n++) {
    const at = offset(100 + n);
    expect(states.check(batch(n, 1))).toEqual({
      kind: "duplicate",
      baseOffset: at,
      lastOffset: at,
    });
  }
  expect(states.check(batch(0, 1)).kind).toBe("refused");
});

test("a new epoch begins at 0, an old one is fenced", () => {
  const states = new ProducerStates();
  states.appended(batch(5, 1, 0, 1));
  const fenced = { kind: "refused", errorCode: ErrorCode.INVALID_PRODUCER_EPOCH };
  expect(states.check(batch(6, 1, 0, 0))).toEqual(fenced);
  expect(states.check(batch(6, 1, 0, 2)).kind).toBe("refused");
  expect(states.check(batch(0, 1, 0, 2))).toEqual({ kind: "next" });
});

test("sequences wrap around after 2^31 - 1", () => {
  const states = new ProducerStates();
  states.appended(batch(2 ** 31 - 2, 2));
  expect(states.check(batch(0, 1))).toEqual({ kind: "next" });
  expect(states.check(batch(1, 1)).kind).toBe("refused");
});

test("a producer without an id is never checked", () => {
  const states = new ProducerStates();
  const anonymous = { ...batch(-1, 3), producerId: -1, producerEpoch: -1 };
  states.appended(anonymous);
  expect(states.check(anonymous)).toEqual({ kind: "next" });
});

/** However often sends are repeated or lost on their way, the log holds each record once, in order. */
test("retries never make the log repeat or reorder a producer's records", () => {
  const send = fc.record({ back: fc.nat({ max: 7 }), count: fc.integer({ min: 1, max: 3 }) });
  fc.assert(
    fc.property(fc.array(send, { maxLength: 60 }), fc.boolean(), (sends, rebuilds) => {
      const states = new ProducerStates();
      const sent: { baseSequence: number; recordCount: number }[] = [];
      const log: ReturnType<typeof batch>[] = [];
      let nextSequence = 0;
      for (const { back, count } of sends) {
        const earlier = sent.at(-1 - back);
        const is = back > 0 && earlier !== undefined;
        const next = is ? earlier : { baseSequence: nextSequence, recordCount: count };
        if (!is) {
          nextSequence += count;
          sent.push(next);
        }
        const end = (log.at(-1)?.lastOffset ?? -1) + 1;
        const one = batch(next.baseSequence, next.recordCount, end);
        const check = states.check(one);
        if (check.kind === "next") {
          log.push(one);
          states.appended(one);
        } else if (check.kind === "duplicate") {
          const found = log.find(({ baseOffset }) => baseOffset === check.baseOffset);
          expect(found?.baseSequence).toBe(next.baseSequence);
        } else {
          expect(is, "only a repeat is refused").toBe(true);
        }
        if (rebuilds) states.rebuild(log);
      }
      const sequences = log.flatMap(({ baseSequence, recordCount }) =>
        Array.from({ length: recordCount }, (_, at) => baseSequence + at),
      );
      expect(sequences).toEqual(sequences.map((_, at) => at));
    }),
  );
});
