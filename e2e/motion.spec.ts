import { expect, test } from "./cluster.ts";

test.use({ contextOptions: { reducedMotion: "reduce" } });

test("with reduced motion nothing travels, and a count says what is on its way", async ({
  cluster,
  page,
}) => {
  await cluster.open();
  // Stepping is how one plays then: time stands until somebody moves it.
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  await cluster.produce({ partition: "orders-0", key: "k", value: "v" });
  const counts = cluster.region("Cluster").getByRole("img", { name: /on (its|their) way to/ });
  for (let step = 0; step < 60 && (await counts.count()) === 0; step++) await cluster.step();
  await expect(counts.first()).toBeVisible();
  await expect(cluster.message(/ from n\d to n\d$/)).toHaveCount(0);
});
