import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "./cluster.ts";

test("acting before the crash forks the run, and says so", async ({ cluster, page }) => {
  await cluster.open();
  await cluster.pause();
  const before = await cluster.seconds();
  const first = await cluster.leader();
  await cluster.play();
  await cluster.runFast();
  await cluster.kill(first.name);
  await expect(cluster.node(first.name)).toHaveAccessibleName(/ without power /);
  await expect(cluster.leaderGlyph()).toBeVisible();
  await cluster.pause();

  // Back to before the crash: the dead leader leads again.
  await cluster.dragBackTo(before);
  await expect(cluster.node(first.name)).toHaveAccessibleName(/leader of term/);

  const other = first.name === "n1" ? "n2" : "n1";
  await cluster.kill(other);
  await expect(page.getByText("This is branch B now.")).toBeVisible();
  await expect(cluster.node(other)).toHaveAccessibleName(/ without power /);
  await expect(cluster.node(first.name)).toHaveAccessibleName(/leader of term/);
});

test("stepping moves from event to event, in both directions", async ({ cluster, page }) => {
  await cluster.open();
  await cluster.pause();
  const time = () => cluster.seconds();
  const start = await time();
  // Events may be less than a millisecond apart.
  await expect(async () => {
    await page.getByRole("button", { name: "Next event" }).click();
    expect(await time()).toBeGreaterThan(start);
  }).toPass();
  const later = await time();
  await expect(async () => {
    await page.getByRole("button", { name: "Previous event" }).click();
    expect(await time()).toBeLessThan(later);
  }).toPass();
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

test("the same run has the same trace in Chromium and in Node", async ({ cluster }) => {
  await cluster.open("?seed=20");
  await cluster.runFast();
  const { name } = await cluster.leader();
  await cluster.kill(name);
  await expect(cluster.node(name)).toHaveAccessibleName(/ without power /);
  await expect(cluster.leaderGlyph()).toBeVisible();
  await cluster.restart(name);
  await cluster.produce({ to: "n1", partition: "orders-0", key: "k", value: "v" });
  await expect(cluster.requests().first()).toContainText(/offset|NOT_LEADER/);
  await cluster.pause();

  const inChromium = await cluster.hash();
  const link = await cluster.link();
  const { stdout } = await promisify(execFile)("npm", ["run", "--silent", "replay", "--", link]);
  expect(stdout).toContain(`trace hash ${inChromium}`);

  // And in Chromium again, from the link alone.
  await cluster.page.goto("about:blank");
  await cluster.open(link);
  expect(await cluster.hash()).toBe(inChromium);
});

test("a long run shows how far it has come, and is open up to there once it is stopped", async ({
  cluster,
  page,
}) => {
  const link = { v: 1, seed: 7, options: { nodeCount: 9 }, actions: [], at: 1_800_000_000 };
  const run = Buffer.from(JSON.stringify(link)).toString("base64url");
  await page.goto(`/?seed=7#run=${run}`);
  const progress = page.getByRole("progressbar", { name: "Replay" });
  const comeToUs = async () => Number(await progress.getAttribute("value"));
  await expect.poll(comeToUs).toBeGreaterThan(5_000_000);
  await expect(progress).toHaveAttribute("max", "1800000000");
  await page.getByRole("button", { name: "Cancel the replay" }).click();
  await expect(page.getByText("Stopped.")).toBeVisible();
  await expect(progress).toHaveCount(0);
  await expect(cluster.leaderGlyph()).toBeVisible();
  const stoppedAt = await cluster.seconds();
  expect(stoppedAt).toBeGreaterThan(5);
  expect(stoppedAt).toBeLessThan(1_800);
  await cluster.play();
  await expect.poll(() => cluster.seconds()).toBeGreaterThan(stoppedAt);
});
