import { splitBatches } from "@chronik/core/wire";
import type { CommandMessage, FrameMessage } from "./protocol.ts";
import { Session } from "./session.ts";
import type { ShowMore } from "./worldline.ts";

/** Longest time without looking for a newer command. */
const SLICE_MS = 8;

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
let hasInspector = false;

scope.addEventListener("message", ({ data }) => {
  if (failed) return;
  if (data.command.kind === "inspect" && data.command.what !== null) loadInspector();
  if (data.command.kind === "export") void provideRecorder();
  session.receive(data);
  schedule();
});

/** What the first picture does not need is loaded behind it. */
function post(message: FrameMessage): void {
  scope.postMessage(message, []);
  if (message.kind !== "frame" || !isFirst) return;
  isFirst = false;
  void provideClients();
  void showMore(
    import("@chronik/core/view/disks"),
    ({ DiskViews }) =>
      (projector, readers) =>
        projector.showDisks(new DiskViews(readers)),
  );
}

/** Without them the page could show an election, and nothing that it is for. */
async function provideClients(): Promise<void> {
  const clients = await import("./clientParts.ts").catch(() => null);
  if (failed) return;
  if (clients === null) {
    fail("A part of it could not be loaded");
    return;
  }
  session.provideClients(clients);
  schedule();
}

/** Only who asks for a file of the run needs it. */
async function provideRecorder(): Promise<void> {
  const part = await import("../share/recorder.ts").catch(() => null);
  if (failed) return;
  const recorder = part === null ? null : { record: part.recordRun, fileNameOf: part.fileNameOf };
  session.provideRecorder(recorder);
  schedule();
}

/** Without a part, as when the network fails, all the rest is shown. */
async function showMore<Part>(loading: Promise<Part>, use: (part: Part) => ShowMore) {
  const part = await loading.catch(() => null);
  if (part !== null && !failed) session.showMore(use(part));
}

/** Only who looks at bytes needs it. */
function loadInspector(): void {
  if (hasInspector) return;
  hasInspector = true;
  const loading = Promise.all([
    import("@chronik/core/view/inspector"),
    import("@chronik/core/wire/describe"),
    import("@chronik/core/wire/codecs"),
  ]);
  void showMore(
    loading,
    ([{ Inspector }, frames, codecs]) =>
      (projector) =>
        projector.showInspector(new Inspector({ ...frames, ...codecs, splitBatches })),
  );
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
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** A broken invariant: this world is not to be trusted any more, but its run can be repeated. */
function fail(message: string): void {
  failed = true;
  scope.postMessage({ kind: "failure", message, run: session.run, atUs: session.nowUs }, []);
}
