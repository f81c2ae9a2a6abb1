/**
 * `npm run replay -- LINK | FILE`: plays what Share copied or saved in Node.js, up to the moment that
 * it shows, and prints the trace hash. The page prints the same one beside its seed.
 */
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { replay } from "@chronik/core/sim/clients";
import { openingOf } from "../src/share/opening.ts";

/** Where a scenario is live at once, there is no moment to stop at. */
const SECONDS_SHOWN = 10;

const [what] = process.argv.slice(2);
if (what === undefined) {
  fail("Use: npm run replay -- LINK, or FILE: what Share has copied or saved.");
}
const opening = await openingOf(isFile(what) ? fileAsked(what) : linkAsked(what));
if (!opening.ok) fail(`${opening.problem.title} ${opening.problem.detail}`);

const { run, viewAtUs, title } = opening.value;
const world = replay(run, viewAtUs ?? SECONDS_SHOWN * 1_000_000, {
  onEvent: ({ atUs, event }) => {
    if (event.kind === "actionRefused") console.log(`left out at ${atUs} us: ${event.message}`);
  },
});
console.log(`${title}: seed ${run.seed}, ${run.actions.length} actions, ${world.nowUs} us`);
console.log(`trace hash ${world.traceHash()}`);

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function fileAsked(path: string) {
  return { kind: "openFile", name: basename(path), text: readFileSync(path, "utf8") } as const;
}

function linkAsked(link: string) {
  const { search, hash } = new URL(link, "http://localhost/");
  return { kind: "openAddress", search, hash } as const;
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
