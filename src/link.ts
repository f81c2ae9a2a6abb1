import type { Run, RunOptions } from "@chronik/core/sim";
import { SEED_MAX } from "./linkLimits.ts";
import type { Parsed } from "./share/parsed.ts";
import type { Presentation } from "./share/presentation.ts";

/** What somebody wants to see instead of what is on the page. */
export type Asked =
  | { readonly kind: "openAddress"; readonly search: string; readonly hash: string }
  | { readonly kind: "openScenario"; readonly name: string }
  | { readonly kind: "openRun"; readonly seed: number; readonly options: Partial<RunOptions> }
  | { readonly kind: "openFile"; readonly name: string; readonly text: string };

/** What was asked for, once it has been found to make sense. */
export interface Opening {
  readonly run: Run;
  /** Null: live, from where the cluster is up; else paused at that moment. */
  readonly viewAtUs: number | null;
  /** The scenario that it is, or began as; "" for none. */
  readonly scenario: string;
  readonly title: string;
  /** Those that are not as by default. */
  readonly options: Partial<RunOptions>;
  /** Query and hash that open it again. */
  readonly address: string;
  /** What a scenario wants to be looked at first. */
  readonly shown: Shown | null;
  /** Null: as it is. */
  readonly presentation: Presentation | null;
}

interface Shown {
  readonly node: string;
  readonly partition: string;
  readonly speed: number;
}

/**
 * The seed, if the address asks for nothing else; null when it asks for none at all. What reads all
 * other addresses is loaded with the first of them: most visits need none of it.
 */
export function plainSeedOf({
  search,
  hash,
}: Pick<Location, "search" | "hash">): string | null | undefined {
  if (hash.startsWith("#run=")) return undefined;
  if (search === "") return null;
  return /^\?seed=([^&=%+]*)$/.exec(search)?.[1];
}

/** A seed as a person types it or as the address holds it. */
export function parseSeed(text: string): Parsed<number> {
  const digits = text.trim();
  const seed = Number(digits);
  if (/^\d{1,10}$/.test(digits) && seed <= SEED_MAX) return { ok: true, value: seed };
  return {
    ok: false,
    problem: {
      title: `The seed "${text.length > 24 ? `${text.slice(0, 24)}…` : text}" cannot be opened.`,
      detail: `A seed is a whole number from 0 to ${SEED_MAX}. Type one, for example 1042.`,
    },
  };
}
