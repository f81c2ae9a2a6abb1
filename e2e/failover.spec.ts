import { expect, test, type Cluster } from "./cluster.ts";

test("an acknowledged record survives the death of the leader that took it", async ({
  cluster,
}) => {
  await cluster.open();
  await cluster.runFast();
  const first = await cluster.leader();

  // The partition that the metadata leader leads, so that its death moves both.
  const partition = await partitionLedBy(cluster, first.name);
  await cluster.produce({ to: first.name, partition, key: "k1", value: "before the crash" });
  await expect(cluster.requests().first()).toContainText("offset 0");

  await cluster.kill(first.name);
  await expect(cluster.node(first.name)).toHaveAccessibleName(/ without power /);
  await expect(cluster.leaderGlyph()).toBeVisible();
  const second = await cluster.leader();
  expect(second.name).not.toBe(first.name);
  expect(second.term).toBeGreaterThan(first.term);

  await expect.poll(() => cluster.partitionLeader(partition)).not.toBe(first.name);
  const heir = await cluster.partitionLeader(partition);
  await cluster.produce({ to: heir, partition, key: "k2", value: "after the crash" });
  await expect(cluster.requests().first()).toContainText("offset 1");

  await cluster.readBack(partition);
  await expect(cluster.requests().first()).toContainText("before the crash");
  await expect(cluster.requests().first()).toContainText("after the crash");

  await cluster.restart(first.name);
  await expect(cluster.node(first.name)).toHaveAccessibleName(
    new RegExp(`^${first.name}, follower in term ${second.term}`),
  );
  const facts = (name: string) => cluster.logFacts(name);
  await expect
    .poll(async () => (await facts(first.name)) === (await facts(second.name)))
    .toBe(true);
  await cluster.pause();
  const [old, current] = await Promise.all([
    logEntries(cluster, first.name),
    logEntries(cluster, second.name),
  ]);
  expect(old.length).toBeGreaterThan(4);
  expect(old).toEqual(current);
});

test("a follower refuses a produce request and names the leader", async ({ cluster }) => {
  await cluster.open();
  await cluster.runFast();
  const leader = await cluster.partitionLeader("orders-0");
  const follower = leader === "n1" ? "n2" : "n1";
  await cluster.produce({ to: follower, partition: "orders-0", key: "k", value: "v" });
  const row = cluster.requests().first();
  await expect(row).toContainText("NOT_LEADER_OR_FOLLOWER (6)");
  await expect(row).toContainText(`${leader} leads`);
});

async function partitionLedBy(cluster: Cluster, node: string): Promise<string> {
  for (const name of ["orders-0", "orders-1", "orders-2"]) {
    if ((await cluster.partitionLeader(name)) === node) return name;
  }
  throw new Error(`${node} leads no partition`);
}

async function logEntries(cluster: Cluster, name: string): Promise<string[]> {
  const labels = await cluster
    .entries(name)
    .evaluateAll((cells) => cells.map((cell) => cell.getAttribute("aria-label") ?? ""));
  return labels.map((label) => label.replace(` on ${name}`, ""));
}
