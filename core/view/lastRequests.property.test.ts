import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { RequestRecord } from "../sim/index.ts";
import { LastRequests, requestOf } from "./lastRequests.ts";

const MOST = 3;
const interestOf = ({ operation }: RequestRecord): string | null =>
  operation === 0 ? null : `operation ${operation}`;

/** All of them looked through, from the last one on. */
function dumb(requests: readonly RequestRecord[]): readonly RequestRecord[] {
  const seen = new Set<string>();
  const last: RequestRecord[] = [];
  for (const request of requests.toReversed()) {
    const interest = interestOf(request);
    if (interest === null || seen.has(interest) || last.length === MOST) continue;
    seen.add(interest);
    last.push(request);
  }
  return last.reverse();
}

/** Some are sent, one is answered, the oldest are forgotten. */
const step = fc.record({
  operations: fc.array(fc.nat({ max: 5 }), { maxLength: 4 }),
  answered: fc.nat(),
  forgottenCount: fc.constantFrom(0, 0, 2),
});

test("the last requests of interest are those that a look through all of them finds", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const known = new LastRequests(MOST, interestOf);
      let requests: RequestRecord[] = [];
      let lastId = 0;
      for (const { operations, answered, forgottenCount } of steps) {
        requests = requests.slice(forgottenCount);
        for (const operation of operations) {
          requests.push({ id: ++lastId, operation } as RequestRecord);
        }
        const at = answered % Math.max(1, requests.length);
        if (requests[at] !== undefined) requests[at] = { ...requests[at], endedAtUs: lastId };
        const last = known.of(requests);
        expect(last).toEqual(dumb(requests));
        for (const request of last) expect(requestOf(requests, request.id)).toBe(request);
      }
    }),
  );
});
