import type { Action, Run, RunOptions } from "@chronik/core/sim";
import { DEFAULT_RUN_OPTIONS } from "@chronik/core/sim";
import type { ProblemState } from "../ui/page.ts";
import { decodeBase64Url, encodeBase64Url } from "./base64Url.ts";
import { ACTIONS_MAX, LINK_LENGTH_MAX, SEED_MAX, TIME_MAX_US } from "./linkLimits.ts";

/** What the address asks for. */
export type LinkedRun =
  /** No run: the scenario, from this seed. */
  | { readonly kind: "seed"; readonly seed: number }
  | { readonly kind: "run"; readonly run: Run; readonly viewAtUs: number }
  | { readonly kind: "nothing" };

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: ProblemState };

/**
 * The one place where something from outside becomes a run. A link is opened exactly as it says or
 * it is refused, with the path of what is wrong and what to do.
 */
export async function parseAddress(address: {
  search: string;
  hash: string;
}): Promise<Parsed<LinkedRun>> {
  const seedText = new URLSearchParams(address.search).get("seed");
  const runText = readRunText(address.hash);
  const seed = seedText === null ? null : parseSeed(seedText);
  if (seed !== null && !seed.ok) return seed;
  if (runText === null) {
    const value =
      seed === null ? { kind: "nothing" as const } : { kind: "seed" as const, seed: seed.value };
    return { ok: true, value };
  }

  const linked = await parseRunText(runText);
  if (!linked.ok) return linked;
  if (seed !== null && seed.value !== linked.value.run.seed) {
    return refuse(
      `The address says seed ${seed.value}, the run in it says ${linked.value.run.seed}.`,
      "Copy the whole link again, or open one of the two seeds from the top bar.",
    );
  }
  return linked;
}

/** A seed as a person types it or as the address holds it. */
export function parseSeed(text: string): Parsed<number> {
  const digits = text.trim();
  const seed = Number(digits);
  if (/^\d{1,10}$/.test(digits) && seed <= SEED_MAX) return { ok: true, value: seed };
  return {
    ok: false,
    problem: {
      title: `The seed "${shorten(text)}" cannot be opened.`,
      detail: `A seed is a whole number from 0 to ${SEED_MAX}. Type one, for example 1042.`,
    },
  };
}

/** The query and hash of a link that repeats this run and shows this moment of it. */
export function formatLink(run: Run, viewAtUs: number): Parsed<string> {
  if (run.actions.length > ACTIONS_MAX) return tooLong(`it has ${run.actions.length} actions`);
  if (viewAtUs > TIME_MAX_US) return tooLong("it is longer than half an hour");
  const options = Object.fromEntries(
    Object.entries(run.options).filter(
      ([key, value]) => DEFAULT_RUN_OPTIONS[key as keyof RunOptions] !== value,
    ),
  );
  const link: LinkV1 = { v: 1, seed: run.seed, options, actions: [...run.actions], at: viewAtUs };
  const text = `?seed=${run.seed}#run=${encodeBase64Url(JSON.stringify(link))}`;
  if (text.length > LINK_LENGTH_MAX) return tooLong(`it would be ${text.length} characters long`);
  return { ok: true, value: text };
}

/** `?seed=…`, which the address always shows. */
export function formatSeed(seed: number): string {
  return `?seed=${seed}`;
}

interface LinkV1 {
  readonly v: 1;
  readonly seed: number;
  readonly options: Partial<RunOptions>;
  readonly actions: readonly Action[];
  /** The moment to show. */
  readonly at: number;
}

function readRunText(hash: string): string | null {
  return hash.startsWith("#run=") ? hash.slice("#run=".length) : null;
}

async function parseRunText(encoded: string): Promise<Parsed<Extract<LinkedRun, { kind: "run" }>>> {
  if (encoded.length > LINK_LENGTH_MAX) {
    return refuse(`It is ${encoded.length} characters long, the limit is ${LINK_LENGTH_MAX}.`);
  }
  const json = decodeBase64Url(encoded);
  const data = json === null ? undefined : parseJson(json);
  if (data === undefined) return refuse("It is damaged: part of it is missing or was changed.");
  // Most visits bring no run, and need not wait for what checks one.
  const { checkLink } = await import("./linkSchema.ts");
  const checked = checkLink(data);
  if (!checked.ok) return refuse(`${checked.breach}.`);
  const { seed, options, actions, at } = checked.link;
  const run = { seed, options: { ...DEFAULT_RUN_OPTIONS, ...options }, actions };
  return { ok: true, value: { kind: "run", run, viewAtUs: at } };
}

function refuse(
  reason: string,
  advice = "Copy the whole link again, or go on with the run that is open now.",
): { readonly ok: false; readonly problem: ProblemState } {
  return {
    ok: false,
    problem: { title: "This link cannot be opened.", detail: `${reason} ${advice}` },
  };
}

function tooLong(reason: string): { readonly ok: false; readonly problem: ProblemState } {
  return {
    ok: false,
    problem: {
      title: "This run is too long for a link.",
      detail: `${reason[0]?.toUpperCase()}${reason.slice(1)}; a link holds half an hour, ${ACTIONS_MAX} actions and ${LINK_LENGTH_MAX} characters. Share an earlier moment, or open the seed again and act less.`,
    },
  };
}

function shorten(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}

/** Undefined when this is not JSON. */
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
