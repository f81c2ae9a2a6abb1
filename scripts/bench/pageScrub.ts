/** Drags the handle of the time bar, and measures how far the picture is behind the pointer. */
import type { Page } from "@playwright/test";
import { quantile } from "d3-array";

/** A picture of so many pixels beside the pointer is its picture. */
const TOLERANCE_PX = 2;
const STEP_PX = 6;

export interface ScrubLag {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly moves: number;
}

/** From the end of the run to its beginning and back, one step a frame, as a hand would. */
export async function scrubAcross(page: Page): Promise<ScrubLag> {
  const handle = page.getByRole("slider", { name: "Time" });
  const endMs = Number(await handle.getAttribute("aria-valuemax"));
  const box = (await handle.boundingBox())!;
  const rightX = box.x + box.width / 2;
  const y = box.y + box.height / 2;
  const leftX = await xOfStart(page);
  const perPx = endMs / (rightX - leftX);
  await page.evaluate(startRecording, { originX: leftX, perPx, tolerance: TOLERANCE_PX * perPx });

  await page.mouse.move(rightX, y);
  await page.mouse.down();
  for (let x = rightX; x > leftX; x -= STEP_PX) await page.mouse.move(x, y);
  for (let x = leftX; x < rightX; x += STEP_PX) await page.mouse.move(x, y);
  await page.waitForTimeout(2_000);
  await page.mouse.up();
  const lagsMs = await page.evaluate(stopRecording);
  return {
    p50Ms: quantile(lagsMs, 0.5) ?? Number.NaN,
    p95Ms: quantile(lagsMs, 0.95) ?? Number.NaN,
    maxMs: Math.max(...lagsMs),
    moves: lagsMs.length,
  };
}

/** Where the handle stands at the very beginning. */
async function xOfStart(page: Page): Promise<number> {
  const handle = page.getByRole("slider", { name: "Time" });
  await handle.press("Home");
  await page.waitForFunction(
    (element) => element?.getAttribute("aria-valuenow") === "0",
    await handle.elementHandle(),
    { timeout: 120_000 },
  );
  const box = (await handle.boundingBox())!;
  await handle.press("End");
  await page.waitForFunction(
    (element) => element?.getAttribute("aria-valuenow") === element?.getAttribute("aria-valuemax"),
    await handle.elementHandle(),
    { timeout: 300_000 },
  );
  return box.x + box.width / 2;
}

interface Recording {
  lagsMs: number[];
  asked: { readonly atMs: number; readonly wallMs: number; readonly direction: number }[];
  stop(): void;
}

/**
 * Runs in the page. Every move of the pointer asks for a moment; it has its picture in the first
 * frame whose moment is that one, or one beyond it in the direction of the drag, or that of a later
 * move. The frame counts as seen when the task after it runs.
 */
function startRecording(axis: { originX: number; perPx: number; tolerance: number }): void {
  const { originX, perPx, tolerance } = axis;
  const handle = document.querySelector('[role="slider"][aria-label="Time"]')!;
  const recording: Recording = { lagsMs: [], asked: [], stop: () => {} };
  let before = Number.NaN;
  const onMove = (event: PointerEvent): void => {
    const atMs = Math.max(0, (event.clientX - originX) * perPx);
    const direction = Math.sign(atMs - before);
    before = atMs;
    // The first only says where the pointer is.
    if (!Number.isNaN(direction)) {
      recording.asked.push({ atMs, wallMs: event.timeStamp, direction });
    }
  };
  const painted = new MessageChannel();
  let shownAtMs = 0;
  painted.port1.addEventListener("message", () => {
    const nowMs = performance.now();
    const isAnswered = ({ atMs, direction }: Recording["asked"][number]): boolean => {
      const beyond = direction === 0 ? -Math.abs(shownAtMs - atMs) : (shownAtMs - atMs) * direction;
      return beyond >= -tolerance;
    };
    const answered = recording.asked.splice(0, recording.asked.findLastIndex(isAnswered) + 1);
    for (const { wallMs } of answered) recording.lagsMs.push(nowMs - wallMs);
  });
  painted.port1.start();
  const observer = new MutationObserver(() => {
    shownAtMs = Number(handle.getAttribute("aria-valuenow"));
    painted.port2.postMessage(null);
  });
  observer.observe(handle, { attributeFilter: ["aria-valuenow"] });
  document.addEventListener("pointermove", onMove, { capture: true });
  recording.stop = () => {
    observer.disconnect();
    document.removeEventListener("pointermove", onMove, { capture: true });
  };
  (window as Window & { scrubRecording?: Recording }).scrubRecording = recording;
}

/** Runs in the page. Moves that have no picture yet count with the time that they wait already. */
function stopRecording(): number[] {
  const { scrubRecording } = window as Window & { scrubRecording?: Recording };
  if (scrubRecording === undefined) return [];
  scrubRecording.stop();
  const nowMs = performance.now();
  return [...scrubRecording.lagsMs, ...scrubRecording.asked.map(({ wallMs }) => nowMs - wallMs)];
}
