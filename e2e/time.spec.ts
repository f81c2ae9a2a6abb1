import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "./cluster.ts";

test("acting before the crash forks the run, and says so", async ({ cluster, page }) => {
  await cluster.open();
  await cluster.pause();
  const before = await cluster.shownTime();
  const first = await cluster.leader();
  await cluster.play();
  await cluster.runFast();
  await cluster.act("Cut power", first.name);
  await expect(cluster.node(first.name)).toHaveAccessibleName(/ without power /);
  await expect(cluster.leaderGlyph()).toBeVisible();
  await cluster.pause();

  // Back to before the crash: the dead leader leads again.
  await cluster.dragBackTo(before);
  await expect(cluster.node(first.name)).toHaveAccessibleName(/leader of term/);

  const other = first.name === "n1" ? "n2" : "n1";
  await cluster.act("Cut power", other);
  await expect(page.getByText("This is branch B now.")).toBeVisible();
  await expect(cluster.node(other)).toHaveAccessibleName(/ without power /);
  await expect(cluster.node(first.name)).toHaveAccessibleName(/leader of term/);
});

test("stepping moves from event to event, in both directions", async ({ cluster, page }) => {
  await cluster.open();
  await cluster.pause();
  const time = () => cluster.shownTime();
  const start = await time();
  await page.getByRole("button", { name: "Next event" }).click();
  await expect.poll(time).toBeGreaterThan(start);
  const later = await time();
  await page.getByRole("button", { name: "Previous event" }).click();
  await expect.poll(time).toBeLessThan(later);
});

test("keys act on the node that was clicked, and Space is the page's", async ({
  cluster,
  page,
}) => {
  await cluster.open();
  const { name } = await cluster.leader();
  await cluster.node(name).click();
  await page.keyboard.press("k");
  await expect(cluster.node(name)).toHaveAccessibleName(/ without power /);
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();
  await page.getByRole("slider", { name: "Speed" }).click();
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
});

test("the same run has the same trace in Chromium and in Node", async ({
  cluster,
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await cluster.open("?seed=20");
  await cluster.runFast();
  const { name } = await cluster.leader();
  await cluster.act("Cut power", name);
  await expect(cluster.node(name)).toHaveAccessibleName(/ without power /);
  await expect(cluster.leaderGlyph()).toBeVisible();
  await cluster.act("Restart", name);
  await cluster.produce({ to: "n1", partition: "orders-0", key: "k", value: "v" });
  await expect(cluster.requests().first()).toContainText(/offset|NOT_LEADER/);
  await cluster.pause();

  await page.getByRole("button", { name: /^Seed/ }).click();
  const shown = page.getByLabel("Trace hash");
  await expect(shown).toHaveText(/[0-9a-f]{8,}/);
  const inChromium = await shown.innerText();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Share" }).click();
  const link = await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toContain("#run=")
    .then(() => page.evaluate(() => navigator.clipboard.readText()));

  const { stdout } = await promisify(execFile)("npm", ["run", "--silent", "replay", "--", link]);
  expect(stdout).toContain(`trace hash ${inChromium}`);

  // And in Chromium again, from the link alone.
  await page.goto("about:blank");
  await page.goto(link);
  await expect(cluster.leaderGlyph()).toBeVisible();
});
