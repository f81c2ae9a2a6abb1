/**
 * `npm run conformance -- DIR...`: replays data files in the format of etcd's raft tests (its
 * interaction, quorum and confchange files) and prints every transcript that differs.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseDataFile } from "../core/raft/conformance/dataFile.ts";
import { describeDifference } from "../core/raft/conformance/difference.ts";
import { replay } from "../core/raft/conformance/replay.ts";

const USAGE = `Use: npm run conformance -- PATH...
Replays every *.txt file in and below each folder PATH, and each file PATH, in sorted order.
Ends with the number of directives that passed and failed; exit code 1 if any failed.`;

const args = process.argv.slice(2);
if (args.includes("--help") || args.includes("-h")) {
  console.log(USAGE);
  process.exit(0);
}
if (args.length === 0) fail(USAGE);
const unknown = args.find((arg) => arg.startsWith("-"));
if (unknown !== undefined) fail(`There is no option ${unknown}.\n${USAGE}`);

let passed = 0;
let failed = 0;
for (const path of args.flatMap(filesOf)) replayFile(path);
if (passed + failed === 0) fail("These files hold no directive: nothing was replayed.");
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** The data files that an argument stands for. */
function filesOf(arg: string): readonly string[] {
  const path = resolve(callerFolder(), arg);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) fail(`${arg} does not exist: name a folder of data files, or a file.`);
  if (!found.isDirectory()) return [path];
  const files = readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".txt"))
    .map((name) => join(path, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    .sort();
  if (files.length === 0) fail(`${arg} holds no *.txt file: name a folder of data files.`);
  return files;
}

/** Where the command was typed: npm runs a script in the root of the project. */
function callerFolder(): string {
  const isByNpm = process.env["npm_lifecycle_event"] === "conformance";
  return (isByNpm ? process.env["INIT_CWD"] : undefined) ?? ".";
}

function replayFile(path: string): void {
  const parts = parseDataFile(readFileSync(path, "utf8"));
  if ("error" in parts) {
    failed++;
    console.log(`${path}:${parts.line}: ${parts.error}`);
    console.log(`FAILED  not replayed  ${path}`);
    return;
  }
  const outcomes = replay(parts);
  const failures = outcomes.filter((outcome) => !outcome.passed);
  for (const failure of failures) console.log(describeDifference(path, failure));
  passed += outcomes.length - failures.length;
  failed += failures.length;
  const count = `${outcomes.length - failures.length} of ${outcomes.length}`;
  console.log(`${failures.length === 0 ? "ok    " : "FAILED"}  ${count} passed  ${path}`);
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
