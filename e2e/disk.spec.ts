import { expect, test, type Cluster } from "./cluster.ts";

test("a torn write is cut off at the next start, and the node catches up", async ({
  cluster,
  page,
}) => {
  await cluster.open();
  const leader = await cluster.partitionLeader("orders-0");
  const follower = await otherThan(cluster, leader);
  await cluster.showDisk(follower);
  await cluster
    .disk()
    .getByRole("button", { name: /^Tear: / })
    .click();
  await cluster.produce({ to: leader, partition: "orders-0", key: "k1", value: "torn" });

  await expect(cluster.node(follower)).toHaveAccessibleName(/ without power /);
  await expect(cluster.diskRecords().last()).toHaveAccessibleName(/^torn record \d+/);
  await expect(cluster.disk()).toContainText("A restart cuts it off.");

  await cluster.restart(follower);
  await expect(cluster.disk()).toContainText(/has cut off a torn tail of \d+ byte/);
  await expect(cluster.diskRecords().last()).not.toHaveAccessibleName(/torn/);
  await cluster.runFast();
  await expect(cluster.requests().first()).toContainText("offset 0");
  await expectCaughtUp(cluster, follower);
  await page.keyboard.press("d");
  await expect(cluster.disk()).toBeHidden();
});

test("after a power cut of all, the same log is on the page", async ({ cluster }) => {
  await cluster.open();
  await cluster.runFast();
  const leader = await cluster.partitionLeader("orders-1");
  await cluster.produce({ to: leader, partition: "orders-1", key: "k1", value: "kept" });
  await expect(cluster.requests().first()).toContainText("offset 0");
  await cluster.pause();
  const before = await logs(cluster);
  expect(before[0]!.length).toBeGreaterThan(4);

  await cluster.powerCut();
  for (const name of NODES) {
    await expect(cluster.node(name)).toHaveAccessibleName(/ without power /);
  }
  expect(await logs(cluster), "on the disks").toEqual(before);

  await cluster.powerOn();
  for (const name of NODES) await expect(cluster.node(name)).toHaveAccessibleName(/follower/);
  expect(await logs(cluster), "after the start").toEqual(before);

  await cluster.play();
  await expect(cluster.leaderGlyph()).toBeVisible();
  await expect.poll(() => cluster.partitionLeader("orders-1")).toMatch(/^n/);
  await cluster.readBack("orders-1");
  await expect(cluster.requests().first()).toContainText("kept");
});

test("a flipped bit is found at the next start, and the node is repaired", async ({ cluster }) => {
  await cluster.open();
  await cluster.runFast();
  const { name: leader } = await cluster.leader();
  const follower = await otherThan(cluster, leader);
  await cluster.showDisk(follower);
  await cluster.diskRecords().nth(5).click();
  await cluster.disk().getByRole("gridcell").nth(40).click();
  await cluster
    .disk()
    .getByRole("button", { name: /^Flip a bit of byte / })
    .click();
  await expect(cluster.disk()).toContainText(`${follower} does not know`);

  await cluster.kill(follower);
  await expect(cluster.node(follower)).toHaveAccessibleName(/ without power /);
  await cluster.restart(follower);
  await expect(cluster.node(follower)).toHaveAccessibleName(/stopped, its log is damaged/);
  await expect(cluster.disk()).toContainText("does not serve or vote until it is repaired");

  await cluster
    .disk()
    .getByRole("button", { name: `Repair ${follower}` })
    .click();
  for (const what of ["is a learner.", "votes again."]) {
    await expect(cluster.events().filter({ hasText: `${follower} ${what}` })).toHaveCount(1);
  }
  await expect(cluster.node(follower)).toHaveAccessibleName(/, follower in term /);
  await expectCaughtUp(cluster, follower);
});

test("the panel says that it reads until the disks are there, and its controls keep their places", async ({
  cluster,
  page,
}) => {
  let letThrough = (): void => {};
  const wait = new Promise<void>((resolve) => (letThrough = resolve));
  await page.route("**/assets/disks-*.js", async (route) => {
    await wait;
    await route.continue();
  });
  await cluster.open();
  await page.keyboard.press("d");
  await expect(cluster.disk()).toContainText("Reading the disk …");
  letThrough();
  await expect(cluster.diskRecords().first()).toBeVisible();
  await expect(cluster.disk()).not.toContainText("Reading");

  const tear = cluster.disk().getByRole("button", { name: /^Tear: / });
  const before = await tear.boundingBox();
  await tear.click();
  await expect(tear).toHaveAttribute("aria-pressed", "true");
  expect(await tear.boundingBox()).toEqual(before);
});

test("every field of a hard state is in sight", async ({ cluster }) => {
  await cluster.open();
  await cluster.showDisk("n3");
  await cluster.pause();
  await cluster
    .diskRecords()
    .filter({ hasText: /^state$/ })
    .last()
    .click();
  for (const name of ["term", "vote", "commit", "header crc", "end mark"]) {
    await expect(
      cluster
        .disk()
        .getByRole("term")
        .filter({ hasText: new RegExp(`^${name}$`) }),
    ).toBeInViewport({ ratio: 1 });
  }
});

const NODES = ["n1", "n2", "n3"];

async function otherThan(cluster: Cluster, node: string): Promise<string> {
  const { name: leader } = await cluster.leader();
  return NODES.find((name) => name !== node && name !== leader)!;
}

async function expectCaughtUp(cluster: Cluster, name: string): Promise<void> {
  await expect
    .poll(async () => {
      const { name: leader } = await cluster.leader();
      return (await cluster.logFacts(name)) === (await cluster.logFacts(leader));
    })
    .toBe(true);
}

/** Index, term and content of every entry of every node; whether it is known to be committed is not. */
async function logs(cluster: Cluster): Promise<string[][]> {
  const rows = NODES.map((name) =>
    cluster
      .entries(name)
      .evaluateAll((cells) => cells.map((cell) => cell.getAttribute("aria-label") ?? "")),
  );
  const labels = await Promise.all(rows);
  return labels.map((row) => row.map((label) => label.replace(/, [a-z, ]+: /, ": ")));
}
