import { describe, expect, test } from "vitest";
import { DEFAULT_RUN_OPTIONS } from "@chronik/core/sim";
import type { Action, Run } from "@chronik/core/sim";
import type { Opening } from "../link.ts";
import { parseSeed, plainSeedOf } from "../link.ts";
import { LINK_ACTIONS_MAX, LINK_LENGTH_MAX, TIME_MAX_US } from "../linkLimits.ts";
import { encodeBase64Url } from "./base64Url.ts";
import { deflate } from "./deflate.ts";
import { formatLink } from "./link.ts";
import { openingOf } from "./opening.ts";
import type { Parsed } from "./parsed.ts";

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
    const { run, viewAtUs } = openedBy(await parse(await linkOf(RUN, 8_500_000)));
    expect({ run, viewAtUs }).toEqual({ run: RUN, viewAtUs: 8_500_000 });
  });

  test("is deflated when it is long, and as readable then", async () => {
    const run = { ...RUN, actions: [...RUN.actions, ...kills(200)] };
    const link = await linkOf(run, 0);
    expect(link).toContain("#run=2.");
    expect(link.length).toBeLessThan(2_000);
    expect(openedBy(await parse(link)).run).toEqual(run);
  });

  /** Kept as they were copied; they must open for ever. */
  test.each([
    [
      "1",
      "?seed=7#run=eyJ2IjoxLCJzZWVkIjo3LCJvcHRpb25zIjp7Im5vZGVDb3VudCI6NX0sImFjdGlvbnMiOlt7ImF0VXMiOjUwMDAwMDAsImtpbmQiOiJraWxsIiwibm9kZSI6Mn1dLCJhdCI6NjAwMDAwMH0",
    ],
    [
      "2",
      "?seed=7#run=2.LYsxCoAwEMD-kvkGFVS41Tc4iUOxHYrSCq0upX8X1KxJCjfaCsk5i45CPLOPIaGFEK2b4hUy2lfBbL9ZCibPCe2bF2H3waLs_jiQ90O7ugomo8NX1Qc",
    ],
  ])("of version %s opens as it always did", async (_, link) => {
    const { run, viewAtUs } = openedBy(await parse(link));
    expect(viewAtUs).toBe(6_000_000);
    expect(run).toEqual({
      seed: 7,
      options: { ...DEFAULT_RUN_OPTIONS, nodeCount: 5 },
      actions: [{ atUs: 5_000_000, kind: "kill", node: 2 }],
    });
  });

  test("is refused when it would inflate to more than there may be", async () => {
    const bomb = encodeBase64Url(await deflate(" ".repeat(8_000_000)));
    expect(bomb.length).toBeLessThan(LINK_LENGTH_MAX);
    expect(detailOf(await parse(`#run=2.${bomb}`))).toContain("It holds more than 1048576 bytes");
  });

  test("may name the scenario that it began as, and then wears its title", async () => {
    const link = await formatLink({ run: RUN, viewAtUs: 0, scenario: "five-brokers" });
    const opening = openedBy(await parse(link.ok ? link.value : ""));
    expect(opening).toMatchObject({ scenario: "five-brokers", title: "Five brokers", run: RUN });
    expect(openedBy(await parse(await linkOf(RUN, 0)))).toMatchObject({ scenario: "" });
  });

  test("is refused when it was cut short", async () => {
    const link = await linkOf(RUN, 0);
    expect(detailOf(await parse(link.slice(0, -9)))).toContain("It is damaged");
  });

  test("is refused when its two seeds differ", async () => {
    const link = (await linkOf(RUN, 0)).replace("?seed=1042", "?seed=1043");
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
      "actions.1.partitionCount makes them more than 100",
      { actions: [1, 2].map(() => ({ ...RUN.actions[0], partitionCount: 51 })) },
    ],
    ["actions.1.atUs is before", { actions: [...RUN.actions].reverse() }],
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
    ["actions are more than 2000", { actions: kills(2_001) }],
  ])("is refused with the path %s", async (path, change) => {
    const fields = { v: 1, seed: 1042, options: {}, actions: [], at: 0, ...change };
    expect(
      detailOf(
        await parse(`?seed=1042#run=2.${encodeBase64Url(await deflate(JSON.stringify(fields)))}`),
      ),
    ).toContain(path);
  });

  test("is refused when it is too long, before anything is read", async () => {
    const detail = detailOf(await parse(`#run=${"A".repeat(LINK_LENGTH_MAX + 1)}`));
    expect(detail).toContain(`the limit is ${LINK_LENGTH_MAX}`);
  });

  test("is not made of a run that would not fit", async () => {
    const refusal = async (actions: readonly Action[], viewAtUs: number): Promise<string> =>
      detailOf(await formatLink({ run: { ...RUN, actions }, viewAtUs, scenario: "" }));
    expect(await refusal(kills(LINK_ACTIONS_MAX + 1), 0)).toContain("2001 actions");
    expect(await refusal([], TIME_MAX_US + 1)).toContain("half an hour");
    const noise = kills(LINK_ACTIONS_MAX).map(({ atUs }, at): Action => {
      const value = Math.imul(at + 1, 0x9e3779b1).toString(36);
      const place = { topic: "orders", partition: 0, node: null };
      return { atUs, kind: "produce", ...place, key: value, value, acks: 1 };
    });
    expect(await refusal(noise, 0)).toContain("characters long");
    expect(await refusal(kills(LINK_ACTIONS_MAX), 0)).toBe("it was not refused");
  });
});

