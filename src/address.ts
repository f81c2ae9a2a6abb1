import type { Run } from "@chronik/core/sim";
import type { Parsed } from "./link.ts";
import { formatLink, formatSeed } from "./link.ts";

/** The whole link that repeats this run and shows this moment. */
export function linkOf(run: Run, viewAtUs: number): Parsed<string> {
  const link = formatLink(run, viewAtUs);
  return link.ok
    ? { ok: true, value: `${location.origin}${location.pathname}${link.value}` }
    : link;
}

/**
 * The address always shows the seed. It keeps the run that it was opened with only while that is
 * still the run on the page.
 */
export function showSeed(seed: number, keepRun: boolean): void {
  const hash = keepRun && location.hash.startsWith("#run=") ? location.hash : "";
  history.replaceState(null, "", `${formatSeed(seed)}${hash}`);
}
