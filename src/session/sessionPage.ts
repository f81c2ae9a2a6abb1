import type { Run } from "@chronik/core/sim";
import { threeBrokers } from "@chronik/core/sim";
import type { WorldView } from "@chronik/core/view";
import { applyPatch } from "./patch.ts";
import { compared } from "./port.ts";
import type { BranchFrame, Command, ExportedFile, Frame, FrameMessage } from "./protocol.ts";
import { Session } from "./session.ts";
import type { Recorder } from "./session.ts";
import type { ComparisonState } from "../../ui/page.ts";
import * as clientParts from "./clientParts.ts";
import type { ClientParts, ShowMore } from "./worldline.ts";

const CLIENTS: ClientParts = clientParts;

/** The page's end of a session, for tests: no worker in between, every command done at once. */
export class SessionPage {
  readonly messages: FrameMessage[] = [];
  readonly files: ExportedFile[] = [];
  frame!: Frame;
  world!: WorldView;
  branch!: BranchFrame;
  comparison: ComparisonState | null = null;
  lastBranchMessage: BranchFrame | null = null;
  #sent = 0;
  readonly #session = new Session((message) => this.#receive(structuredClone(message)));

  /** Without clients it waits for them after its first picture, as the worker's does. */
  constructor(clients: ClientParts | null = CLIENTS) {
    if (clients !== null) this.provideClients(clients);
  }

  provideClients(clients: ClientParts): void {
    this.#session.provideClients(clients);
    this.work();
  }

  provideRecorder(recorder: Recorder): void {
    this.#session.provideRecorder(recorder);
    this.work();
  }

  ask(command: Command): void {
    this.send(command);
    this.work();
  }

  work(): void {
    while (this.#session.work(() => false));
  }

  send(command: Command): void {
    this.#session.receive({ id: ++this.#sent, command: structuredClone(command) });
  }

  showMore(part: ShowMore): void {
    this.#session.showMore(part);
  }

  /** The shortest slice there is. */
  slice(): boolean {
    return this.#session.work(() => true);
  }

  #receive(message: FrameMessage): void {
    this.messages.push(message);
    if (message.kind === "file") this.files.push(message);
    if (message.kind !== "frame") return;
    this.frame = message;
    if (message.patch !== null) this.world = applyPatch(this.world ?? null, message.patch);
    if (message.comparison !== null)
      this.comparison = compared(this.comparison, message.comparison);
    this.lastBranchMessage = message.branch;
    if (message.branch !== null) this.branch = message.branch;
  }
}

export function openPage(run: Run, viewAtUs: number | null): SessionPage {
  const page = new SessionPage();
  page.ask({ kind: "open", run, viewAtUs });
  return page;
}

export function openScenario(): SessionPage {
  return openPage(threeBrokers(1042), null);
}
