/**
 * `npm test`: installs what is missing, the browser included, and runs everything: the tests beside
 * the source, the production build with its size, and the page in the browser.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { checkNode, ensureChromium, ensurePackages, root, say, tool } from "./install.mjs";

checkNode();
ensurePackages();
const chromium = ensureChromium();
say(`Chromium: ${chromium}`);

const reports = mkdtempSync(join(tmpdir(), "chronik-test-"));
const unitReport = join(reports, "unit.json");
const pageReport = join(reports, "page.json");

const steps = [
  ["vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${unitReport}`]],
  ["vite", ["build", "--logLevel", "warn"]],
  [process.execPath, [join(root, "scripts", "size.mjs")]],
  ["playwright", ["test", "--reporter=list,json"]],
];
const environment = {
  ...process.env,
  CHRONIK_CHROMIUM: chromium,
  PLAYWRIGHT_JSON_OUTPUT_NAME: pageReport,
};
let failedSteps = 0;
for (const [command, args] of steps) {
  const path = command === process.execPath ? command : tool(command);
  const result = spawnSync(path, args, {
    cwd: root,
    stdio: "inherit",
    env: environment,
    shell: process.platform === "win32",
  });
  if (result.status !== 0) failedSteps += 1;
}

const unit = readReport(unitReport);
const page = readReport(pageReport);
rmSync(reports, { recursive: true, force: true });
const passed = (unit?.numPassedTests ?? 0) + (page?.stats.expected ?? 0) + (page?.stats.flaky ?? 0);
const failed = (unit?.numFailedTests ?? 0) + (page?.stats.unexpected ?? 0);
const broken = failedSteps > 0 || unit === null || page === null || passed === 0;
say(`${passed} passed, ${broken ? Math.max(failed, 1) : failed} failed`);
process.exit(broken ? 1 : 0);

/** A runner's own count; null when it did not get as far as writing one. */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}
