/** The house's own rules, as a program: what no linter knows. Prints every breach and counts them. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, say } from "./install.mjs";

const FILE_LINES_MAX = 700;

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "");

const rules = [
  {
    name: `a source file stops at ${FILE_LINES_MAX} lines`,
    applies: (path) => /\.(ts|tsx|mjs|css)$/.test(path),
    breach: (text) => (text.split("\n").length > FILE_LINES_MAX ? "too long" : null),
  },
  {
    name: "no folder or file of odds and ends",
    applies: (path) => /(^|\/)(utils?|helpers?|misc|common)(\/|\.)/.test(path),
    breach: () => "name it for what it does",
  },
  {
    name: "colours come from the tokens",
    applies: (path) => /^ui\/.*\.(css|tsx|ts)$/.test(path) && !/tokens\./.test(path),
    breach: (text) => /#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?![\w-])/.exec(text)?.[0] ?? null,
  },
  {
    name: "no component sets a font size",
    applies: (path) => /^ui\/.*\.tsx$/.test(path),
    breach: (text) => /font-?[sS]ize/.exec(text)?.[0] ?? null,
  },
  {
    name: "no unfinished work",
    applies: (path) => /\.(ts|tsx|mjs)$/.test(path) && path !== "scripts/tidy.mjs",
    breach: (text) => /\b(TODO|FIXME|XXX|HACK)\b/.exec(text)?.[0] ?? null,
  },
  {
    name: "no test is skipped or alone",
    applies: (path) => /\.(test|spec)\.ts$/.test(path),
    breach: (text) => /\b(test|it|describe)\.(skip|only|todo)\b/.exec(text)?.[0] ?? null,
  },
  {
    name: "nothing points outside the project",
    applies: (path) => path === "package-lock.json" || /\.(ts|tsx|mjs|json|md|html)$/.test(path),
    breach: (text) => /"resolved": "http[^"]*"|\/work\/|\/root\//.exec(text)?.[0] ?? null,
    except: (path) => path === "scripts/tidy.mjs",
  },
];

let breaches = 0;
for (const path of files) {
  const matching = rules.filter((rule) => rule.applies(path) && rule.except?.(path) !== true);
  if (matching.length === 0) continue;
  const text = readFileSync(join(root, path), "utf8");
  for (const rule of matching) {
    const found = rule.breach(text);
    if (found === null) continue;
    breaches += 1;
    say(`${path}: ${rule.name}: ${found}`);
  }
}
say(`${breaches} breaches in ${files.length} files`);
process.exit(breaches === 0 ? 0 : 1);
