import { describe, expect, test } from "vitest";
import { DEFAULT_RUN_OPTIONS } from "@chronik/core/sim";
import type { Action, Run } from "@chronik/core/sim";
import { encodeBase64Url } from "./base64Url.ts";
import type { LinkedRun, Parsed } from "./link.ts";
import { formatLink, parseAddress, parseSeed } from "./link.ts";
import { ACTIONS_MAX, LINK_LENGTH_MAX, TIME_MAX_US } from "./linkLimits.ts";

const FAULT: Action = {
  atUs: 8_500_000,
  kind: "diskFault",
  node: 2,
  fault: "tornSectors",
  on: true,
};
const CONSUMER = { atUs: 1, kind: "startConsumer", client: 2, topic: "orders" };
const REASSIGN = { kind: "reassign", topic: "orders", partition: 0 };
const FLIP: Action = {
  atUs: 8_500_000,
  kind: "flipBit",
  node: 1,
  file: "wal-00000000000000000001.log",
  byte: 99,
  bit: 7,
};
const RUN: Run = {
  seed: 1042,
  options: { ...DEFAULT_RUN_OPTIONS, syncMaxUs: 30_000 },
  actions: [
    {
      atUs: 0,
      kind: "createTopic",
      topic: "orders",
      partitionCount: 3,
      replicationFactor: 3,
      minInsyncReplicas: 2,
    },
    { atUs: 5_000_000, kind: "kill", node: 2 },
    { atUs: 5_000_000, kind: "cut", nodes: [1] },
    {
      atUs: 6_000_001,
      kind: "produce",
      node: null,
      topic: "orders",
      partition: 1,
      key: "Größe",
      value: "日本 ✓",
      acks: -1,
    },
    { atUs: 7_000_000, kind: "heal" },
    { atUs: 8_000_000, kind: "consume", topic: "orders", partition: 1, node: 3 },
    FAULT,
    FLIP,
    { atUs: 9_000_000, kind: "tear", node: 2 },
    { atUs: 9_500_000, kind: "powerCut" },
    { atUs: 9_600_000, kind: "powerOn" },
    { atUs: 9_700_000, kind: "repair", node: 1 },
  ],
};

