import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test, type Cluster } from "./cluster.ts";
import { openMenu } from "./hands.ts";

// A look at every rule of every element takes its time.
test.describe.configure({ timeout: 180_000 });

const COLOUR_RULES = ["color-contrast", "link-in-text-block"];
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

for (const [name, colorScheme, viewport] of [
  ["light", "light", DESKTOP],
  ["dark", "dark", DESKTOP],
  ["phone", "light", PHONE],
] as const) {
  const open = async (cluster: Cluster, page: Page, address = "?seed=1042"): Promise<void> => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    await page.goto(`/${address}`);
    await expect(cluster.leaderGlyph().first()).toBeVisible({ timeout: 30_000 });
  };

  test(`axe finds nothing to correct in any panel (${name})`, async ({ cluster, page }) => {
    await open(cluster, page);
    await expectNothingToCorrect(page, "the first picture");
    if (viewport === PHONE) {
      for (const tab of await page.getByRole("tab").all()) {
        await tab.click();
        await expectNothingToCorrect(page, `tab ${await tab.innerText()}`);
      }
    }
    await page.keyboard.press("d");
    await expect(cluster.diskRecords().first()).toBeVisible();
    await expectNothingToCorrect(page, "a disk");
    await page.keyboard.press("d");

    await page.keyboard.press("c");
    const clients = cluster.region("Clients");
    await clients.getByRole("button", { name: "Start producer" }).click();
    await expect(clients.getByRole("list", { name: "Running clients" })).toBeVisible();
    await expectNothingToCorrect(page, "clients");
    await page.keyboard.press("a");
    await cluster.command("list-nodes");
    await expect(page.getByRole("table", { name: "Answer to list nodes" })).toBeVisible();
    await expectNothingToCorrect(page, "admin");
    await page.keyboard.press("Escape");

    await page.keyboard.press("n");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await cluster.requests().filter({ hasText: "Produce" }).first().getByRole("button").click();
    await expect(cluster.region("Request").getByRole("listbox").first()).toBeVisible();
    await expectNothingToCorrect(page, "a request");
    await expectNoSidewaysScroll(page);
  });

  test(`axe finds nothing to correct in what opens over the page (${name})`, async ({
    cluster,
    page,
  }) => {
    await open(cluster, page);
    const { name: leader } = await cluster.leader();
    await openMenu(page, "keyboard", cluster.node(leader));
    await expectNothingToCorrect(page, "a menu");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("dialog", { name: "Commands" })).toBeVisible();
    await expectNothingToCorrect(page, "the palette");
    await page.keyboard.press("Escape");
    for (const [key, dialog] of [
      ["?", "Help"],
      ["s", "Share"],
      ["m", "Figures"],
    ] as const) {
      await page.keyboard.press(key);
      await expect(page.getByRole("dialog", { name: dialog })).toBeVisible();
      await expectNothingToCorrect(page, dialog);
      await page.keyboard.press("Escape");
    }
  });

  test(`axe finds nothing to correct in trouble, in the past, and beside a branch (${name})`, async ({
    cluster,
    page,
  }) => {
    await open(cluster, page);
    const { name: leader } = await cluster.leader();
    const [follower = ""] = await cluster.followers();
    await cluster.kill(leader);
    await cluster.pauseNode(follower);
    await cluster.pause();
    await expectNothingToCorrect(page, "trouble");
    await page.keyboard.press("Home");
    await expect.poll(() => cluster.seconds()).toBe(0);
    await page.keyboard.press("End");
    await expect.poll(() => cluster.seconds()).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Previous event", exact: true }).click();
    // Two events may be less than a millisecond apart, which is all that the clock shows.
    await expect(page.getByText("acting here forks")).toBeAttached();
    await page.keyboard.press("f");
    await expect(page.getByText("This is branch B now.")).toBeVisible();
    await expectNothingToCorrect(page, "a branch");
    await cluster.compareWith("A");
    await expect(cluster.region("Comparison")).toBeVisible();
    await expectNothingToCorrect(page, "a comparison");
  });

  test(`axe finds nothing to correct with nine brokers and a hundred partitions (${name})`, async ({
    cluster,
    page,
  }) => {
    await open(cluster, page, "?scenario=hundred-partitions&paused=1");
    await expectNothingToCorrect(page, "hundred partitions");
    await expectNoSidewaysScroll(page);
  });
}

test("axe finds nothing to correct in a frame in another page", async ({ cluster, page }) => {
  await page.goto("/?seed=1042&embed=1&panels=cluster,log,ready,partitions,time,events");
  await expect(cluster.leaderGlyph()).toBeVisible();
  await expectNothingToCorrect(page, "embedded");
});

async function expectNothingToCorrect(page: Page, where: string): Promise<void> {
  const isDark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  // Nobody asks where in the page all that passes stands.
  axe.options({ resultTypes: ["violations"] });
  // What is dark differs from what is light in its colours alone.
  const { violations } = await (isDark ? axe.withRules(COLOUR_RULES) : axe).analyze();
  const said = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  expect(said, `axe on ${where}`).toEqual([]);
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - window.innerWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
}