describe("an address", () => {
  test.each([
    ["?scenario=atlantis", 'There is no scenario "atlantis"'],
    ["?embed=yes", "embed is not 1"],
    ["?embed=1&panels=cluster,museum", "panels is not a list of"],
    ["?theme=pink", "theme is not one of"],
    ["?speed=fast", "speed is not a number"],
    ["?speed=", "speed is not a number"],
    ["?speed=11", "speed is not a number"],
    ["?speed=0", "speed is not a number"],
    ["?paused=0", "paused is not 1"],
    ["?seed=x&embed=1", 'The seed "x" cannot be opened'],
  ])("%s is refused", async (address, sentence) => {
    const parsed = await parse(address);
    expect(parsed.ok ? "" : `${parsed.problem.title} ${parsed.problem.detail}`).toContain(sentence);
  });

  test("says how the page is shown, and keeps saying it", async () => {
    const address =
      "?scenario=five-brokers&embed=1&panels=log,cluster&theme=dark&speed=0.5&paused=1";
    const opening = openedBy(await parse(address));
    expect(opening.presentation).toEqual({
      embed: ["cluster", "log"],
      theme: "dark",
      speed: 0.5,
      paused: true,
    });
    expect(opening.run.options.nodeCount).toBe(5);
    expect(opening.address).toBe(`${address}&seed=1042`);
    expect(openedBy(await parse("?embed=1")).presentation?.embed).toEqual(["cluster", "time"]);
    expect(openedBy(await parse("?theme=dark")).presentation?.embed).toBeNull();
  });

  test("needs no more than the seed for what most visitors see", () => {
    expect(plainSeedOf({ search: "", hash: "#help" })).toBeNull();
    expect(plainSeedOf({ search: "?seed=7", hash: "" })).toBe("7");
    expect(plainSeedOf({ search: "?seed=7&embed=1", hash: "" })).toBeUndefined();
    expect(plainSeedOf({ search: "?seed=7", hash: "#run=A" })).toBeUndefined();
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
      expect((await parse(`?seed=${encodeURIComponent(text)}&embed=1`)).ok).toBe(false);
    },
  );
});

function kills(count: number): Action[] {
  return Array.from({ length: count }, (_, at) => ({
    atUs: 9_800_000 + at,
    kind: "kill",
    node: 1,
  }));
}

async function linkOf(run: Run, viewAtUs: number): Promise<string> {
  const link = await formatLink({ run, viewAtUs, scenario: "" });
  if (!link.ok) throw new Error(link.problem.detail);
  return link.value;
}

function parse(link: string): Promise<Parsed<Opening>> {
  const { search, hash } = new URL(link, "https://example.org/");
  return openingOf({ kind: "openAddress", search, hash });
}

function openedBy(parsed: Parsed<Opening>): Opening {
  if (!parsed.ok) throw new Error(`${parsed.problem.title} ${parsed.problem.detail}`);
  return parsed.value;
}

function detailOf(parsed: Parsed<unknown>): string {
  return parsed.ok ? "it was not refused" : parsed.problem.detail;
}
