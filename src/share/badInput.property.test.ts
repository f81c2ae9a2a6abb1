import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Action } from "@chronik/core/sim";
import { DEFAULT_RUN_OPTIONS } from "@chronik/core/sim";
import type { Opening } from "../link.ts";
import { LINK_BYTES_MAX, LINK_LENGTH_MAX } from "../linkLimits.ts";
import { sharedRun } from "./arbitraryRun.ts";
import { decodeBase64Url, encodeBase64Url } from "./base64Url.ts";
import { deflate, inflate } from "./deflate.ts";
import { formatLink } from "./link.ts";
import { openingOf } from "./opening.ts";
import type { Parsed } from "./parsed.ts";
import { formatRunFile, parseRunFile } from "./runFile.ts";
import { changedOptions } from "./sharedRun.ts";
import type { SharedRun } from "./sharedRun.ts";

/**
 * Whatever comes from outside is opened exactly as it says, or refused with a sentence: more than
 * 10,000 damaged links and files, each read a second time by something simpler.
 */

/** What a person or a machine may put where something else belongs. */
const put = fc.oneof(
  fc.jsonValue(),
  fc.integer(),
  fc.constantFrom<unknown>(
    "kill",
    -1,
    -0,
    2 ** 53,
    1e308,
    null,
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "../../etc/passwd",
    "x".repeat(3_000),
    [[[[[[[[[[]]]]]]]]]],
    JSON.parse('{"__proto__":{"node":1},"constructor":{"prototype":{}}}'),
  ),
);
const way = fc.array(fc.nat(), { maxLength: 4 });
const textChange = fc.record({
  at: fc.nat(),
  remove: fc.integer({ min: 0, max: 6 }),
  insert: fc.oneof(
    fc.string({
      unit: fc.constantFrom(...Array.from('AZaz09-_=%#&?{}[]",:\n\0\\é💥')),
      maxLength: 3,
    }),
    fc.constantFrom('"__proto__":1,', "1e999", "<img src=x onerror=alert(1)>", "\r\n\r\n"),
  ),
});
const textChanges = fc.array(textChange, { minLength: 1, maxLength: 3 });
const byteChanges = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { maxLength: 3 });

test("what a link or a file is made from is what it opens", async () => {
  await fc.assert(
    fc.asyncProperty(sharedRun, async (shared) => {
      const link = await formatLink(shared);
      if (!link.ok) throw new Error(link.problem.detail);
      expect(runOf(await open(link.value))).toEqual(shared);
      const file = await parseRunFile("run.jsonl", formatRunFile(shared));
      expect(file).toEqual({ ok: true, value: shared });
    }),
    { numRuns: 200 },
  );
});

test("a link with changed characters", async () => {
  await fc.assert(
    fc.asyncProperty(sharedRun, textChanges, async (shared, changes) => {
      await expectHonestLink(changedText(await linkOf(shared), changes));
    }),
    { numRuns: 3_000 },
  );
});

test("a link with changed data, deflated or not", async () => {
  await fc.assert(
    fc.asyncProperty(sharedRun, way, put, fc.boolean(), async (shared, way, put, packed) => {
      const data = JSON.parse(await saidBy(await linkOf(shared))) as unknown;
      const json = JSON.stringify(replaceAt(data, way, put));
      await expectHonestLink(`#run=${await encoded(json, packed)}`);
    }),
    { numRuns: 2_000 },
  );
});

test("a link whose deflated bytes are changed or cut short", async () => {
  await fc.assert(
    fc.asyncProperty(sharedRun, byteChanges, fc.nat(20), async (shared, changes, cutBytes) => {
      const bytes = await deflate(await saidBy(await linkOf(shared)));
      for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
      const kept = bytes.subarray(0, Math.max(1, bytes.length - cutBytes));
      await expectHonestLink(`#run=2.${encodeBase64Url(kept)}`);
    }),
    { numRuns: 800 },
  );
});

test("a file with changed characters", async () => {
  await fc.assert(
    fc.asyncProperty(sharedRun, textChanges, async (shared, changes) => {
      await expectHonestFile(changedText(formatRunFile(shared), changes));
    }),
    { numRuns: 2_500 },
  );
});

test("a file with changed data, or lines out of order", async () => {
  await fc.assert(
    fc.asyncProperty(
      sharedRun,
      fc.nat(),
      fc.nat(),
      way,
      put,
      async (shared, which, other, way, put) => {
        const lines = formatRunFile(shared).trimEnd().split("\n");
        const [a, b] = [which % lines.length, other % lines.length];
        lines[a] = JSON.stringify(replaceAt(JSON.parse(lines[a] ?? ""), way, put));
        [lines[a], lines[b]] = [lines[b] ?? "", lines[a] ?? ""];
        await expectHonestFile(lines.join("\n"));
      },
    ),
    { numRuns: 2_500 },
  );
});

