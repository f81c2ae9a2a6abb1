import { expect, test, type Cluster } from "./cluster.ts";
import { openMenu } from "./hands.ts";

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

test("a long touch opens the menu of a node and of a link, and what it offers is large enough", async ({
  cluster,
  page,
}) => {
  await openPhone(cluster);
  cluster.way = "touch";
  const { name: leader } = await cluster.leader();
  const menu = await openMenu(page, "touch", cluster.node(leader));
  for (const item of await menu.getByRole("menuitem").all()) {
    expect((await item.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  }
  await page.keyboard.press("Escape");
  await cluster.kill(leader);
  await expect(cluster.node(leader)).toHaveAccessibleName(/ without power /);
});

test("every control on a phone is 44 pixels high and wide", async ({ cluster, page }) => {
  await openPhone(cluster);
  const small: string[] = [];
  for (const tab of await page.getByRole("tab").all()) {
    await tab.tap();
    const controls = page.locator("button:visible, select:visible, input:visible");
    small.push(...(await controls.evaluateAll(tooSmall, await tab.innerText())));
  }
  expect(small).toEqual([]);
});

test("the stage stays while panels change, and nothing scrolls sideways", async ({
  cluster,
  page,
}) => {
  await openPhone(cluster);
  const before = await cluster.region("Cluster").boundingBox();
  for (const tab of await page.getByRole("tab").all()) {
    await tab.tap();
    expect(await cluster.region("Cluster").boundingBox()).toEqual(before);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
  }
});

async function openPhone(cluster: Cluster): Promise<void> {
  await cluster.page.goto("/?seed=1042");
  await expect(cluster.leaderGlyph()).toBeVisible();
}

/**
 * Runs in the page. Of these controls those that a finger misses 21 pixels from their middle. Words of
 * a sentence may be small (WCAG 2.5.8), and what scrolls out of sight is another finger's.
 */
function tooSmall(controls: readonly Element[], where: string): string[] {
  return controls.flatMap((control) => {
    const { left, right, top, bottom, width, height } = control.getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const isWord = control.closest("h1, h2, p") !== null;
    // What a panel that scrolls cuts off is a scroll away.
    const frame = control.closest("[role=tabpanel]")?.getBoundingClientRect();
    const bottomEdge = frame?.bottom ?? innerHeight;
    const topEdge = frame?.top ?? 0;
    const isSeen = control.contains(document.elementFromPoint(x, y));
    if (isWord || !isSeen || control.closest("svg") !== null) return [];
    const reaches = [
      [x - 21, y],
      [x + 21, y],
      [x, y - 21],
      [x, y + 21],
    ].map(([px = 0, py = 0]) => {
      const isOutside = px < 0 || py < topEdge || px >= innerWidth || py >= bottomEdge;
      return isOutside || control.contains(document.elementFromPoint(px, py));
    });
    if (!reaches.includes(false)) return [];
    const name = control.getAttribute("aria-label") ?? control.textContent.slice(0, 24);
    return [`${where}: ${name} ${Math.round(width)}x${Math.round(height)}`];
  });
}
