import { expect, test } from "./cluster.ts";

const RULE = "Acknowledged records are kept";

test("a disk that lies breaks a rule: time ends there, and the page says which one and when", async ({
  cluster,
  page,
}) => {
  await cluster.open("?scenario=lying-disk");
  const chip = page.getByRole("button", { name: `Broken: ${RULE}` });
  await expect(chip).toBeVisible();
  const picture = cluster.region("Cluster");
  await expect(picture).toContainText(`The rule “${RULE}” was broken.`);
  const reason =
    "n1 acknowledged offset 0 of orders-0, but n1, its leader in epoch 0, has nothing there.";
  await expect(picture).toContainText(reason);
  await expect(cluster.events().first()).toContainText(RULE);
  await expect(cluster.region("Time")).toContainText("rule broken");

  // What the rule is about is to be seen in the logs of the partition.
  const copy = (name: string, end: number) =>
    cluster.region("Partitions").getByLabel(new RegExp(`^${name}: log end offset ${end}, `));
  await expect(copy("n1", 0)).toBeVisible();
  await expect(copy("n2", 1)).toBeVisible();

  await chip.click();
  await expect(page.getByText(`${reason} Time stopped at 6.900 s.`)).toBeVisible();
  await page.keyboard.press("Escape");

  // Nothing comes after it; before it every rule held.
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.waitForTimeout(500);
  expect(await cluster.seconds()).toBe(6.9);
  await cluster.at(6.5);
  await expect(page.getByRole("button", { name: /^\d+ invariants hold$/ })).toBeVisible();
  await expect(cluster.requests().first()).toContainText("offset 0");
});
