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

const STATIC_IMPORT = /(?:\bfrom|\bimport)\s*["'`]\.\/([^"'`]+\.js)["'`]/g;

const dist = join(root, "dist");
const { page, workers } = firstLoad();
let bytes = 0;
let pageBytes = 0;
for (const name of readdirSync(join(dist, "assets")).sort()) {
  const size = gzipSync(readFileSync(join(dist, "assets", name)), { level: 9 }).length;
  const counts = page.has(name) || workers.has(name);
  if (counts) bytes += size;
  if (page.has(name)) pageBytes += size;
  say(`${kilobytes(size).padStart(9)}  ${name}${counts ? "" : "  (not counted)"}`);
}
const sentence =
  `JavaScript at first load: ${kilobytes(bytes)} compressed (gzip), ` +
  `budget ${kilobytes(FIRST_LOAD_BYTES_MAX)}`;
const pageSentence = `of which the page: ${kilobytes(pageBytes)}, budget ${kilobytes(PAGE_BYTES_MAX)}`;
if (bytes > FIRST_LOAD_BYTES_MAX) fail(`${sentence}: over it.`);
if (pageBytes > PAGE_BYTES_MAX) fail(`${pageSentence}: over it.`);
say(`${sentence}; ${pageSentence}`);

/** The scripts of index.html and what they import statically; the same of the workers they start. */
function firstLoad() {
  const html = readFileSync(join(dist, "index.html"), "utf8");
  const scripts = [...html.matchAll(/(?:src|href)="[^"]*?([^"/]+\.js)"/g)].map(([, name]) => name);
  const page = reach(scripts);
  const started = [...page].flatMap((name) => namesIn(name, /new URL\(["'`]([^"'`]+\.js)/g));
  if (started.length === 0)
    fail("dist/index.html names no script, or its script starts no worker.");
  return { page, workers: reach(started) };
}

function reach(names) {
  const waiting = [...names];
  const found = new Set();
  while (waiting.length > 0) {
    const name = waiting.pop();
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...namesIn(name, STATIC_IMPORT));
  }
  return found;
}

function namesIn(name, pattern) {
  const code = readFileSync(join(dist, "assets", name), "utf8");
  return [...code.matchAll(pattern)].map(([, found]) => found.split("/").at(-1));
}

function kilobytes(count) {
  return `${(count / 1000).toFixed(1)} kB`;
}
