import { expect, test } from "./cluster.ts";
import { expectReplayed } from "./replayed.ts";

test("a Ready waits before its fsync, and nothing that must follow it leaves", async ({
  cluster,
}) => {
  await cluster.open("?seed=1042&paused=1");
  const [follower = ""] = await cluster.followers();
  await cluster.node(follower).click();
  const hold = cluster
    .region("Ready")
    .getByRole("button", { name: `Hold ${follower} before Persist` });
  await hold.click();
  await expect(hold).toHaveAttribute("aria-pressed", "true");
  const before = await cluster.entries(follower).count();
  await cluster.produce({ partition: "orders-0", key: "k", value: "v" });
  await cluster.runFor(0.5);
  await expect(cluster.entries(follower).nth(before - 1)).not.toHaveAccessibleName(/in memory/);
  await expect(cluster.region("Ready")).toContainText(`: you hold ${follower} before Persist`);
  await expect(cluster.region("Ready")).not.toContainText("the gate is open");
  await expectReplayed(cluster);

  cluster.way = "keyboard";
  await cluster.toggleHold(follower, "Persist");
  await expect(hold).toHaveAttribute("aria-pressed", "false");
  await cluster.runFor(1);
  await expect(cluster.requests().first()).toContainText("offset 0");
  await expectReplayed(cluster);
});

test("time goes from Ready to Ready, and from tick to tick, in both directions", async ({
  cluster,
}) => {
  await cluster.open("?seed=1042&paused=1");
  for (const unit of ["Ready", "tick"] as const) {
    const start = await cluster.seconds();
    await cluster.step(unit);
    const later = await cluster.seconds();
    expect(later).toBeGreaterThan(start);
    await cluster.step(unit, "previous");
    expect(await cluster.seconds()).toBeLessThan(later);
  }
});
