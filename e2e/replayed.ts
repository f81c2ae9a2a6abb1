import { Cluster, expect } from "./cluster.ts";

/**
 * Takes the link that the page exports now, opens it in a window of its own, and expects the same
 * trace at the same time there: what was done by hand can be repeated from the link alone.
 */
export async function expectReplayed(cluster: Cluster): Promise<void> {
  const hash = await cluster.hash();
  const seconds = await cluster.seconds();
  const link = await cluster.link();
  const page = await cluster.page.context().newPage();
  const again = new Cluster(page);
  await again.open(link);
  await expect.poll(() => again.seconds()).toBe(seconds);
  expect(await again.hash()).toBe(hash);
  await page.close();
}
