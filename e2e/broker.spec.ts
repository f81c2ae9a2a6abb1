import { expect, test, type Cluster } from "./cluster.ts";

test("a topic made on the page outlives a broker, says error 19 in words, and heals", async ({
  cluster,
  page,
}) => {
  await cluster.open();
  await cluster.runFast();
  await cluster.createTopic({ topic: "payments", partitions: 6, copies: 3, minIsr: 2 });
  const names = Array.from({ length: 6 }, (_, i) => `payments-${i}`);
  await cluster.showPanel("Partitions");
  for (const name of names) await expect(cluster.partition(name)).toBeVisible();

  // Of the brokers that do not lead the metadata log, one goes; its partitions get other leaders.
  const { name: controller } = await cluster.leader();
  const [first = "", second = ""] = ["n1", "n2", "n3"].filter((name) => name !== controller);
  await cluster.kill(first);
  for (const name of names) {
    await expect(cluster.partition(name)).toHaveAccessibleName(
      new RegExp(`led by (?!${first}).*out of sync ${first}`),
    );
  }

  await cluster.kill(second);
  await expect(page.getByText("Only", { exact: false }).first()).toBeVisible();
  await cluster.restart(second);
  await expect(cluster.leaderGlyph()).toBeVisible();
  await expect(cluster.partition("payments-0")).toHaveAccessibleName(
    new RegExp(`led by n\\d, in sync`),
  );

  await cluster.restart(first);
  for (const name of names) {
    await expect(cluster.partition(name)).toHaveAccessibleName(/in sync n\d, n\d, n\d$/);
  }
});

test("acks=all below min ISR is refused with error 19 in plain words, and works again after", async ({
  cluster,
}) => {
  await cluster.open();
  await cluster.runFast();
  await cluster.createTopic({ topic: "payments", partitions: 6, copies: 3, minIsr: 3 });
  await cluster.showPanel("Partitions");
  const { name: controller } = await cluster.leader();
  const victim = controller === "n1" ? "n2" : "n1";
  await cluster.kill(victim);
  const partition = await partitionOfAnother(cluster, victim);
  await expect(cluster.partition(partition)).toHaveAccessibleName(/below min ISR 3/);

  const leader = await cluster.partitionLeader(partition);
  await cluster.produce({ to: leader, partition, key: "k", value: "v" });
  const row = cluster.requests().first();
  await expect(row).toContainText("NOT_ENOUGH_REPLICAS (19)");
  await expect(row).toContainText("too few replicas are in sync, so nothing was written");
  await row.getByRole("button").click();
  await expect(
    cluster.region("Request").getByRole("list", { name: "Leadership lookup" }),
  ).toContainText(`${leader} leads`);

  await cluster.showPanel("Partitions");
  await cluster.restart(victim);
  await expect(cluster.partition(partition)).toHaveAccessibleName(/in sync n\d, n\d, n\d$/);
  await cluster.produce({ to: leader, partition, key: "k", value: "v" });
  await expect(cluster.requests().first()).toContainText("offset 0");
});

test("a producer and a group of consumers work by themselves; the console answers", async ({
  cluster,
}) => {
  await cluster.open();
  await cluster.runFast();
  await cluster.showPanel("Clients");
  const clients = cluster.region("Clients");
  await clients.getByRole("button", { name: "Start producer" }).click();
  await clients.getByRole("button", { name: "Start consumer" }).click();
  await clients.getByRole("button", { name: "Start consumer" }).click();
  const list = clients.getByRole("list", { name: "Running clients" });
  await expect(list.getByRole("listitem")).toHaveCount(3);
  await expect(list.getByRole("listitem").first()).toContainText(/acknowledged [1-9]/);
  await expect(clients.getByRole("region", { name: "Group readers" })).toContainText("stable");
  await clients.getByRole("button", { name: "Crash c4" }).click();
  await expect(list.getByRole("listitem")).toHaveCount(2);

  await cluster.showPanel("Admin");
  await cluster.command("list-nodes");
  await expect(
    cluster.region("Admin").getByRole("table", { name: "Answer to list nodes" }).getByRole("row"),
  ).toHaveCount(4);
  await cluster.command("lst-nodes");
  await expect(cluster.region("Admin").getByRole("log")).toContainText('"lst-nodes" is no command');
});

test("the bytes of a request and of its answer are shown as fields", async ({ cluster }) => {
  await cluster.open();
  await cluster.runFast();
  const leader = await cluster.partitionLeader("orders-0");
  await cluster.produce({ to: leader, partition: "orders-0", key: "k1", value: "paid" });
  const row = cluster.requests().first();
  await expect(row).toContainText("offset 0");
  await row.getByRole("button").click();
  const request = cluster.region("Request");
  const fields = request.getByRole("listbox").first().getByRole("option");
  await expect(fields.filter({ hasText: "acks" }).first()).toContainText("-1");
  await expect(request.getByText("k1 = paid").first()).toBeVisible();
  await expect(request.getByRole("listbox")).toHaveCount(2);
  await fields.first().focus();
  await fields.first().press("ArrowDown");
  await expect(fields.nth(1)).toBeFocused();
  await expect(fields.nth(1)).toHaveAttribute("aria-selected", "true");
});

async function partitionOfAnother(cluster: Cluster, victim: string): Promise<string> {
  for (const name of ["payments-0", "payments-1", "payments-2"]) {
    if ((await cluster.partitionLeader(name)) !== victim) return name;
  }
  throw new Error(`${victim} leads every partition`);
}
