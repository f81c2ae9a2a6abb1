import { expect, test } from "./cluster.ts";

test("figures say what was, what is, and what has changed since", async ({ cluster, page }) => {
  await cluster.open("?seed=1042&paused=1");
  await page.keyboard.press("m");
  const sheet = page.getByRole("dialog", { name: "Figures" });
  const figures = (name: string) => sheet.getByRole("row", { name }).getByRole("cell");
  await expect(figures("Records that can be read")).toHaveText(["0", "0", ""]);
  await cluster.produce({ partition: "orders-0", key: "k", value: "v" });
  await cluster.runFor(1);
  await expect(figures("Records that can be read")).toHaveText(["0", "1", "+1"]);
  const follower = (await cluster.followers())[0] ?? "";
  await cluster.kill(follower);
  await expect(figures("Nodes that do not run")).toHaveText(["0", "1", "+1"]);

  await sheet.getByRole("button", { name: "Count from here" }).click();
  await expect(figures("Records that can be read")).toHaveText(["1", "1", ""]);
  await expect(figures("Nodes that do not run")).toHaveText(["1", "1", ""]);
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
});

test("the legend says what every sign and every word means", async ({ cluster, page }) => {
  await cluster.open("?seed=1042&paused=1");
  await page.getByRole("button", { name: "Legend" }).click();
  const sheet = page.getByRole("dialog", { name: "Legend" });
  await expect(sheet).toBeFocused();
  for (const part of ["Nodes", "Messages", "Entries", "Replicas", "Words"]) {
    await expect(sheet.getByRole("region", { name: part }).getByRole("definition")).not.toHaveCount(
      0,
    );
  }
  await expect(sheet.getByRole("region", { name: "Words" })).toContainText("High watermark");
  await page.keyboard.press("Tab");
  await expect(sheet.getByRole("button", { name: "Close legend" })).toBeFocused();
});
