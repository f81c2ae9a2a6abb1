import { applyPatch } from "./patch.ts";
import type { WorldView } from "@chronik/core/view";
import type { ComparisonState } from "../../ui/page.ts";
import type {
  Command,
  CommandMessage,
  ExportedFile,
  Failure,
  Frame,
  FrameMessage,
  Progress,
} from "./protocol.ts";

export interface SessionPort {
  send(command: Command): void;
  /** True while no command is under way: time may be asked to run on. */
  idle(): boolean;
  close(): void;
}

export interface SessionListener {
  /** `world` and `comparison` are whole; what did not change is the same object as before. */
  frameArrived(frame: Frame, world: WorldView, comparison: ComparisonState | null): void;
  progressed(progress: Progress): void;
  fileArrived(file: ExportedFile): void;
  failed(failure: Failure): void;
}

export interface WorkerEvents {
  readonly message: MessageEvent<FrameMessage>;
  readonly error: ErrorEvent;
}

/** What is used of a `Worker`. */
export interface WorkerLike {
  addEventListener<Kind extends keyof WorkerEvents>(
    kind: Kind,
    listener: (event: WorkerEvents[Kind]) => void,
  ): void;
  postMessage(message: CommandMessage, transferred: []): void;
  terminate(): void;
}

/** The page's end of the session: numbers commands, puts the view together from patches. */
export function openSessionPort(worker: WorkerLike, listener: SessionListener): SessionPort {
  let lastSent = 0;
  let lastAnswered = 0;
  let world: WorldView | null = null;
  let comparison: ComparisonState | null = null;

  worker.addEventListener("message", ({ data }) => {
    if (data.kind === "progress") listener.progressed(data);
    else if (data.kind === "failure") listener.failed(data);
    else if (data.kind === "file") listener.fileArrived(data);
    else {
      lastAnswered = data.answers;
      if (data.patch !== null) world = applyPatch(world, data.patch);
      if (data.comparison !== null) comparison = compared(comparison, data.comparison);
      if (world !== null) listener.frameArrived(data, world, comparison);
    }
  });
  worker.addEventListener("error", (event) => {
    const message = event.message || "Its worker could not be loaded";
    listener.failed({ kind: "failure", message, run: null, atUs: 0 });
  });

  return {
    send(command) {
      lastSent += 1;
      worker.postMessage({ id: lastSent, command }, []);
    },
    idle: () => lastAnswered === lastSent,
    close: () => worker.terminate(),
  };
}

/** What the page has of the other branch once it has this too. */
export function compared(
  previous: ComparisonState | null,
  frame: NonNullable<Frame["comparison"]>,
): ComparisonState | null {
  if (frame === "off") return null;
  const { name, forkedAtUs, isFirst, patch } = frame;
  const known = isFirst ? null : (previous?.other ?? null);
  return { name, forkedAtUs, other: applyPatch<ComparisonState["other"]>(known, patch) };
}
