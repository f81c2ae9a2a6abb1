/**
 * Installs what is missing, and says what it does. Needs nothing but Node itself, because it runs
 * before anything is installed.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const NODE_MIN = [20, 19];

/** Stops with a sentence instead of a stack trace when this Node is too old for the tools. */
export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  fail(`This project needs Node.js ${NODE_MIN.join(".")} or newer; this is ${process.version}.`);
}

/**
 * Installs what package-lock.json says unless node_modules holds it already. Not with `npm ci`: that
 * refuses a lock file without the optional binaries of platforms that its author's registry lacks.
 */
export function ensurePackages() {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const stamp = join(root, "node_modules", ".chronik-lock-sha256");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  say("Installing npm packages ...");
  run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(stamp, lock);
}

/**
 * Path of a Chromium: one that is there, else Playwright's own, else Debian's package.
 */
export function ensureChromium() {
  const present = findChromium();
  if (present !== null) return present;

  say("No Chromium found. Trying Playwright's own ...");
  const playwright = join(root, "node_modules", "@playwright", "test", "cli.js");
  const download = spawnSync(process.execPath, [playwright, "install", "chromium"], {
    cwd: root,
    stdio: "ignore",
    timeout: 300_000,
  });
  const downloaded = download.status === 0 ? playwrightChromium() : null;
  if (downloaded !== null) return downloaded;

  say("Playwright's Chromium cannot be had here. Trying Debian's package ...");
  if (spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status === 0) {
    const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    for (const step of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
      const [command, ...rest] = [...sudo, "apt-get", ...step];
      spawnSync(command, rest, { stdio: ["ignore", "ignore", "inherit"], env: environment });
    }
  }
  const installed = findChromium();
  if (installed !== null) return installed;
  fail(
    "No Chromium could be installed. Install Chromium or Chrome by hand, or set CHRONIK_CHROMIUM " +
      "to the path of one, and run this again.",
  );
}

function findChromium() {
  const named = process.env.CHRONIK_CHROMIUM;
  if (named !== undefined && named !== "") {
    if (existsSync(named)) return named;
    fail(`CHRONIK_CHROMIUM is set to ${named}, but there is no such file.`);
  }
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      if (folder !== "" && existsSync(path)) return path;
    }
  }
  const applications = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  ];
  return applications.find((path) => existsSync(path)) ?? playwrightChromium();
}

/** Asks the installed Playwright where its Chromium is; null when it has none. */
function playwrightChromium() {
  const question =
    "import('@playwright/test').then((p) => process.stdout.write(p.chromium.executablePath()))";
  const answer = spawnSync(process.execPath, ["--input-type=module", "-e", question], {
    cwd: root,
    encoding: "utf8",
  });
  const path = answer.stdout?.trim() ?? "";
  return path !== "" && existsSync(path) ? path : null;
}

/** Runs a command in the project's folder; stops this process with its exit code if it fails. */
export function run(command, args, environment = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...environment },
    shell: process.platform === "win32",
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Path of a tool that a package brought. */
export function tool(name) {
  return join(root, "node_modules", ".bin", name);
}

export function say(sentence) {
  console.log(sentence);
}

export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
