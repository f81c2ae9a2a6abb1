import type { CommandMessage, FrameMessage } from "./protocol.ts";
import { Session } from "./session.ts";

/** Longest time without looking for a newer command. */
const SLICE_MS = 12;

/** The part of a worker's global scope that is used here; the page's types know only windows. */
interface WorkerScope {
  addEventListener(kind: "message", listener: (event: MessageEvent<CommandMessage>) => void): void;
  postMessage(message: FrameMessage, transferred: []): void;
}

const scope = self as unknown as WorkerScope;
const session = new Session(post);
// A message to itself comes after those that wait already, without a timer's least delay.
const again = new MessageChannel();
again.port1.addEventListener("message", workOneSlice);
again.port1.start();
let failed = false;
let scheduled = false;
let isFirst = true;

scope.addEventListener("message", ({ data }) => {
  if (failed) return;
  session.receive(data);
  schedule();
});

/** What the first picture does not need is loaded behind it. */
function post(message: FrameMessage): void {
  scope.postMessage(message, []);
  if (message.kind !== "frame" || !isFirst) return;
  isFirst = false;
  void loadDiskViews();
}

/** Without it, as when the network fails, all but the disks is shown. */
async function loadDiskViews(): Promise<void> {
  const part = await import("@chronik/core/view/disks").catch(() => null);
  if (part === null || failed) return;
  session.showDisks((readers) => new part.DiskViews(readers));
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  again.port2.postMessage(null, []);
}

function workOneSlice(): void {
  scheduled = false;
  const endsAtMs = performance.now() + SLICE_MS;
  try {
    if (session.work(() => performance.now() >= endsAtMs)) schedule();
  } catch (error) {
    // A broken invariant: this world is not to be trusted any more, but its run can be repeated.
    failed = true;
    const message = error instanceof Error ? error.message : String(error);
    scope.postMessage({ kind: "failure", message, run: session.run, atUs: session.nowUs }, []);
  }
}
