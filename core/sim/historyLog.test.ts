import { expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import { HistoryLog } from "./historyLog.ts";

const RECORDS = 30_000;

/** A request for every record, and each is acknowledged. */
function filled(history: HistoryLog): HistoryLog {
  const said = {
    client: 2,
    topic: "t",
    partition: 0,
    key: null,
    acks: -1,
    idempotent: true,
  } as const;
  for (let offset = 0; offset < RECORDS; offset++) {
    history.sendRequest(2, 0, 1, nodeId(1), { kind: "metadata" }, offset);
    history.acknowledge({ ...said, offset, value: `c2-${offset}`, atUs: offset });
  }
  return history;
}

test("all that is acknowledged is kept", () => {
  expect(filled(new HistoryLog()).acknowledged).toHaveLength(RECORDS);
});

test("or only the latest, and still it is known how far it went", () => {
  const history = filled(new HistoryLog(false));
  expect(history.acknowledged.length).toBeLessThan(RECORDS);
  expect(history.acknowledged.at(-1)?.offset).toBe(RECORDS - 1);
  const [first] = history.acknowledged;
  expect(history.acknowledged.map(({ offset }) => offset)).toEqual(
    history.acknowledged.map((_, at) => (first?.offset ?? 0) + at),
  );
  expect(history.acknowledgedEnd(partitionKey("t", 0))).toBe(RECORDS);
});
