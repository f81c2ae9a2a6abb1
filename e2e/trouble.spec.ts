import { expect, test } from "./cluster.ts";
import { labelOf } from "./screen.ts";

const ADDRESS = "?scenario=five-in-trouble";

test("every panel tells the same facts of five brokers, two of them in trouble", async ({
  cluster,
  page,
}) => {
  await cluster.open(ADDRESS);

  // The meter in the middle of the picture names the entry that everything hangs on.
  const meter = cluster.region("Cluster").getByRole("img", { name: /^Entry \d+ is on/ });
  const said = await labelOf(meter);
  const last = Number(/^Entry (\d+) is on 2 disks and needs 3$/.exec(said)?.[1]);
  expect(said).toMatch(/^Entry \d+ is on 2 disks and needs 3$/);
  const committed = last - 1;

  // The bar and the sentence.
  const bar = page.getByRole("banner");
  await expect(bar).toContainText(/Term\s*3/);
  await expect(bar).toContainText(/Leader\s*n2/);
  await expect(bar).toContainText(new RegExp(`Commit\\s*${committed}\\s*of ${last}`));
  await expect(bar.getByRole("button", { name: /^\d+ invariants hold$/ })).toBeVisible();
  const picture = cluster.region("Cluster");
  await expect(picture).toContainText(`Entry ${last} is one fsync away from being committed.`);
  await expect(picture).toContainText(
    "With n4 down and n5 cut off, n1 must be the third, and its disk is slow.",
  );

  // The picture.
  await expect(cluster.node("n2")).toHaveAccessibleName(
    new RegExp(`^n2, leader of term 3, commit ${committed}`),
  );
  await expect(cluster.node("n4")).toHaveAccessibleName(/without power/);
  await expect(cluster.node("n5")).toHaveAccessibleName(/term 2, .*cut off/);
  await expect(cluster.cutLine()).toHaveAccessibleName(/n5/);
  await expect(cluster.message(`ack of entry ${last} from n3 to n2`)).toBeVisible();
  await expect(cluster.message(`ack of entry ${last} from n1 to n2`)).toHaveCount(0);

  // The logs.
  for (const name of ["n1", "n2", "n3"]) {
    expect(await cluster.logFacts(name)).toBe(`${last} entries, commit ${committed}`);
  }
  const lastOf = (name: string) =>
    cluster.logRow(name).getByRole("img", { name: new RegExp(`^entry ${last} `) });
  await expect(lastOf("n1")).toHaveAccessibleName(/in memory/);
  await expect(lastOf("n2")).toHaveAccessibleName(/on disk, not committed: isr/);
  await expect(lastOf("n3")).toHaveAccessibleName(/on disk, not committed/);
  await expect(lastOf("n5")).toHaveCount(0);
  await expect(cluster.region("Log")).toContainText(/stranded \d+, \d+/);
  await expect(cluster.region("Log")).toContainText(`${committed} is torn`);

  // The Ready loop of the node whose disk decides.
  await page.keyboard.press("1");
  const ready = cluster.region("Ready");
  await expect(ready).toContainText("must sync");
  await expect(ready).toContainText(/ack to n2/);
  await expect(ready).toContainText("held");

  // Partitions and the request that waits.
  await expect(cluster.partition("orders-1")).toHaveAccessibleName(
    "orders-1, led by n2, in sync n2, n3, n4",
  );
  await cluster.partition("orders-1").click();
  const partitions = cluster.region("Partitions");
  await expect(partitions).toContainText("ISR {2, 3, 4}");
  await expect(partitions).toContainText(`proposed {2, 3} in entry ${last}`);
  const watermark = partitions.getByRole("group", { name: /^orders-1, high watermark \d+$/ });
  const high = Number(/\d+$/.exec(await labelOf(watermark))?.[0]);
  for (const [node, end] of [
    ["n2", high + 1],
    ["n3", high + 1],
    ["n4", high],
  ] as const) {
    await expect(
      partitions
        .getByRole("button", { name: new RegExp(`^${node}: log end offset ${end}, `) })
        .or(partitions.getByRole("img", { name: new RegExp(`^${node}: log end offset ${end}, `) }))
        .or(
          partitions.getByRole("group", { name: new RegExp(`^${node}: log end offset ${end}, `) }),
        ),
    ).toBeVisible();
  }
  await expect(cluster.requests().first()).toContainText(
    `acks=all, waits for HW ${high + 1} and so for entry ${last}`,
  );

  // Time and what happened.
  await expect(cluster.region("Time")).toContainText("n4 lost power");
  for (const text of ["n5 is cut off.", "n4 lost power.", `n2 proposed entry ${last}, isr.`]) {
    await expect(cluster.events().filter({ hasText: text })).not.toHaveCount(0);
  }

  // The disk that was torn.
  await cluster.showDisk("n4");
  await expect(cluster.disk()).toContainText(/torn/);
});

test("one thing that is pointed at lights up in every panel", async ({ cluster, page }) => {
  await cluster.open(ADDRESS);
  const name = /^entry \d+ of term 3 on n1, in memory/;
  const entry = cluster.logRow("n1").getByRole("img", { name });
  const lit = () =>
    page.evaluate(() => document.querySelectorAll(".lit, [data-lit], .stroke-ink.w2").length);
  const before = await lit();
  await entry.hover();
  await expect.poll(lit).toBeGreaterThan(before + 2);
  const during = await lit();
  await page.mouse.move(0, 0);
  await expect.poll(lit).toBeLessThan(during);
});

test("what follows follows: n1 finishes, the entry is committed, the answer comes", async ({
  cluster,
}) => {
  await cluster.open(ADDRESS);
  await cluster.runFor(0.2);
  await expect(cluster.partition("orders-1")).toHaveAccessibleName(
    /in sync n2, n3, out of sync n4/,
  );
  await expect(cluster.requests().first()).toContainText(/offset \d+/);
});
