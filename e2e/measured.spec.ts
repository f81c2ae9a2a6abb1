import { expect, test } from "./cluster.ts";

// One after the other: what runs beside a measurement is measured too.
test.describe.configure({ mode: "serial" });

const FIRST_LEADER_MS_MAX = 2_000;

test("a leader is on screen within two seconds of opening the page", async ({ cluster, page }) => {
  const tookMs: number[] = [];
  for (const seed of [1, 2, 3, 4, 5]) {
    const openedAtMs = performance.now();
    await page.goto(`/?seed=${seed}`);
    await expect(cluster.leaderGlyph()).toBeVisible();
    tookMs.push(Math.round(performance.now() - openedAtMs));
  }
  const median = tookMs.toSorted((a, b) => a - b)[2]!;
  console.log(`first leader on screen after ${median} ms (median of ${tookMs.join(", ")})`);
  expect(median).toBeLessThanOrEqual(FIRST_LEADER_MS_MAX);
});

test("the page keeps its frame rate while the cluster runs", async ({ cluster, page }) => {
  await cluster.open();
  const frameMs = await page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const spans: number[] = [];
        let before = performance.now();
        requestAnimationFrame(function frame(now) {
          spans.push(now - before);
          before = now;
          if (spans.length < 180) requestAnimationFrame(frame);
          else resolve(spans.toSorted((a, b) => a - b));
        });
      }),
  );
  const [median, p95] = [frameMs[90]!, frameMs[171]!];
  console.log(`a frame takes ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`);
  expect(median).toBeLessThan(34);
});
