import { expect, test } from "vitest";
import { threeBrokers } from "@chronik/core/sim";
import type { Action, Run } from "@chronik/core/sim";
import * as clientParts from "./clientParts.ts";
import { KeptView } from "./filmView.ts";
import { Worldline } from "./worldline.ts";

const SCENARIO = threeBrokers(7);
const PRODUCER: Action = {
  atUs: 6_000_000,
  kind: "startProducer",
  client: 2,
  topic: "orders",
  recordsPerSecond: 2,
  acks: -1,
  idempotent: true,
  keyCount: 64,
  valueBytes: 16,
};
const CALM: Run = {
  ...SCENARIO,
  options: { ...SCENARIO.options, nodeCount: 5 },
  actions: [...SCENARIO.actions, PRODUCER],
};

test("a picture of a calm run adds few objects and fields to those before it", () => {
  const line = new Worldline(CALM, null, clientParts);
  const seen = new Set<unknown>();
  let kept: KeptView | null = null;
  const added: Count[] = [];
  for (let us = 10_000_000; us < 20_000_000; us += 500_000) {
    while (line.runChunk(CALM.actions, us).kind === "onTheWay");
    kept = new KeptView(line.view(), kept);
    added.push(countNew(kept, seen));
  }
  const later = added.slice(1);
  expect(Math.max(...later.map(({ objects }) => objects))).toBeLessThan(30);
  expect(Math.max(...later.map(({ fields }) => fields))).toBeLessThan(300);
  expect(Math.max(...later.map(({ characters }) => characters))).toBeLessThan(1_000);
});

interface Count {
  objects: number;
  fields: number;
  characters: number;
}

function countNew(value: unknown, seen: Set<unknown>): Count {
  const count = { objects: 0, fields: 0, characters: 0 };
  const visit = (one: unknown): void => {
    if (typeof one !== "object" || one === null || seen.has(one)) return;
    seen.add(one);
    const fields = Object.values(one);
    for (const field of fields) if (typeof field === "string") count.characters += field.length;
    count.objects++;
    count.fields += fields.length;
    for (const field of fields) visit(field);
  };
  visit(value);
  return count;
}
