/**
 * Holds what a first visit loads to its budgets (gzip): the JavaScript until there is a picture, the
 * part of it that draws the page, and everything that comes by itself until the live picture stands.
 * Chunks that wait for somebody to ask for them are listed, but do not count; nor does what the
 * service worker fetches afterwards, for visits without a network.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { fail, root, say } from "./install.mjs";

const FIRST_LOAD_BYTES_MAX = 200_000;
/** The part that draws the page: it must not grow in the shadow of the core. */
const PAGE_BYTES_MAX = 113_000;
const VISIT_BYTES_MAX = 330_000;

/** What page and worker import by themselves behind the first picture, without its hash. */
const BEHIND_THE_FIRST_PICTURE = [
  "clientParts",
  "disks",
  "Lanes",
  "Log",
  "NodePanels",
  "SidePanels",
];

const STATIC_IMPORT = /(?:\bfrom|\bimport)\s*["'`]\.\/([^"'`]+\.js)["'`]/g;

const outDir = resolve(root, process.argv[2] ?? "dist");
const names = readdirSync(join(outDir, "assets")).sort();
const html = readFileSync(join(outDir, "index.html"), "utf8");
const page = reach(namesIn(html, /(?:src|href)="[^"]*?([^"/]+\.js)"/g));
const started = [...page].flatMap((name) => namesIn(textOf(name), /new URL\(["'`]([^"'`]+\.js)/g));
if (started.length === 0) fail("index.html names no script, or its script starts no worker.");
const first = new Set([...page, ...reach(started)]);
const behind = reach(BEHIND_THE_FIRST_PICTURE.map(chunkNamed));
const styles = new Set(
  [...first, ...behind, ...namesIn(html, /href="[^"]*?([^"/]+\.css)"/g)].flatMap(stylesOf),
);
const fonts = new Set([...styles].flatMap(fontsOf));
const visit = new Set([...first, ...behind, ...styles, ...fonts]);

let later = 0;
for (const name of names) {
  const bytes = sizeOf(name);
  if (!visit.has(name)) later += bytes;
  say(`${kilobytes(bytes).padStart(9)}  ${name}${note(name)}`);
}
const total = sum([...visit]) + compressed(Buffer.from(html));
check("JavaScript at first load", sum([...first]), FIRST_LOAD_BYTES_MAX);
check("of which the page", sum([...page]), PAGE_BYTES_MAX);
check("a whole first visit, with styles and font", total, VISIT_BYTES_MAX);
say(`for what is asked for later, and kept for visits without a network: ${kilobytes(later)}`);

function check(what, bytes, bytesMax) {
  const sentence = `${what}: ${kilobytes(bytes)} compressed (gzip), budget ${kilobytes(bytesMax)}`;
  if (bytes > bytesMax) fail(`${sentence}: over it.`);
  say(sentence);
}

function note(name) {
  if (first.has(name)) return "";
  if (visit.has(name)) return "  (behind the first picture)";
  return "  (not counted)";
}

/** These scripts and what they import statically. */
function reach(scripts) {
  const waiting = [...scripts];
  const found = new Set();
  while (waiting.length > 0) {
    const name = waiting.pop();
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...namesIn(textOf(name), STATIC_IMPORT));
  }
  return found;
}

/** A script's own style sheet has its name; those of the page are named by index.html. */
function stylesOf(name) {
  if (name.endsWith(".css")) return [name];
  const chunk = chunkOf(name);
  return names.filter((each) => each.endsWith(".css") && chunkOf(each) === chunk);
}

/** Those that any text needs; others wait for a character of theirs. */
function fontsOf(style) {
  const faces = textOf(style).match(/@font-face\s*\{[^}]*\}/g) ?? [];
  return faces
    .filter((face) => !/unicode-range/.test(face) || /U\+0*20-/i.test(face))
    .flatMap((face) => namesIn(face, /url\([^)]*?([^)/"]+\.woff2)/g));
}

function chunkNamed(chunk) {
  const found = names.find((name) => name.endsWith(".js") && chunkOf(name) === chunk);
  return found ?? fail(`There is no chunk ${chunk}: is BEHIND_THE_FIRST_PICTURE still right?`);
}

/** Without the hash, which has eight characters. */
function chunkOf(name) {
  return name.replace(/-.{8}\.\w+$/, "");
}

function namesIn(text, pattern) {
  return [...text.matchAll(pattern)].map(([, found]) => found.split("/").at(-1));
}

function textOf(name) {
  return readFileSync(join(outDir, "assets", name), "utf8");
}

function sizeOf(name) {
  const bytes = readFileSync(join(outDir, "assets", name));
  // A font is compressed already, and servers send it as it is.
  return name.endsWith(".woff2") ? bytes.length : compressed(bytes);
}

function sum(files) {
  return files.reduce((bytes, name) => bytes + sizeOf(name), 0);
}

function compressed(bytes) {
  return gzipSync(bytes, { level: 9 }).length;
}

function kilobytes(count) {
  return `${(count / 1000).toFixed(1)} kB`;
}
