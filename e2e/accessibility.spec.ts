import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test, type Cluster } from "./cluster.ts";

for (const [name, colorScheme, viewport] of [
  ["light", "light", { width: 1440, height: 900 }],
  ["dark", "dark", { width: 1440, height: 900 }],
  ["phone", "light", { width: 390, height: 844 }],
] as const) {
  const open = async (cluster: Cluster, page: Page): Promise<void> => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    await page.goto("/?seed=1042");
    await expect(cluster.leaderGlyph()).toBeVisible();
  };

  test(`axe finds nothing to correct (${name})`, async ({ cluster, page }) => {
    await open(cluster, page);
    await expectNothingToCorrect(page);
  });

  test(`axe finds nothing to correct in a disk (${name})`, async ({ cluster, page }) => {
    await open(cluster, page);
    await page.keyboard.press("d");
    await expect(cluster.diskRecords().first()).toBeVisible();
    await expectNothingToCorrect(page);
  });

  test(`axe finds nothing to correct in the panels of the cluster (${name})`, async ({
    cluster,
    page,
  }) => {
    await open(cluster, page);
    await page.keyboard.press("c");
    const clients = cluster.region("Clients");
    await clients.getByRole("button", { name: "Start producer" }).click();
    await expect(clients.getByRole("list", { name: "Running clients" })).toBeVisible();
    await expectNothingToCorrect(page);
    await page.keyboard.press("a");
    await cluster.command("list-nodes");
    await expect(page.getByRole("table", { name: "Answer to list nodes" })).toBeVisible();
    await expectNothingToCorrect(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await cluster.requests().filter({ hasText: "Produce" }).first().getByRole("button").click();
    await expect(cluster.region("Request").getByRole("listbox").first()).toBeVisible();
    await expectNothingToCorrect(page);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });

  test(`nothing scrolls sideways (${name})`, async ({ cluster, page }) => {
    await open(cluster, page);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });
}

async function expectNothingToCorrect(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}
