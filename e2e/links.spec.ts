import { expect, test } from "./cluster.ts";
import { middleOf } from "./hands.ts";
import { expectReplayed } from "./replayed.ts";

const ADDRESS = "?seed=1042&paused=1";

test("a link is cut one way, then both ways, and healed, by mouse", async ({ cluster }) => {
  await cluster.open(ADDRESS);
  cluster.way = "mouse";
  const { name: leader } = await cluster.leader();
  const [follower = ""] = await cluster.followers();
  await cluster.cutLink(leader, follower);
  await expect(cluster.linkBetween(leader, follower)).toHaveAccessibleName(
    new RegExp(`cut from ${leader} to ${follower}$`),
  );
  // It hears the leader no more, but the leader hears it ask whether it could win.
  const asks = cluster.events().filter({ hasText: `${follower} asks whether it could win` });
  await cluster.runUntil(async () => (await asks.count()) > 0);
  await cluster.cutLinks(leader, follower);
  await expect(cluster.linkBetween(leader, follower)).toHaveAccessibleName(/; cut$/);
  await cluster.runFor(1);
  await cluster.clearLinks(leader, follower);
  await expect(cluster.linkBetween(leader, follower)).toHaveAccessibleName(/^Link n\d to n\d$/);
  await expectReplayed(cluster);
});

test("a link loses and delays messages, by keyboard", async ({ cluster }) => {
  await cluster.open(ADDRESS);
  cluster.way = "keyboard";
  const { name: leader } = await cluster.leader();
  const [follower = ""] = await cluster.followers();
  await cluster.node(leader).click();
  await cluster.loseMessages(leader, follower, 50);
  await cluster.addLatency(leader, follower, 200);
  await expect(cluster.linkBetween(leader, follower)).toHaveAccessibleName(
    /; 50 % lost, 200 ms later$/,
  );
  await cluster.runFor(2);
  await expectReplayed(cluster);
});

test("nodes that are selected one by one are cut off together, by keys", async ({
  cluster,
  page,
}) => {
  await cluster.open("?scenario=five-brokers&seed=1042&paused=1");
  await page.keyboard.press("1");
  await page.keyboard.press("p");
  await page.keyboard.press("2");
  await expect(page.getByRole("button", { name: "Cut off n1, n2" })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(cluster.cutLine()).toHaveAccessibleName(/n1.*n2/);
  await cluster.runFor(2);
  await expect(cluster.leaderGlyph()).not.toHaveCount(0);
  await cluster.heal("n1");
  await cluster.heal("n2");
  await expect(cluster.cutLine()).toHaveCount(0);
  await expectReplayed(cluster);
});

test("a line drawn across links cuts them, by mouse", async ({ cluster, page }) => {
  await cluster.open(ADDRESS);
  const [one, two] = [await middleOf(cluster.node("n1")), await middleOf(cluster.node("n2"))];
  const [x, y] = [(one.x + two.x) / 2, (one.y + two.y) / 2];
  // Across the middle of the link, at a right angle to it.
  const length = Math.hypot(two.x - one.x, two.y - one.y);
  const [dx, dy] = [(-(two.y - one.y) / length) * 24, ((two.x - one.x) / length) * 24];
  // What draws the line is loaded when the pointer first comes over the page.
  await page.mouse.move(x - dx, y - dy);
  await page.waitForLoadState("networkidle");
  await page.mouse.down();
  // No hand is through with it within one frame.
  await page.waitForTimeout(200);
  await page.mouse.move(x, y, { steps: 4 });
  await page.mouse.move(x + dx, y + dy, { steps: 4 });
  await page.mouse.up();
  await expect(cluster.linkBetween("n1", "n2")).toHaveAccessibleName(/; cut$/);
  await expect(cluster.linkBetween("n1", "n3")).not.toHaveAccessibleName(/cut/);
  await cluster.runFor(1);
  await expectReplayed(cluster);
});
