/**
 * `npm run replay -- LINK`: plays a shared link in Node.js up to the moment it shows, and prints the
 * trace hash. The page prints the same one beside its seed.
 */
import { replay } from "@chronik/core/sim/clients";
import { parseAddress } from "../src/link.ts";

const [link] = process.argv.slice(2);
if (link === undefined) fail("Use: npm run replay -- LINK, where LINK is what Share copied.");
const address = await parseAddress(new URL(link, "http://localhost/"));
if (!address.ok) fail(`${address.problem.title} ${address.problem.detail}`);
if (address.value.kind !== "run") fail("This link holds no run: use Share on the page.");

const { run, viewAtUs } = address.value;
const world = replay(run, viewAtUs, {
  onEvent: ({ atUs, event }) => {
    if (event.kind === "actionRefused") console.log(`left out at ${atUs} us: ${event.message}`);
  },
});
console.log(`seed ${run.seed}, ${run.actions.length} actions, ${world.nowUs} us`);
console.log(`trace hash ${world.traceHash()}`);

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
