import { expect, test } from "./cluster.ts";

test("a frame shows the panels that were asked for, the sentence and the safety, and a way out", async ({
  cluster,
  page,
}) => {
  await page.goto("/?seed=1042&embed=1&panels=cluster,time");
  await expect(cluster.leaderGlyph()).toBeVisible();
  await expect(cluster.region("Time")).toBeVisible();
  await expect(page.getByRole("button", { name: /invariants hold/ })).toBeVisible();
  for (const name of ["Log", "Ready", "Partitions", "What happened"]) {
    await expect(cluster.region(name)).toHaveCount(0);
  }
  const out = page.getByRole("link", { name: /Chronik Playground/ });
  await expect(out).toHaveAttribute("target", "_blank");
  expect(new URL((await out.getAttribute("href")) ?? "", page.url()).origin).toBe(
    new URL(page.url()).origin,
  );
});

test("a page inside another page runs, and its objects have their menus", async ({
  page,
  baseURL,
}) => {
  const address = `${baseURL}/?seed=1042&embed=1`;
  await page.setContent(
    `<iframe title="cluster" width="900" height="600" src="${address}"></iframe>`,
  );
  const frame = page.frameLocator("iframe");
  const leader = frame.getByRole("button", { name: /^n\d, leader of term/ });
  await expect(leader).toBeVisible();
  await leader.click({ button: "right" });
  await expect(frame.getByRole("menu")).toBeVisible();
});

for (const [name, panels] of [
  ["no panel by that name", "cluster,kitchen"],
  ["no panel at all", ","],
] as const) {
  test(`a frame that asks for ${name} is refused in a sentence`, async ({ cluster, page }) => {
    await page.goto(`/?seed=1042&embed=1&panels=${panels}`);
    await expect(cluster.leaderGlyph()).toBeVisible();
    await expect(page.getByRole("alert")).toContainText(/panels/);
  });
}
