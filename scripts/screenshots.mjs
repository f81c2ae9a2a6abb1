/**
 * `npm run screenshots`: renders the production build in the states worth looking at, in light, in
 * dark and on a phone. Writes docs/screenshot.png for the README, and all of them to the folder named
 * by --out (default: test-results/screenshots). `--only NAME` renders the states of that name alone,
 * `--no-build` takes the last build.
 */
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkNode, ensureChromium, ensurePackages, root, run, say, tool } from "./install.mjs";

const PORT = Number(process.env.CHRONIK_PORT ?? 4198);
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const LOOKS = [
  { look: "light", viewport: DESKTOP, colorScheme: "light" },
  { look: "dark", viewport: DESKTOP, colorScheme: "dark" },
  { look: "phone", viewport: PHONE, colorScheme: "light", hasTouch: true, deviceScaleFactor: 2 },
];

const LEADER = /^n\d, leader of term/;

/** Each opens an address and brings the page to what is worth a picture. */
const STATES = {
  "01-first-visit": {
    address: "?seed=1042",
    bring: (page) => page.waitForTimeout(700),
  },
  "02-election": {
    address: "?seed=1042",
    async bring(page) {
      await killLeader(page);
      await glyph(page, /^n\d, (pre-)?candidate/)
        .first()
        .waitFor();
      await page.keyboard.press("Space");
    },
  },
  "03-after-a-kill": {
    address: "?seed=1042",
    async bring(page) {
      await killLeader(page);
      await glyph(page, /^n\d, leader of term 2/).waitFor();
      await page.waitForTimeout(1_500);
      await page.keyboard.press("Space");
    },
  },
  "04-cut": {
    address: "?scenario=five-brokers&seed=1042",
    async bring(page) {
      await give(page, "cut off n1 n2");
      await page.waitForTimeout(2_500);
      await page.keyboard.press("Space");
    },
  },
  "05-five-in-trouble": {
    address: "?scenario=five-in-trouble",
    bring: (page) => page.waitForTimeout(500),
  },
  "06-holds": {
    address: "?seed=1042&paused=1",
    async bring(page) {
      await give(page, "Hold n1 before Persist");
      await give(page, "create topic payments 3 partitions");
      const append = page.getByRole("img", { name: /^append of entr.* to n3$/ });
      for (let step = 0; step < 40 && (await append.count()) === 0; step++) {
        await page.keyboard.press(".");
        await page.waitForTimeout(60);
      }
      await give(page, `Hold ${await append.first().getAttribute("aria-label")}`);
      await page.keyboard.press("1");
      await page.keyboard.press("Space");
      await page.waitForTimeout(1_500);
      await page.keyboard.press("Space");
    },
  },
  "07-comparison": {
    address: "?seed=1042&paused=1",
    async bring(page) {
      await makeBranches(page);
      await give(page, "Compare with branch A");
    },
  },
  "08-menu": {
    address: "?seed=1042&paused=1",
    async bring(page) {
      await glyph(page, LEADER).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("menu").waitFor();
    },
  },
  "09-palette": {
    address: "?seed=1042&paused=1",
    async bring(page) {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Command" }).fill("clock");
    },
  },
  "10-share": {
    address: "?seed=1042&paused=1",
    async bring(page) {
      await page.keyboard.press("s");
      await page.getByRole("dialog", { name: "Share" }).waitFor();
    },
  },
  "11-hundred-partitions": {
    address: "?scenario=hundred-partitions&paused=1",
    bring: (page) => page.waitForTimeout(500),
  },
  "12-past": {
    address: "?seed=1042&paused=1",
    async bring(page) {
      await makeBranches(page);
      await page.getByRole("slider", { name: "Time", exact: true }).press("PageDown");
      await page.waitForTimeout(500);
    },
  },
  "13-embed": {
    address: "?scenario=five-in-trouble&embed=1&panels=cluster,time",
    bring: (page) => page.waitForTimeout(500),
  },
  "14-help": {
    address: "?seed=1042&paused=1",
    async bring(page) {
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Help" }).waitFor();
    },
  },
  "15-disk": {
    address: "?scenario=five-in-trouble",
    async bring(page) {
      // A node without power shows its disk by itself.
      await page.keyboard.press("4");
      await page.getByRole("region", { name: "Disk" }).getByRole("option").last().waitFor();
    },
  },
  "16-broken-rule": {
    address: "?scenario=lying-disk",
    bring: (page) => page.getByRole("button", { name: /^(Broken: |1 broken)/ }).waitFor(),
  },
  "17-legend": {
    address: "?seed=1042&paused=1",
    async bring(page) {
      const legend = page.getByRole("button", { name: "Legend" });
      if (!(await legend.isVisible())) await page.getByRole("button", { name: "Menu" }).click();
      await legend.click();
      await page.getByRole("dialog", { name: "Legend" }).waitFor();
    },
  },
  "18-figures": {
    address: "?seed=1042&paused=1",
    async bring(page) {
      await page.keyboard.press("m");
      await page.getByRole("dialog", { name: "Figures" }).waitFor();
      await killLeader(page);
      await page.keyboard.press("Space");
      await page.waitForTimeout(3_000);
      await page.keyboard.press("Space");
    },
  },
};

