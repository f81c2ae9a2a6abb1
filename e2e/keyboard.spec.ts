import { expect, test, type Cluster } from "./cluster.ts";
import { say, walkMenuTo } from "./hands.ts";

test("everything that matters is done without a mouse", async ({ cluster, page }) => {
  test.setTimeout(180_000);
  await cluster.open("?seed=1042");
  const { name: leader, term } = await cluster.leader();

  // Select and kill, and see another one lead.
  await page.keyboard.press(leader.slice(1));
  await expect(cluster.region(`Actions on ${leader}`)).toBeVisible();
  await page.keyboard.press("k");
  await expect(cluster.node(leader)).toHaveAccessibleName(/ without power /);
  for (let i = 0; i < 20; i++) await page.keyboard.press("]");
  await expect.poll(async () => (await cluster.leaderGlyph().count()) > 0).toBe(true);
  expect((await cluster.leader()).term).toBeGreaterThan(term);
  await page.keyboard.press("r");
  await expect(cluster.node(leader)).toHaveAccessibleName(/follower/);

  // Write a record.
  await page.keyboard.press("n");
  await expect(page.getByRole("textbox", { name: "Value" })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(cluster.requests().first()).toContainText("offset 0");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();

  // One message: reach it by Tab, hold it.
  const message = await reachMessage(cluster);
  await page.keyboard.press("h");
  await expect(cluster.message(`${message}, held`).first()).toBeVisible();

  // The menu of the node that has the focus.
  await cluster.node(leader).focus();
  await page.keyboard.press("Enter");
  const menu = page.getByRole("menu", { name: `Menu of ${leader}` });
  await walkMenuTo(page, menu, `Time out ${leader}`);
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
  await expect(cluster.node(leader)).toBeFocused();

  // A cut of two nodes; Escape leaves the mode, Enter cuts.
  await page.keyboard.press("1");
  await page.keyboard.press("p");
  await page.keyboard.press("Escape");
  await expect(cluster.region("Cut")).toBeHidden();
  await page.keyboard.press("p");
  await page.keyboard.press("Enter");
  await expect(cluster.node("n1")).toHaveAccessibleName(/cut off/);

  // Back in time, another branch, and both side by side.
  const end = await cluster.seconds();
  // Two events may be less than a millisecond apart, which is all that the clock shows.
  const stepBack = async (): Promise<number> => {
    await page.keyboard.press(",");
    return cluster.seconds();
  };
  await expect.poll(stepBack).toBeLessThan(end);
  await page.keyboard.press("f");
  await expect(page.getByText("This is branch B now.")).toBeVisible();
  await say(page, "Compare with branch A");
  await expect(cluster.region("Comparison")).toBeVisible();
  await page.keyboard.press("Escape");

  // Help and the share sheet open and close by their keys; the run goes with the link.
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Help" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Help" })).toBeHidden();
  await page.keyboard.press("s");
  await expect(page.getByRole("dialog", { name: "Share" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Share" })).toBeHidden();
});

test("keys of one letter can be switched off, and stay so", async ({ cluster, page }) => {
  await cluster.open();
  await page.keyboard.press("?");
  const keys = page.getByRole("dialog", { name: "Help" }).getByRole("checkbox", {
    name: "Keys of one letter",
  });
  await keys.click();
  await expect(keys).not.toBeChecked();
  await page.keyboard.press("Escape");
  await page.reload();
  await expect(cluster.leaderGlyph()).toBeVisible();
  const { name } = await cluster.leader();
  await page.keyboard.press("k");
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  await expect(cluster.node(name)).not.toHaveAccessibleName(/without power/);
});

test("Tab goes through every node, and arrow keys from one to another", async ({
  cluster,
  page,
}) => {
  await cluster.open("?scenario=five-brokers&seed=1042&paused=1");
  await cluster.node("n1").focus();
  const seen = new Set<string>();
  for (let i = 0; i < 80 && seen.size < 5; i++) {
    const label = await page.evaluate(
      () => document.activeElement?.getAttribute("aria-label") ?? "",
    );
    const name = /^(n\d), /.exec(label)?.[1];
    if (name !== undefined) seen.add(name);
    await page.keyboard.press("Tab");
  }
  expect([...seen].toSorted()).toEqual(["n1", "n2", "n3", "n4", "n5"]);
  await cluster.node("n1").focus();
  await page.keyboard.press("ArrowRight");
  await expect(cluster.node("n1")).not.toBeFocused();
});

/** Steps until a message is on its way, and tabs to it. */
async function reachMessage(cluster: Cluster): Promise<string> {
  const { page } = cluster;
  const name = /^(answer to a )?heartbeat from n\d to n\d$/;
  for (let step = 0; step < 60; step++) {
    // It may be gone before it is reached: nothing here waits for the one that was counted.
    const tabs = (await cluster.message(name).count()) > 0 ? 120 : 0;
    for (let tab = 0; tab < tabs; tab++) {
      await page.keyboard.press("Tab");
      const label = await page.evaluate(
        () => document.activeElement?.getAttribute("aria-label") ?? "",
      );
      if (name.test(label)) return label;
    }
    await page.keyboard.press(".");
  }
  throw new Error("Tab reaches no message");
}
