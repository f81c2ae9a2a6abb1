import { expect, test } from "./cluster.ts";

test("no request leaves the origin of the page", async ({ cluster, page, baseURL }) => {
  const foreign: string[] = [];
  page.context().on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${baseURL}/`) && !/^(data|blob|about):/.test(url)) foreign.push(url);
  });
  await cluster.open();
  for (const key of ["c", "a", "Escape", "d", "?", "Escape", "s", "Escape", "Control+k"]) {
    await page.keyboard.press(key);
    await page.waitForLoadState("networkidle");
  }
  expect(foreign).toEqual([]);
});

test("the page works without a network after the first visit", async ({ cluster, page }) => {
  await cluster.open();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  // The second load is the first one that the service worker answers.
  await page.reload();
  await expect(cluster.leaderGlyph()).toBeVisible();
  await page.context().setOffline(true);
  await page.reload();
  await cluster.open("?scenario=five-brokers&seed=3");
  // Also what is loaded later.
  await page.keyboard.press("c");
  await expect(cluster.region("Clients")).toBeVisible();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Commands" })).toBeVisible();
});

test("the policy of the page has nothing unsafe, and nothing breaks it", async ({
  cluster,
  page,
}) => {
  await page.addInitScript(() => {
    const seen = window as Window & { breaches?: string[] };
    seen.breaches = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      seen.breaches?.push(`${event.violatedDirective}: ${event.blockedURI}`);
    });
  });
  await cluster.open();
  const policy = await page.evaluate(
    () =>
      document
        .querySelector('meta[http-equiv="Content-Security-Policy"]')
        ?.getAttribute("content") ?? "",
  );
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
  expect(policy).not.toContain("*");
  const { name } = await cluster.leader();
  cluster.way = "mouse";
  await cluster.kill(name);
  for (const key of ["c", "a", "Escape", "d", "?", "Escape", "s", "Escape"]) {
    await page.keyboard.press(key);
  }
  const breaches = await page.evaluate(() => (window as Window & { breaches?: string[] }).breaches);
  expect(breaches).toEqual([]);
});

test("no text of a link or of a record runs as a script", async ({ cluster, page }) => {
  const text = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>';
  const run = {
    v: 1,
    seed: 1042,
    options: {},
    actions: [
      {
        atUs: 0,
        kind: "createTopic",
        topic: "orders",
        partitionCount: 1,
        replicationFactor: 3,
        minInsyncReplicas: 2,
      },
      {
        atUs: 5_000_000,
        kind: "produce",
        node: null,
        topic: "orders",
        partition: 0,
        key: text,
        value: text,
        acks: -1,
      },
      { atUs: 6_000_000, kind: "consume", topic: "orders", partition: 0, node: null },
    ],
    at: 7_000_000,
  };
  const encoded = Buffer.from(JSON.stringify(run)).toString("base64url");
  await cluster.open(`?seed=1042#run=${encoded}`);
  await expect(cluster.requests().first()).toContainText("<img src=x");
  await cluster.requests().first().getByRole("button").click();
  await expect(cluster.region("Request")).toBeVisible();
  expect(await page.evaluate(() => "ran" in window)).toBe(false);
});
