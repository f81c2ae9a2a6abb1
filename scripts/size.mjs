/**
 * Holds the JavaScript of the first load to its budget: what the page and its worker load before
 * anybody has done anything. Chunks that are imported later are listed, but do not count.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fail, root, say } from "./install.mjs";

const FIRST_LOAD_BYTES_MAX = 200_000;
/** The part that draws the page: it must not grow in the shadow of the core. */
const PAGE_BYTES_MAX = 113_000;

const dist = join(root, "dist");
const atFirst = firstLoad();
let bytes = 0;
let pageBytes = 0;
for (const name of readdirSync(join(dist, "assets")).sort()) {
  const size = gzipSync(readFileSync(join(dist, "assets", name)), { level: 9 }).length;
  const counts = atFirst.has(name);
  if (counts) bytes += size;
  if (counts && !name.startsWith("worker")) pageBytes += size;
  say(`${kilobytes(size).padStart(9)}  ${name}${counts ? "" : "  (not counted)"}`);
}
const sentence =
  `JavaScript at first load: ${kilobytes(bytes)} compressed (gzip), ` +
  `budget ${kilobytes(FIRST_LOAD_BYTES_MAX)}`;
const pageSentence = `of which the page: ${kilobytes(pageBytes)}, budget ${kilobytes(PAGE_BYTES_MAX)}`;
if (bytes > FIRST_LOAD_BYTES_MAX) fail(`${sentence}: over it.`);
if (pageBytes > PAGE_BYTES_MAX) fail(`${pageSentence}: over it.`);
say(`${sentence}; ${pageSentence}`);

/** The scripts of index.html, what they import statically, and the workers that they start. */
function firstLoad() {
  const page = readFileSync(join(dist, "index.html"), "utf8");
  const waiting = [...page.matchAll(/(?:src|href)="[^"]*?([^"/]+\.js)"/g)].map(([, name]) => name);
  const found = new Set();
  while (waiting.length > 0) {
    const name = waiting.pop();
    if (found.has(name)) continue;
    found.add(name);
    const code = readFileSync(join(dist, "assets", name), "utf8");
    const needs = /(?:\bfrom|\bimport)\s*["'`]\.\/([^"'`]+\.js)["'`]|new URL\(["'`]([^"'`]+\.js)/g;
    for (const [, imported, worker] of code.matchAll(needs)) {
      waiting.push((imported ?? worker).split("/").at(-1));
    }
  }
  if (found.size < 2) fail("dist/index.html names no script, or its script starts no worker.");
  return found;
}

function kilobytes(count) {
  return `${(count / 1000).toFixed(1)} kB`;
}
