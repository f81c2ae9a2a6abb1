import { expect, test } from "vitest";
import { utf8Encode } from "../base/index.ts";
import type { Flight, RequestRecord } from "../sim/index.ts";
import * as codecs from "../wire/codecs.ts";
import * as describing from "../wire/describe.ts";
import { encodeRecordBatch, encodeRequest, splitBatches } from "../wire/index.ts";
import { FRAME_BYTES_SHOWN_MAX } from "./brokerPart.ts";
import { Inspector } from "./inspector.ts";
import type { WorldSource } from "./source.ts";
import { flightOf } from "./testing/flight.ts";

const READERS = { ...describing, ...codecs, splitBatches };

const records = encodeRecordBatch({
  baseOffset: 0,
  leaderEpoch: 0,
  firstTimestampMs: 0,
  records: [{ key: utf8Encode("k1"), value: utf8Encode("paid") }],
});

const frame = (): Uint8Array =>
  encodeRequest(
    {
      api: "produce",
      transactionalId: null,
      acks: -1,
      timeoutMs: 30_000,
      partitions: [{ topic: "orders", partition: 0, records }],
    },
    { apiVersion: 9, correlationId: 57, clientId: "c1" },
  );

function worldOf(request: Uint8Array, flights: readonly Flight[] = []): WorldSource {
  const frames = { api: "produce", apiVersion: 9, request, answer: null };
  const record = { id: 7, frames } as unknown as RequestRecord;
  return {
    history: { requests: [record, { id: 8, frames: null }] },
    flights: () => flights,
  } as unknown as WorldSource;
}

test("every byte of a request belongs to a field, and the batch in it is told field by field", () => {
  const bytes = frame();
  const inspector = new Inspector(READERS);
  const view = inspector.inspect(worldOf(bytes), { kind: "request", id: 7 });
  expect(view?.frames).toHaveLength(1);
  const shown = view!.frames[0]!;
  expect(shown.title).toBe(`produce request, version 9, ${bytes.length} bytes`);
  expect(shown.hex).toHaveLength(2 * bytes.length);
  expect(shown.hiddenBytes).toBe(0);
  expect(shown.problem).toBeNull();
  for (let at = 0; at < bytes.length; at++) {
    const holds = shown.fields.some(
      ({ position, sizeBytes }) => at >= position && at < position + sizeBytes,
    );
    expect(holds, `byte ${at}`).toBe(true);
  }
  const named = (name: string) => shown.fields.find((field) => field.name === name);
  expect(named("acks")?.value).toBe("-1");
  expect(named("magic")?.value).toBe("2");
  expect(named("record count")?.value).toBe("1");
  const crc = named("crc32c")!;
  expect(shown.hex.slice(2 * crc.position, 2 * (crc.position + crc.sizeBytes))).toBe(crc.value);
  expect(shown.records.map(({ key, value }) => `${key} = ${value}`)).toEqual(["k1 = paid"]);
});

test("the same bytes are read once, and what has none is null", () => {
  const world = worldOf(frame());
  const inspector = new Inspector(READERS);
  const first = inspector.inspect(world, { kind: "request", id: 7 });
  expect(inspector.inspect(world, { kind: "request", id: 7 })?.frames[0]).toBe(first?.frames[0]);
  expect(inspector.inspect(world, { kind: "request", id: 8 })).toBeNull();
  expect(inspector.inspect(world, { kind: "request", id: 9 })).toBeNull();
  expect(inspector.inspect(world, null)).toBeNull();
});

test("a long frame is shown in its beginning, a cut one says where it ends", () => {
  const big = new Uint8Array(FRAME_BYTES_SHOWN_MAX + 100);
  big.set(frame());
  const view = new Inspector(READERS).inspect(worldOf(big), { kind: "request", id: 7 });
  expect(view?.frames[0]?.hiddenBytes).toBe(100);
  const cut = new Inspector(READERS).inspect(worldOf(frame().subarray(0, 40)), {
    kind: "request",
    id: 7,
  });
  expect(cut?.frames[0]?.problem).toMatch(/^At byte \d+: /);
});

test("a flight is looked at for longer than the world knows it", () => {
  const flight = flightOf({
    id: 3,
    from: { kind: "client", id: 1, name: "c1" },
    payload: {
      kind: "clientFrame",
      client: 1,
      connection: 1,
      correlationId: 57,
      frame: frame(),
      request: { api: "metadata", topics: null, allowAutoTopicCreation: false },
      api: "produce",
      apiVersion: 9,
    },
  });
  const inspector = new Inspector(READERS);
  const what = { kind: "flight", id: 3 } as const;
  expect(inspector.inspect(worldOf(frame(), [flight]), what)?.title).toBe("produce from c1 to n2");
  expect(inspector.inspect(worldOf(frame()), what)?.title).toBe("produce from c1 to n2");
  expect(inspector.inspect(worldOf(frame()), { kind: "flight", id: 4 })).toBeNull();
});
