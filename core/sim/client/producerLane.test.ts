import { describe, expect, test } from "vitest";
import { nodeId } from "../../base/ids.ts";
import { ProducerLane } from "./producerLane.ts";
import type { Batch } from "./producerLane.ts";

const N1 = nodeId(1);

/** A lane of batches of one record each, and a count of the epochs that it has begun. */
function setUp(producerEpoch: number | null = 0, batchRecords = 1) {
  const lane = new ProducerLane(0, batchRecords, producerEpoch);
  let epoch = producerEpoch ?? 0;
  let made = 0;
  const newEpoch = (): number => ++epoch;
  const add = (count: number): void => {
    for (let n = 0; n < count; n++) lane.add({ key: null, value: `v${made++}` }, 0);
  };
  const next = (nowUs = 0): Batch | null => lane.next(nowUs, newEpoch);
  /** What may be sent now is sent. */
  const send = (nowUs = 0): Batch[] => {
    const sent: Batch[] = [];
    for (let batch = next(nowUs); batch !== null; batch = next(nowUs)) {
      lane.send(N1);
      sent.push(batch);
    }
    return sent;
  };
  return { lane, add, next, send };
}

const rows = (batches: readonly Batch[]): string[] =>
  batches.map(({ records, producerEpoch, baseSequence }) => {
    return `${records.map(({ value }) => value).join("+")} ${producerEpoch}.${baseSequence}`;
  });

describe("batches", () => {
  test("fill up until they are sent", () => {
    const { lane, add, send } = setUp(0, 3);
    add(4);
    expect(lane.queue.map(({ records }) => records.length)).toEqual([3, 1]);
    expect(rows(send())).toEqual(["v0+v1+v2 0.0", "v3 0.3"]);
  });

  test("of a producer that is not idempotent have no sequence, and are sent again at once", () => {
    const { lane, add, send } = setUp(null);
    add(2);
    const [first] = send();
    expect(rows(lane.inFlight)).toEqual(["v0 -1.-1", "v1 -1.-1"]);
    lane.retry(first!, 5);
    expect(send(4)).toEqual([]);
    expect(rows(send(5))).toEqual(["v0 -1.-1"]);
  });
});

describe("an idempotent producer", () => {
  test("numbers batches, and keeps the number when it sends one again", () => {
    const { lane, add, send } = setUp();
    add(3);
    const [first, second, third] = send();
    for (const batch of [second!, first!, third!]) lane.retry(batch, 0);
    expect(rows(lane.queue)).toEqual(["v0 0.0", "v1 0.1", "v2 0.2"]);
  });

  test("goes to another leader only when nothing is on its way to the one before", () => {
    const { lane, add, send } = setUp();
    add(2);
    const [first, second] = send();
    expect([lane.maySendTo(N1), lane.maySendTo(nodeId(2))]).toEqual([true, false]);
    lane.retry(first!, 0);
    expect(lane.maySendTo(nodeId(2))).toBe(false);
    lane.retry(second!, 0);
    expect(lane.maySendTo(nodeId(2))).toBe(true);
  });

  test("sends one after the other while a batch is repeated, so that none overtakes it", () => {
    const { lane, add, send } = setUp();
    add(3);
    const [first, second, third] = send();
    lane.retry(first!, 0);
    lane.retry(second!, 0);
    expect(send()).toEqual([first]);
    lane.acknowledged(third!);
    expect(send()).toEqual([]);
    lane.acknowledged(first!);
    expect(send()).toEqual([second]);
  });

  test("takes an answer out of order for no wonder while the one before is still to come", () => {
    const { lane, add, send } = setUp();
    add(2);
    const [first, second] = send();
    lane.retry(first!, 0);
    lane.outOfOrder(second!, 0);
    expect(rows(send())).toEqual(["v0 0.0"]);
    lane.acknowledged(first!);
    expect(rows(send())).toEqual(["v1 0.1"]);
  });

  test("begins a new epoch when the broker has lost its place, once nothing is on its way", () => {
    const { lane, add, send } = setUp();
    add(3);
    const [first, second, third] = send();
    lane.acknowledged(first!);
    lane.outOfOrder(second!, 0);
    expect(send()).toEqual([]);
    lane.outOfOrder(third!, 0);
    expect(rows(send())).toEqual(["v1 1.0"]);
    lane.acknowledged(second!);
    expect(rows(send())).toEqual(["v2 1.1"]);
    add(1);
    lane.acknowledged(third!);
    expect(rows(send())).toEqual(["v3 1.2"]);
  });

  test("that has given up a batch sends nothing new before it knows of a gap", () => {
    const { lane, add, send } = setUp();
    add(2);
    const [first, second] = send();
    lane.retry(second!, 0);
    lane.giveUp(first!);
    add(1);
    // The second may be in the log already, and then its number tells; the third must wait.
    expect(rows(send())).toEqual(["v1 0.1"]);
    lane.outOfOrder(second!, 0);
    expect(rows(send())).toEqual(["v1 1.0", "v2 1.1"]);
  });

  test("that has given up what the broker had after all goes on as before", () => {
    const { lane, add, send } = setUp();
    add(2);
    const [first, second] = send();
    lane.giveUp(first!);
    lane.acknowledged(second!);
    add(1);
    expect(rows(send())).toEqual(["v2 0.2"]);
  });

  test("that has given up its only batch begins a new epoch", () => {
    const { lane, add, send } = setUp();
    add(1);
    const [first] = send();
    lane.giveUp(first!);
    expect(lane.isEmpty).toBe(true);
    add(1);
    expect(rows(send())).toEqual(["v1 1.0"]);
  });

  test("loses no number to a batch that was never sent", () => {
    const { lane, add, send } = setUp();
    add(1);
    lane.giveUp(lane.queue[0]!);
    add(1);
    expect(rows(send())).toEqual(["v1 0.0"]);
  });
});