describe("a link", () => {
  test("opens exactly the run that it was made from", async () => {
    const opened = await parse(linkOf(RUN, 8_500_000));
    expect(opened).toEqual({ ok: true, value: { kind: "run", run: RUN, viewAtUs: 8_500_000 } });
  });

  test("may hold a seed alone, or nothing", async () => {
    expect(await parse("?seed=7")).toEqual({ ok: true, value: { kind: "seed", seed: 7 } });
    expect(await parse("")).toEqual({ ok: true, value: { kind: "nothing" } });
    expect(await parse("#help")).toEqual({ ok: true, value: { kind: "nothing" } });
  });

  test("is refused when it was cut short", async () => {
    const link = linkOf(RUN, 0);
    expect(detailOf(await parse(link.slice(0, -9)))).toContain("It is damaged");
  });

  test("is refused when its two seeds differ", async () => {
    const link = linkOf(RUN, 0).replace("?seed=1042", "?seed=1043");
    expect(detailOf(await parse(link))).toContain(
      "The address says seed 1043, the run in it says 1042",
    );
  });

  test.each([
    [
      "actions.0.node is not a whole number from 1 to 9",
      { actions: [{ atUs: 1, kind: "kill", node: 10 }] },
    ],
    ["actions.1.kind", { actions: [...RUN.actions.slice(0, 1), { atUs: 1, kind: "explode" }] }],
    ["actions.0.atUs", { actions: [{ atUs: 0.5, kind: "kill", node: 1 }] }],
    ["actions.0.atUs", { actions: [{ atUs: -1, kind: "kill", node: 1 }] }],
    ["actions.0.extra", { actions: [{ atUs: 1, kind: "kill", node: 1, extra: true }] }],
    ["actions.0.nodes", { actions: [{ atUs: 1, kind: "cut", nodes: [1, 1] }] }],
    ["actions.0.acks", { actions: [{ ...RUN.actions[3], acks: 2 }] }],
    [
      "actions ask for more than 100",
      { actions: [1, 2].map(() => ({ ...RUN.actions[0], partitionCount: 51 })) },
    ],
    ["actions are not in order", { actions: [...RUN.actions].reverse() }],
    ["actions.0.fault", { actions: [{ ...FAULT, fault: "haunted" }] }],
    ["actions.0.on", { actions: [{ ...FAULT, on: 1 }] }],
    ["actions.0.file", { actions: [{ ...FLIP, file: "../wal" }] }],
    ["actions.0.file", { actions: [{ ...FLIP, file: "a".repeat(65) }] }],
    ["actions.0.byte", { actions: [{ ...FLIP, byte: 2 ** 31 + 1 }] }],
    ["actions.0.bit", { actions: [{ ...FLIP, bit: 8 }] }],
    ["actions.0.node", { actions: [{ atUs: 1, kind: "powerCut", node: 1 }] }],
    ["actions.0.node", { actions: [{ atUs: 1, kind: "repair" }] }],
    ["options.segmentBytes", { options: { segmentBytes: 1_023 } }],
    ["options.snapshotEntries", { options: { snapshotEntries: 0 } }],
    ["options.snapshotTrailingEntries", { options: { snapshotTrailingEntries: -1 } }],
    ["options.slowDiskFactor", { options: { slowDiskFactor: 1 } }],
    ["options.nodeCount", { options: { nodeCount: 10 } }],
    ["actions.0.client", { actions: [{ atUs: 1, kind: "stopClient", client: 1, crash: true }] }],
    ["actions.0.group", { actions: [{ ...CONSUMER, group: "no such group name" }] }],
    ["actions.0.command.kind", { actions: [{ atUs: 1, kind: "admin", command: { kind: "rm" } }] }],
    [
      "actions.0.command.replicas",
      { actions: [{ atUs: 1, kind: "admin", command: { ...REASSIGN, replicas: [2, 2] } }] },
    ],
    ["actions.0.replicationMode", { actions: [{ ...RUN.actions[0], replicationMode: "paxos" }] }],
    ["options.toString", { options: { toString: 1 } }],
    ["options contradict", { options: { latencyMinUs: 50_000, latencyMaxUs: 40_000 } }],
    ["seed", { seed: 2 ** 32 }],
    ["at", { at: Number.MAX_SAFE_INTEGER }],
    ["v is not 1", { v: 2 }],
  ])("is refused with the path %s", async (path, change) => {
    const fields = { v: 1, seed: 1042, options: {}, actions: [], at: 0, ...change };
    expect(
      detailOf(await parse(`?seed=1042#run=${encodeBase64Url(JSON.stringify(fields))}`)),
    ).toContain(path);
  });

  test("is refused when it is too long, before anything is read", async () => {
    const detail = detailOf(await parse(`#run=${"A".repeat(LINK_LENGTH_MAX + 1)}`));
    expect(detail).toContain(`the limit is ${LINK_LENGTH_MAX}`);
  });

  test("is not made of a run that would not fit", () => {
    const kill = (atUs: number): Action => ({ atUs, kind: "kill", node: 1 });
    const many = Array.from({ length: ACTIONS_MAX + 1 }, (_, at) => kill(at));
    expect(detailOf(formatLink({ ...RUN, actions: many }, 0))).toContain("501 actions");
    expect(detailOf(formatLink(RUN, TIME_MAX_US + 1))).toContain("half an hour");
    const long = many.slice(0, ACTIONS_MAX);
    expect(detailOf(formatLink({ ...RUN, actions: long }, 0))).toContain("characters long");
  });
});

describe("a seed", () => {
  test.each(["0", " 1042 ", "4294967295", "007"])("may be %s", (text) => {
    expect(parseSeed(text)).toEqual({ ok: true, value: Number(text) });
  });

  test.each(["", "-1", "4294967296", "1e3", "0x10", "abc", "1.5", "99999999999"])(
    "may not be %s, and a person is told what may",
    async (text) => {
      expect(detailOf(parseSeed(text))).toContain("0 to 4294967295");
      expect((await parse(`?seed=${encodeURIComponent(text)}`)).ok).toBe(false);
    },
  );
});

function linkOf(run: Run, viewAtUs: number): string {
  const link = formatLink(run, viewAtUs);
  if (!link.ok) throw new Error(link.problem.detail);
  return link.value;
}

function parse(link: string): Promise<Parsed<LinkedRun>> {
  const url = new URL(link, "https://example.org/");
  return parseAddress({ search: url.search, hash: url.hash });
}

function detailOf(parsed: Parsed<unknown>): string {
  return parsed.ok ? "it was not refused" : parsed.problem.detail;
}
