/** The built page in a headless Chromium, and what a person would feel of it, in figures. */
import type { Browser, BrowserContextOptions, CDPSession, Page } from "@playwright/test";
import { chromium, expect } from "@playwright/test";
import { quantile } from "d3-array";

const VIEWPORT = { width: 1440, height: 900 };
/** A long run is simulated before it is shown. */
const OPEN_TIMEOUT_MS = 1_200_000;

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHRONIK_CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
}

/** A window that visits for the first time: nothing cached, no service worker of an earlier visit. */
export async function openWindow(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: VIEWPORT, ...options });
  // What loads TypeScript on the fly keeps the names of functions with this one, also of those that
  // run in the page.
  await context.addInitScript({ content: "globalThis.__name = (named) => named;" });
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  return page;
}

/** Opens a run and waits until it stands at its moment, with a leader on the picture. */
export async function openRun(page: Page, address: string, viewAtUs: number): Promise<void> {
  await page.goto(address);
  const timeBar = page.getByRole("slider", { name: "Time" });
  const shown = String(Math.round(viewAtUs / 1_000));
  await expect(timeBar).toHaveAttribute("aria-valuenow", shown, { timeout: OPEN_TIMEOUT_MS });
  await leader(page).first().waitFor();
}

export function leader(page: Page) {
  return page
    .getByRole("region", { name: "Cluster", exact: true })
    .getByRole("button", { name: /^n\d+, leader of term \d+/ });
}

export async function play(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Play", exact: true }).click();
}

export interface Smoothness {
  readonly fps: number;
  readonly frameP95Ms: number;
  /** Share of the time in which the main thread had something to do. */
  readonly busyShare: number;
  /** What the main thread computes for a frame: also true where others take the processor. */
  readonly frameCpuMs: number;
  readonly longestTaskMs: number;
}

/** Looks on for so long while the page does what it does. */
export async function watch(page: Page, spanMs: number): Promise<Smoothness> {
  const wall = await clockTasks(page, "timeTicks");
  const cpu = await clockTasks(page, "threadTicks");
  await resetLongTasks(page);
  const frames = await page.evaluate(recordFrames, spanMs);
  const busySeconds = await wall.stop();
  const cpuSeconds = await cpu.stop();
  const wallMs = frames.reduce((sum, span) => sum + span, 0);
  return {
    fps: (1_000 * frames.length) / wallMs,
    frameP95Ms: quantile(frames, 0.95) ?? Number.NaN,
    busyShare: (1_000 * busySeconds) / wallMs,
    frameCpuMs: (1_000 * cpuSeconds) / frames.length,
    longestTaskMs: await longestTaskMs(page),
  };
}

/** Adds up the tasks of the main thread from now on, in seconds of the wall or of its own CPU time. */
async function clockTasks(page: Page, timeDomain: "timeTicks" | "threadTicks") {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain });
  const startSeconds = await taskSeconds(devtools);
  return {
    async stop(): Promise<number> {
      const seconds = (await taskSeconds(devtools)) - startSeconds;
      await devtools.detach();
      return seconds;
    },
  };
}

/** Runs in the page: the spans between animation frames. */
function recordFrames(spanMs: number): Promise<number[]> {
  return new Promise((resolve) => {
    const spans: number[] = [];
    let startMs = -1;
    let beforeMs = 0;
    requestAnimationFrame(function frame(nowMs) {
      if (startMs < 0) startMs = nowMs;
      else spans.push(nowMs - beforeMs);
      beforeMs = nowMs;
      if (nowMs - startMs < spanMs) requestAnimationFrame(frame);
      else resolve(spans);
    });
  });
}

async function taskSeconds(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
}

/** Begins to note tasks of more than 50 ms, which is what browsers call long. */
export async function resetLongTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const marked = window as Window & { longTasksMs?: number[] };
    const isNew = marked.longTasksMs === undefined;
    marked.longTasksMs = [];
    if (!isNew) return;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) marked.longTasksMs?.push(duration);
    }).observe({ type: "longtask" });
  });
}

/** 0 if none was long enough to be called so. */
export function longestTaskMs(page: Page): Promise<number> {
  return page.evaluate(() => {
    const marked = window as Window & { longTasksMs?: number[] };
    return Math.max(0, ...(marked.longTasksMs ?? []));
  });
}

/** What scripts hold after a collection, in the page and in its workers: objects and buffers. */
export async function heapBytes(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  let bytes = await collectedBytes((method) => devtools.send(method as "Runtime.getHeapUsage"));
  const workers: string[] = [];
  devtools.on("Target.attachedToTarget", ({ sessionId }) => workers.push(sessionId));
  await devtools.send("Target.setAutoAttach", {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  for (const sessionId of workers) bytes += await collectedBytes(toWorker(devtools, sessionId));
  await devtools.detach();
  return bytes;
}

interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize: number;
}

async function collectedBytes(send: (method: string) => Promise<unknown>): Promise<number> {
  await send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize } = (await send("Runtime.getHeapUsage")) as HeapUsage;
  return usedSize + backingStorageSize;
}

/** Workers of a page are reached through messages in messages. */
function toWorker(devtools: CDPSession, sessionId: string) {
  let lastId = 0;
  return (method: string): Promise<unknown> => {
    const id = ++lastId;
    const answer = new Promise<unknown>((resolve) => {
      devtools.on("Target.receivedMessageFromTarget", function listen(event) {
        const message = JSON.parse(event.message) as { id?: number; result?: unknown };
        if (event.sessionId !== sessionId || message.id !== id) return;
        devtools.off("Target.receivedMessageFromTarget", listen);
        resolve(message.result);
      });
    });
    void devtools.send("Target.sendMessageToTarget", {
      sessionId,
      message: JSON.stringify({ id, method }),
    });
    return answer;
  };
}
