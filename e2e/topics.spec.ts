import { expect, test } from "./cluster.ts";
import { say } from "./hands.ts";
import { expectReplayed } from "./replayed.ts";

const ADDRESS = "?seed=1042&paused=1";

test("a record is sent and read back, by the panel", async ({ cluster }) => {
  await cluster.open(ADDRESS);
  await cluster.produce({ partition: "orders-1", key: "k1", value: "paid" });
  await cluster.runUntil(async () =>
    /offset 0/.test((await cluster.requests().first().textContent()) ?? ""),
  );
  await cluster.readBack("orders-1");
  await cluster.runUntil(async () =>
    /paid/.test((await cluster.requests().first().textContent()) ?? ""),
  );
  await expectReplayed(cluster);
});

test("a topic is made, its settings change, it grows and goes, by palette", async ({
  cluster,
  page,
}) => {
  await cluster.open(ADDRESS);
  await say(page, "Create topic payments with 2 partitions", "create topic payments 2 partitions");
  await cluster.runUntil(async () => (await cluster.partition("payments-1").count()) > 0);
  await say(page, "Min ISR 3 for payments");
  await cluster.runFor(1);
  await say(page, "Add a partition to payments");
  await cluster.runUntil(async () => (await cluster.partition("payments-2").count()) > 0);
  const [follower = ""] = await cluster.followers();
  await cluster.kill(follower);
  await cluster.runUntil(
    async () =>
      (await cluster
        .region("Partitions")
        .getByRole("button", { name: /^payments-\d, .*below min ISR 3/ })
        .count()) > 0,
  );
  await cluster.restart(follower);
  await say(page, "Delete topic payments");
  await cluster.runUntil(async () => (await cluster.partition("payments-0").count()) === 0);
  await expectReplayed(cluster);
});

test("a partition gets another leader by hand, and the preferred one again, by its menu", async ({
  cluster,
  page,
}) => {
  await cluster.open(ADDRESS);
  const before = await cluster.partitionLeader("orders-0");
  await cluster.partition("orders-0").click({ button: "right" });
  await page.getByRole("menuitem", { name: /^Reassign orders-0 to/ }).click();
  await cluster.runFor(2);
  await say(page, "Elect preferred leaders of orders");
  await cluster.runUntil(async () => (await cluster.partitionLeader("orders-0")) !== before);
  await expectReplayed(cluster);
});

test("the network and the timers are set by dials, with a verdict", async ({ cluster, page }) => {
  await cluster.open(ADDRESS);
  await cluster.showPanel("Admin");
  const dials = page.getByRole("form", { name: "Dials" });
  await dials.getByRole("spinbutton", { name: "latency from ms" }).fill("100");
  await dials.getByRole("spinbutton", { name: "latency to ms" }).fill("200");
  await dials.getByRole("spinbutton", { name: "loss %" }).fill("5");
  await dials.getByRole("button", { name: "Set network" }).click();
  await cluster.runFor(1);
  await expectReplayed(cluster);

  const timers = page.getByRole("form", { name: "Timers" });
  await timers.getByRole("spinbutton", { name: "nodes" }).fill("5");
  await expect(timers.getByRole("status", { name: "Verdict" })).not.toBeEmpty();
  await timers.getByRole("button", { name: "Open with these timers" }).click();
  await expect(cluster.nodes()).toHaveCount(5);
});
