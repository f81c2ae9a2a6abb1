/** How fast this machine is now: what else is measured here stands in proportion to it. */
import type { Browser } from "@playwright/test";
import { median } from "d3-array";

const RUNS = 9;

/** What a fixed piece of work, about the page's own mix, takes in this browser, in milliseconds. */
export async function paceMs(browser: Browser): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const spans: number[] = [];
  for (let run = 0; run < RUNS; run++) spans.push(await page.evaluate(workOnce));
  await context.close();
  return median(spans)!;
}

/** Runs in the page: objects by the thousand, maps, strings. */
function workOnce(): number {
  const startMs = performance.now();
  const known = new Map<string, { readonly at: number; readonly text: string }>();
  let seed = 1;
  for (let at = 0; at < 300_000; at++) {
    seed = (Math.imul(seed, 48_271) >>> 0) % 2_147_483_647;
    const key = `n${seed % 4_096}`;
    const before = known.get(key);
    known.set(key, { at: (before?.at ?? 0) + at, text: key + String(at % 100) });
  }
  return performance.now() - startMs;
}
