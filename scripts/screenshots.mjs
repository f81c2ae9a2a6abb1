/**
 * `npm run screenshots`: renders the production build in the states worth looking at. Writes
 * docs/screenshot.png for the README, and all of them to the folder named by --out (default:
 * test-results/screenshots).
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { checkNode, ensureChromium, ensurePackages, root, run, say, tool } from "./install.mjs";

const PORT = 4198;

checkNode();
ensurePackages();
const executablePath = ensureChromium();
run(tool("vite"), ["build", "--logLevel", "warn"]);

const flag = process.argv.indexOf("--out");
const out = flag > 0 ? process.argv[flag + 1] : join(root, "test-results", "screenshots");
mkdirSync(out, { recursive: true });

const { preview } = await import("vite");
const { chromium } = await import("@playwright/test");
const server = await preview({
  root,
  preview: { port: PORT, strictPort: true, host: "localhost" },
});
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });

const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };
for (const [name, viewport, colorScheme] of [
  ["light", desktop, "light"],
  ["dark", desktop, "dark"],
  ["phone", phone, "light"],
]) {
  const context = await browser.newContext({
    viewport,
    colorScheme,
    deviceScaleFactor: name === "phone" ? 2 : 1,
    hasTouch: name === "phone",
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => say(`page error (${name}): ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") say(`console (${name}): ${message.text()}`);
  });
  await page.goto(`http://localhost:${PORT}/?seed=1042`);
  const leader = page.getByRole("button", { name: /^n\d, leader of term/ });
  await leader.waitFor();
  await page.waitForTimeout(700);
  await page.screenshot({ path: join(out, `${name}-quiet.png`) });

  const leaderName = (await leader.getAttribute("aria-label")).slice(0, 2);
  await leader.click();
  await page.keyboard.press("k");
  await page.waitForTimeout(600);
  await page.screenshot({ path: join(out, `${name}-killed.png`) });
  const candidate = page.getByRole("button", { name: /^n\d, (pre-)?candidate/ }).first();
  await candidate.waitFor();
  await candidate.click();
  await page.waitForTimeout(150);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.waitForTimeout(150);
  await page.screenshot({ path: join(out, `${name}-election.png`) });
  await page.getByRole("button", { name: "Play" }).click();
  await leader.waitFor();
  await page.waitForTimeout(2_500);
  await page.screenshot({ path: join(out, `${name}-elected.png`) });
  say(`${name}: ${leaderName} was killed`);

  await page.goto(`http://localhost:${PORT}/?seed=1042`);
  await leader.waitFor();
  await shootDisk(page, name);

  await page.goto(`http://localhost:${PORT}/?seed=1042`);
  await leader.waitFor();
  await shootCluster(page, name);
  await context.close();
}
await browser.close();
await server.close();
copyFileSync(join(out, "light-election.png"), join(root, "docs", "screenshot.png"));
say(`Screenshots are in ${out}`);

/** Topics, clients, a request byte by byte, and a partition that is below its min ISR. */
async function shootCluster(page, name) {
  const shoot = (state) => page.screenshot({ path: join(out, `${name}-cluster-${state}.png`) });
  const button = (label) => page.getByRole("button", { name: label, exact: true });
  await page.getByRole("slider", { name: "Speed" }).press("End");
  await page.keyboard.press("c");
  await button("Start producer").click();
  await button("Start consumer").click();
  await page.getByRole("region", { name: "Group readers" }).waitFor();
  await page.waitForTimeout(800);
  await shoot("clients");
  await button("Crash c2").click();

  await page.keyboard.press("a");
  await button("Create topic").click();
  await page.getByRole("combobox", { name: "command" }).fill("list-partitions payments");
  await page.waitForTimeout(800);
  await button("Run").click();
  await page.getByRole("table", { name: /^Answer/ }).waitFor();
  await shoot("admin");

  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  await button("Send").click();
  await page.waitForTimeout(600);
  await page.getByRole("region", { name: "Requests" }).getByRole("button").first().click();
  await page.getByRole("listbox").first().waitFor();
  await shoot("request");

  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^n1, / }).click();
  await page.keyboard.press("k");
  await page.waitForTimeout(1_200);
  await shoot("shrunk");
}

/** One node's disk: quiet, while it writes, torn, damaged, and repaired. */
async function shootDisk(page, name) {
  const shoot = (state) => page.screenshot({ path: join(out, `${name}-disk-${state}.png`) });
  const button = (label) => page.getByRole("button", { name: label });
  const node = (state) => page.getByRole("button", { name: new RegExp(`^n3, ${state}`) });
  const speed = page.getByRole("slider", { name: "Speed" });
  const disk = page.getByRole("region", { name: "Disk" });
  const records = disk.getByRole("option");
  const produce = async () => {
    if (name === "phone") await page.getByRole("tab", { name: "Partitions" }).click();
    await button("Send").last().click();
    if (name === "phone") await page.getByRole("tab", { name: "Ready" }).click();
  };
  await node("follower").click();
  await page.keyboard.press("d");
  await records.last().waitFor();
  await shoot("quiet");

  await speed.press("Home");
  for (let step = 0; step < 3; step++) await speed.press("ArrowRight");
  await produce();
  await disk.getByText("1 record of").waitFor({ timeout: 120_000 });
  await button("Pause").click();
  await shoot("write");

  await button("Play").click();
  await speed.press("End");
  await page.waitForTimeout(800);
  await button(/^Tear/).click();
  await produce();
  await node("without power").waitFor();
  await page.waitForTimeout(300);
  await shoot("torn");

  await button("Restart n3").last().click();
  await node("follower").waitFor();
  await page.waitForTimeout(1_500);
  await records.nth(8).click();
  await page.getByRole("gridcell").nth(36).click();
  await button(/^Flip a bit/).click();
  await button("Cut power of n3").first().click();
  await button("Restart n3").last().click();
  await node("stopped").waitFor();
  await page.waitForTimeout(300);
  await shoot("damaged");

  await button("Repair n3").last().click();
  await node("follower").waitFor();
  await page.waitForTimeout(600);
  await shoot("repaired");
}
