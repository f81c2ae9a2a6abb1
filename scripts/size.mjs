/** Holds the JavaScript of the first load, the worker's included, to its budget. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fail, root, say } from "./install.mjs";

const JAVASCRIPT_BYTES_MAX = 170 * 1024;

const folder = join(root, "dist", "assets");
let javascriptBytes = 0;
for (const name of readdirSync(folder).sort()) {
  const bytes = gzipSync(readFileSync(join(folder, name)), { level: 9 }).length;
  if (/\.(js|css|woff2)$/.test(name)) say(`${kilobytes(bytes).padStart(9)}  ${name}`);
  if (name.endsWith(".js")) javascriptBytes += bytes;
}
const sentence = `JavaScript at first load: ${kilobytes(javascriptBytes)} of ${kilobytes(JAVASCRIPT_BYTES_MAX)} (gzip)`;
if (javascriptBytes > JAVASCRIPT_BYTES_MAX) fail(`${sentence}: over the budget.`);
say(sentence);

function kilobytes(bytes) {
  return `${(bytes / 1024).toFixed(1)} KB`;
}