test("no more is inflated than there may be, however much there is", async () => {
  const bomb = await deflate("[".repeat(12_000_000));
  expect(bomb.length).toBeLessThan(LINK_LENGTH_MAX);
  expect(await inflate(Uint8Array.from(bomb), LINK_BYTES_MAX)).toEqual({ kind: "tooLarge" });
  expectRefused(await open(`#run=2.${encodeBase64Url(bomb)}`));
  // As deep as a link can be: what reads it must not be at the end of its stack.
  const deep = await encoded("[".repeat(500_000) + "]".repeat(500_000), true);
  expectRefused(await open(`#run=2.${deep.slice(2)}`));
});

async function expectHonestLink(link: string): Promise<void> {
  const opened = await open(link);
  if (!opened.ok) {
    expectRefused(opened);
    return;
  }
  const [, hash = ""] = link.split(/#(.*)/s);
  if (!hash.startsWith("run=")) return;
  const said = JSON.parse(await saidBy(`#${hash}`)) as Said & { readonly at: number };
  const { run, viewAtUs } = runOf(opened);
  expect({ ...run, viewAtUs }).toEqual({ ...runSaid(said), viewAtUs: said.at });
}

async function expectHonestFile(text: string): Promise<void> {
  const opened = await parseRunFile("run.jsonl", text);
  if (!opened.ok) {
    expectRefused(opened);
    return;
  }
  const [head, ...actions] = text
    .split("\n")
    .filter((line, at, all) => at < all.length - 1 || line !== "")
    .map((line) => JSON.parse(line) as unknown);
  const said = head as Omit<Said, "actions"> & { viewAtUs: number; scenario?: string };
  const run = runSaid({ ...said, actions: actions as Action[] });
  expect(opened.value).toEqual({ run, viewAtUs: said.viewAtUs, scenario: said.scenario ?? "" });
}

/** A title, a place or what is wrong, and what to do: never the text itself, which may be long. */
function expectRefused(parsed: Parsed<unknown>): void {
  if (parsed.ok) throw new Error("it was opened");
  const { title, detail } = parsed.problem;
  expect(title).toMatch(/^[A-Z].*\.$/s);
  expect(detail).toMatch(/^\S.*\.$/s);
  expect(title.length + detail.length).toBeLessThan(600);
}

interface Said {
  readonly seed: number;
  readonly options: object;
  readonly actions: readonly Action[];
}

const runSaid = ({ seed, options, actions }: Said) => ({
  seed,
  options: { ...DEFAULT_RUN_OPTIONS, ...options },
  actions,
});

function open(link: string): Promise<Parsed<Opening>> {
  const [search = "", hash] = link.split(/#(.*)/s);
  return openingOf({ kind: "openAddress", search, hash: hash === undefined ? "" : `#${hash}` });
}

function runOf(opened: Parsed<Opening>): SharedRun {
  if (!opened.ok) throw new Error(opened.problem.detail);
  const { run, viewAtUs, scenario, options } = opened.value;
  expect(options).toEqual(changedOptions(run.options));
  return { run, viewAtUs: viewAtUs ?? -1, scenario };
}

async function linkOf(shared: SharedRun): Promise<string> {
  const link = await formatLink(shared);
  return link.ok ? link.value : "";
}

/** The JSON in a link, read without any limit. */
async function saidBy(link: string): Promise<string> {
  const text = link.slice(link.indexOf("#run=") + "#run=".length);
  const isDeflated = text.startsWith("2.");
  const bytes = decodeBase64Url(isDeflated ? text.slice(2) : text) ?? new Uint8Array();
  if (!isDeflated) return new TextDecoder().decode(bytes);
  const inflated = await inflate(bytes, Infinity);
  return inflated.kind === "text" ? inflated.text : "";
}

async function encoded(json: string, packed: boolean): Promise<string> {
  return packed
    ? `2.${encodeBase64Url(await deflate(json))}`
    : encodeBase64Url(new TextEncoder().encode(json));
}

function changedText(
  text: string,
  changes: readonly { at: number; remove: number; insert: string }[],
) {
  return changes.reduce((changed, { at, remove, insert }) => {
    const position = at % (changed.length + 1);
    return changed.slice(0, position) + insert + changed.slice(position + remove);
  }, text);
}

function replaceAt(data: unknown, way: readonly number[], put: unknown): unknown {
  const [step, ...rest] = way;
  if (step === undefined || typeof data !== "object" || data === null) return put;
  const keys = Object.keys(data);
  const key = keys[step % keys.length];
  if (key === undefined) return put;
  const copy = (Array.isArray(data) ? [...data] : { ...data }) as Record<string, unknown>;
  copy[key] = replaceAt(copy[key], rest, put);
  return copy;
}
