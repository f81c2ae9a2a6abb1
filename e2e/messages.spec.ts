import { expect, test, type Cluster } from "./cluster.ts";
import { expectReplayed } from "./replayed.ts";
import { labelOf } from "./screen.ts";

const APPEND = /^append of entry \d+ from n\d to n\d$/;
const APPENDS_AT_MS = 4_975;
const ACK = /^ack of entry \d+ from n\d to n\d$/;
const ACKS_AT_MS = 5_030;

test("one message is held, stays where it is, and goes on, by mouse", async ({ cluster }) => {
  const label = await underWay(cluster, APPEND, APPENDS_AT_MS);
  cluster.way = "mouse";
  await cluster.holdMessage(label);
  await cluster.runFor(0.5);
  await expect(cluster.message(`${label}, held`)).toBeVisible();
  await cluster.releaseMessage(label);
  await cluster.runFor(0.5);
  await expect(cluster.message(new RegExp(`^${label}`))).toHaveCount(0);
  await expectReplayed(cluster);
});

test("one message is dropped, and the page says which, by keyboard", async ({ cluster }) => {
  const label = await underWay(cluster, APPEND, APPENDS_AT_MS);
  cluster.way = "keyboard";
  await cluster.dropMessage(label);
  await cluster.runFor(0.1);
  await expect(cluster.events().filter({ hasText: /dropped/ })).not.toHaveCount(0);
  await expectReplayed(cluster);
});

test("one message is delayed, so that what was sent later arrives first, by palette", async ({
  cluster,
}) => {
  const label = await underWay(cluster, ACK, ACKS_AT_MS);
  const sent = await cluster.seconds();
  await cluster.delayMessage(label, "1 s");
  await cluster.runFor(1.5);
  await expect(cluster.message(label)).toHaveCount(0);
  await cluster.at(sent + 0.9);
  await expect(cluster.message(label)).toBeVisible();
  await cluster.toEnd();
  await expectReplayed(cluster);
});

test("one message comes twice, and nothing is written twice, by a key", async ({
  cluster,
  page,
}) => {
  const label = await underWay(cluster, APPEND, APPENDS_AT_MS);
  await cluster.message(label).first().focus();
  await page.keyboard.press("u");
  await expect(cluster.message(new RegExp(`^repeated ${label}`))).toBeVisible();
  await cluster.runFor(1);
  const facts = await cluster.logFacts("n1");
  for (const name of await cluster.nodeNames()) expect(await cluster.logFacts(name)).toBe(facts);
  await expectReplayed(cluster);
});

/**
 * A moment at which appends of one entry are half-way: the run of the first visit, with a topic more.
 * Returns what such a message is called.
 */
async function underWay(cluster: Cluster, name: RegExp, atMs: number): Promise<string> {
  const topic = (atUs: number, topicName: string, partitionCount: number) => ({
    atUs,
    kind: "createTopic",
    topic: topicName,
    partitionCount,
    replicationFactor: 3,
    minInsyncReplicas: 2,
  });
  const actions = [topic(2_000_000, "orders", 3), topic(4_950_000, "t", 1)];
  const run = { v: 1, seed: 1042, options: {}, actions, at: atMs * 1_000 };
  const encoded = Buffer.from(JSON.stringify(run)).toString("base64url");
  await cluster.open(`?seed=1042#run=${encoded}`);
  const found = cluster.message(name).first();
  await expect(found).toBeVisible();
  return labelOf(found);
}
