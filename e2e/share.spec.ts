import { readFile } from "node:fs/promises";
import { expect, test, type Cluster } from "./cluster.ts";

test("a run is saved as a file and opened again, the same to the last bit", async ({
  cluster,
  page,
}) => {
  await cluster.open("?seed=9&paused=1");
  const { name } = await cluster.leader();
  await cluster.kill(name);
  await cluster.runFor(1);
  const hash = await cluster.hash();
  const seconds = await cluster.seconds();
  const { path, text } = await saved(cluster, "Save run file");
  expect(JSON.parse(text.split("\n")[0]!)).toMatchObject({ seed: 9 });

  await page.goto("/?seed=1");
  await expect(cluster.leaderGlyph()).toBeVisible();
  await page.keyboard.press("s");
  const chooser = page.waitForEvent("filechooser");
  await sheet(cluster).getByRole("button", { name: "Open run file" }).click();
  await (await chooser).setFiles(path);
  await expect.poll(() => cluster.seconds()).toBe(seconds);
  await page.keyboard.press("Escape");
  expect(await cluster.hash()).toBe(hash);
});

test("a file that is no run is refused, with the line and the reason", async ({
  cluster,
  page,
}) => {
  await cluster.open();
  await page.keyboard.press("s");
  const chooser = page.waitForEvent("filechooser");
  await sheet(cluster).getByRole("button", { name: "Open run file" }).click();
  await (
    await chooser
  ).setFiles({ name: "x.jsonl", mimeType: "text/plain", buffer: Buffer.from("no run\n") });
  await expect(page.getByRole("alert")).toContainText(/line 1/i);
  await expect(cluster.leaderGlyph()).toBeVisible();
});

test("a run is copied as a scenario and as a story", async ({ cluster, page }) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await cluster.open("?seed=9&paused=1");
  const { name } = await cluster.leader();
  await cluster.kill(name);
  await cluster.runFor(1);
  const hash = await cluster.hash();
  const copied = async (button: string): Promise<string> => {
    await page.evaluate(() => navigator.clipboard.writeText(""));
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await sheet(cluster).getByRole("button", { name: button }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).not.toBe("");
    await page.keyboard.press("Escape");
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const scenario = await copied("Copy as Playwright scenario");
  expect(scenario).toContain('import { expect, test } from "./cluster.ts";');
  expect(scenario).toContain(`toBe("${hash}")`);
  expect(await copied("Copy as story")).toMatch(/kill/);
});

test("the diagram and the cluster are saved as SVG and as PNG", async ({ cluster }) => {
  await cluster.open("?seed=9&paused=1");
  for (const what of ["cluster", "space-time diagram"]) {
    const svg = await saved(cluster, `Save ${what} as SVG`);
    expect(svg.text).toContain("<svg");
    expect(svg.text).not.toContain("<script");
    const png = await saved(cluster, `Save ${what} as PNG`);
    expect(png.bytes.subarray(1, 4).toString()).toBe("PNG");
    expect(png.bytes.length).toBeGreaterThan(5_000);
  }
});

test("a trace is saved for Perfetto and for ShiViz", async ({ cluster }) => {
  await cluster.open("?seed=9&paused=1");
  const perfetto = await saved(cluster, "Save Perfetto trace");
  expect(JSON.parse(perfetto.text).traceEvents.length).toBeGreaterThan(100);
  const shiviz = await saved(cluster, "Save ShiViz log");
  expect(shiviz.text.split("\n").length).toBeGreaterThan(100);
});

const sheet = (cluster: Cluster) => cluster.page.getByRole("dialog", { name: "Share" });

async function saved(cluster: Cluster, button: string) {
  const { page } = cluster;
  const download = page.waitForEvent("download");
  if (!(await sheet(cluster).isVisible())) {
    await page.getByRole("button", { name: "Share", exact: true }).click();
  }
  await sheet(cluster).getByRole("button", { name: button, exact: true }).click();
  const path = await (await download).path();
  const bytes = await readFile(path);
  if (await sheet(cluster).isVisible()) await page.keyboard.press("Escape");
  return { path, bytes, text: bytes.toString("utf8") };
}
