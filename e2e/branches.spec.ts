import { expect, test } from "./cluster.ts";
import { expectReplayed } from "./replayed.ts";

test("acting in the past forks, two futures stand side by side, and undo goes back", async ({
  cluster,
  page,
}) => {
  await cluster.open("?seed=1042&paused=1");
  const before = await cluster.seconds();
  const { name: leader } = await cluster.leader();
  const [follower = ""] = await cluster.followers();
  await cluster.kill(leader);
  await cluster.runUntil(async () => (await cluster.leaderGlyph().count()) === 1);
  const end = await cluster.seconds();

  await cluster.at(before - 0.001);
  await cluster.pauseNode(follower);
  await expect(page.getByText("This is branch B now.")).toBeVisible();
  await cluster.runUntil(async () => (await cluster.seconds()) >= end);
  await expectReplayed(cluster);

  await cluster.compareWith("A");
  const comparison = cluster.region("Comparison");
  await expect(comparison.getByRole("table", { name: "Nodes" })).toContainText(leader);
  await expect(comparison).toContainText("≠");
  await page.keyboard.press("Escape");

  await cluster.undo();
  await expect(cluster.node(follower)).not.toHaveAccessibleName(/paused/);
  await expectReplayed(cluster);
});