const { values: flags } = parseArgs({
  options: {
    out: { type: "string", default: join(root, "test-results", "screenshots") },
    only: { type: "string", default: "" },
    "no-build": { type: "boolean", default: false },
  },
});
checkNode();
ensurePackages();
const executablePath = ensureChromium();
if (!flags["no-build"]) run(tool("vite"), ["build", "--logLevel", "warn"]);
mkdirSync(flags.out, { recursive: true });

const { preview } = await import("vite");
const { chromium } = await import("@playwright/test");
const server = await preview({
  root,
  preview: { port: PORT, strictPort: true, host: "localhost" },
});
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
for (const { look, ...options } of LOOKS) {
  for (const [name, state] of Object.entries(STATES)) {
    if (name.includes(flags.only)) await shoot(`${look}-${name}`, state, options);
  }
}
await browser.close();
await server.close();
const shown = join(flags.out, "light-05-five-in-trouble.png");
if (existsSync(shown)) copyFileSync(shown, join(root, "docs", "screenshot.png"));
say(`Screenshots are in ${flags.out}`);

/** Each in a window of its own; what the page says in the console is said here. */
async function shoot(name, { address, bring }, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("pageerror", (error) => say(`page error (${name}): ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") say(`console (${name}): ${message.text()}`);
  });
  try {
    await page.goto(`http://localhost:${PORT}/${address}`);
    await glyph(page, LEADER).first().waitFor();
    if (address.includes("paused")) await opened(page);
    await bring(page);
    // Chunks that came last are drawn by then.
    await page.waitForTimeout(300);
  } catch (error) {
    say(`${name} is not what it should be: ${error.message.split("\n")[0]}`);
  }
  await page.screenshot({ path: join(flags.out, `${name}.png`) });
  await context.close();
}

/** The first picture comes while the run goes on to where it is opened. */
async function opened(page) {
  const bar = page.getByRole("slider", { name: "Time", exact: true });
  let before = null;
  let now = await bar.getAttribute("aria-valuenow");
  while (now !== before) {
    await page.waitForTimeout(400);
    before = now;
    now = await bar.getAttribute("aria-valuenow");
  }
}

function glyph(page, name) {
  return page.getByRole("region", { name: "Cluster", exact: true }).getByRole("button", { name });
}

async function killLeader(page) {
  const label = await glyph(page, LEADER).first().getAttribute("aria-label");
  await page.keyboard.press(label.slice(1, 2));
  await page.keyboard.press("k");
}

/** A command by the palette. */
async function give(page, text) {
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Commands" });
  await palette.getByRole("combobox", { name: "Command" }).fill(text);
  await palette.getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  await palette.waitFor({ state: "hidden" });
}

/** The leader dies in one branch, and a follower stands still in the other. */
async function makeBranches(page) {
  const label = await glyph(page, LEADER).first().getAttribute("aria-label");
  const follower = label.startsWith("n1") ? "n2" : "n1";
  const bar = page.getByRole("slider", { name: "Time", exact: true });
  const before = (Number(await bar.getAttribute("aria-valuenow")) - 1) / 1_000;
  await killLeader(page);
  await page.getByRole("slider", { name: "Speed" }).press("End");
  await page.keyboard.press("Space");
  await page.waitForTimeout(700);
  await page.keyboard.press("Space");
  await give(page, `Go to ${before.toFixed(3)} s`);
  await give(page, `Pause ${follower}`);
  await page.keyboard.press("Space");
  await page.waitForTimeout(600);
  await page.keyboard.press("Space");
}
