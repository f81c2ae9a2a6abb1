/** `npm run check`: types, lint with the ring rules, format, unused code, the house's own rules. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { checkNode, ensurePackages, root, say, tool } from "./install.mjs";

checkNode();
ensurePackages();
const projects = ["core", "core/tsconfig.test.json", "ui", "src", "tsconfig.node.json"];
const steps = [
  ...projects.map((project) => [`types of ${project}`, tool("tsc"), ["-p", project]]),
  ["lint, rings, cycles", tool("oxlint"), ["--type-aware", "--deny-warnings"]],
  ["format", tool("oxfmt"), ["--check", "."]],
  ["unused code", tool("knip"), ["--no-progress"]],
  ["house rules", process.execPath, [join(root, "scripts", "tidy.mjs")]],
];
let failed = 0;
for (const [name, command, args] of steps) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  const good = result.status === 0;
  if (!good) failed += 1;
  say(`${good ? "ok    " : "FAILED"}  ${name}`);
  if (!good) say(`${result.stdout}${result.stderr}`);
}
say(`check: ${steps.length - failed} of ${steps.length} hold`);
process.exit(failed === 0 ? 0 : 1);
