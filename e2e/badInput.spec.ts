import { expect, test } from "./cluster.ts";

test("a seed that is no number is refused in one sentence, and the page runs", async ({
  cluster,
  page,
}) => {
  await cluster.open("?seed=banana");
  await expect(page.getByText('The seed "banana" cannot be opened.')).toBeVisible();
  await expect(cluster.leaderGlyph()).toBeVisible();
});

test("a damaged link is refused in one sentence, and the page runs", async ({ cluster, page }) => {
  await cluster.open("?seed=7#run=eyJ2Ijo");
  await expect(page.getByText("This link cannot be opened.")).toBeVisible();
  await expect(cluster.leaderGlyph()).toBeVisible();
});

test("a link that is pasted into the open page is opened, or refused", async ({
  cluster,
  page,
}) => {
  await cluster.open("?seed=7");
  await page.evaluate(() => {
    location.hash = "#run=eyJ2Ijo";
  });
  await expect(page.getByText("This link cannot be opened.")).toBeVisible();
  await expect(cluster.leaderGlyph()).toBeVisible();
});

test("a produce request to a dead node is answered by a sentence", async ({ cluster }) => {
  await cluster.open();
  await cluster.runFast();
  const leader = await cluster.partitionLeader("orders-0");
  await cluster.kill(leader);
  await cluster.produce({ to: leader, partition: "orders-0", key: "k", value: "v" });
  await expect(cluster.requests().first()).toContainText(`${leader} is down`);
});
