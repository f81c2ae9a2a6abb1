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
