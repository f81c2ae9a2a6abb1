import { expect, test } from "./cluster.ts";
import { expectReplayed } from "./replayed.ts";

const ADDRESS = "?seed=1042&paused=1";

test("power is cut and comes back, by mouse", async ({ cluster }) => {
  await cluster.open(ADDRESS);
  cluster.way = "mouse";
  const { name: leader, term } = await cluster.leader();
  await cluster.kill(leader);
  await expect(cluster.node(leader)).toHaveAccessibleName(/ without power /);
  await cluster.runUntil(async () => (await cluster.leaderGlyph().count()) > 0);
  expect((await cluster.leader()).term).toBeGreaterThan(term);
  await cluster.restart(leader);
  await cluster.runFor(1);
  await expect(cluster.node(leader)).toHaveAccessibleName(/follower/);
  await expectReplayed(cluster);
});

test("a leader that is paused is replaced, and learns it when it resumes, by keyboard", async ({
  cluster,
}) => {
  await cluster.open(ADDRESS);
  cluster.way = "keyboard";
  const { name: leader, term } = await cluster.leader();
  await cluster.pauseNode(leader);
  await expect(cluster.node(leader)).toHaveAccessibleName(/leader of term \d+, .*paused/);
  await cluster.runUntil(async () => (await cluster.leaderGlyph().count()) === 2);
  await cluster.resumeNode(leader);
  await cluster.runFor(1);
  await expect(cluster.node(leader)).toHaveAccessibleName(/^n\d, follower/);
  expect((await cluster.leader()).term).toBeGreaterThan(term);
  await expectReplayed(cluster);
});

test("a node that is timed out asks for votes at once, by palette", async ({ cluster }) => {
  await cluster.open(ADDRESS);
  const { name: leader, term } = await cluster.leader();
  const [heir = ""] = await cluster.followers();
  await cluster.timeOut(heir);
  await cluster.runFor(0.5);
  // A leader is there, so it is refused and raises no term; without one it wins.
  expect(await cluster.leader()).toEqual({ name: leader, term });
  await cluster.cutOff(leader);
  await cluster.runFor(2);
  await cluster.timeOut(heir);
  await cluster.runUntil(async () => /leader of term/.test(await cluster.nodeSentence(heir)));
  await cluster.heal(leader);
  await expectReplayed(cluster);
});

test("a clock runs at another rate, and its node says so, by mouse", async ({ cluster }) => {
  await cluster.open(ADDRESS);
  cluster.way = "mouse";
  const [first = "", second = ""] = await cluster.followers();
  await cluster.skewClock(first, 200);
  await cluster.skewClock(second, 50);
  await expect(cluster.node(first)).toHaveAccessibleName(/its clock at 200 %/);
  await expect(cluster.node(second)).toHaveAccessibleName(/its clock at 50 %/);
  await cluster.runFor(2);
  await cluster.skewClock(first, 100);
  await expect(cluster.node(first)).not.toHaveAccessibleName(/its clock/);
  await expectReplayed(cluster);
});

test("disks lie, tear and fail, by keyboard", async ({ cluster }) => {
  await cluster.open(ADDRESS);
  cluster.way = "keyboard";
  const [first = "", second = ""] = await cluster.followers();
  await cluster.toggleDiskFault(first, "Slow writes");
  await cluster.tearNextWrite(first);
  await cluster.failNextSync(second);
  await cluster.produce({ partition: "orders-0", key: "k", value: "v" });
  await cluster.runUntil(async () => /without power/.test(await cluster.nodeSentence(first)));
  await cluster.runUntil(async () => /stopped/.test(await cluster.nodeSentence(second)));
  await cluster.toggleDiskFault(first, "Slow writes");
  await cluster.restart(first);
  await cluster.runFor(1);
  await expect(cluster.node(first)).not.toHaveAccessibleName(/without power/);
  await expectReplayed(cluster);
});

test("a node joins, and another one leaves, by palette", async ({ cluster }) => {
  await cluster.open(ADDRESS);
  await cluster.addNode();
  await cluster.runUntil(async () => (await cluster.nodeSentence("n4")).startsWith("n4, follower"));
  const [gone = ""] = await cluster.followers();
  await cluster.kill(gone);
  await cluster.removeNode(gone);
  await cluster.runUntil(
    async () =>
      (await cluster
        .events()
        .filter({ hasText: new RegExp(`${gone}.*(left|removed|no longer)`) })
        .count()) > 0,
  );
  await expectReplayed(cluster);
});

test("all power goes at once and comes back, by palette", async ({ cluster }) => {
  await cluster.open(ADDRESS);
  await cluster.powerCut();
  for (const name of await cluster.nodeNames()) {
    await expect(cluster.node(name)).toHaveAccessibleName(/ without power /);
  }
  await cluster.powerOn();
  await cluster.runUntil(async () => (await cluster.leaderGlyph().count()) === 1);
  await expectReplayed(cluster);
});
