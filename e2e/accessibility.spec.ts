import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./cluster.ts";

for (const [name, colorScheme, viewport] of [
  ["light", "light", { width: 1440, height: 900 }],
  ["dark", "dark", { width: 1440, height: 900 }],
  ["phone", "light", { width: 390, height: 844 }],
] as const) {
  test(`axe finds nothing to correct (${name})`, async ({ cluster, page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    await page.goto("/?seed=1042");
    await expect(cluster.leaderGlyph()).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  });

  test(`nothing scrolls sideways (${name})`, async ({ cluster, page }) => {
    await page.setViewportSize(viewport);
    await page.goto("/?seed=1042");
    await expect(cluster.leaderGlyph()).toBeVisible();
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });
}
