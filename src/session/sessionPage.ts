import type { Run } from "@chronik/core/sim";
import { threeBrokers } from "@chronik/core/sim";
import type { WorldView } from "@chronik/core/view";
import { applyPatch } from "./patch.ts";
import type { BranchFrame, Command, Frame, FrameMessage } from "./protocol.ts";
import { Session } from "./session.ts";

/** The page's end of a session, for tests: no worker in between, every command done at once. */
export class SessionPage {
  readonly messages: FrameMessage[] = [];
  frame!: Frame;
  world!: WorldView;
  branch!: BranchFrame;
  lastBranchMessage: BranchFrame | null = null;
  #sent = 0;
  readonly #session = new Session((message) => this.#receive(structuredClone(message)));

  ask(command: Command): void {
    this.send(command);
    while (this.#session.work(() => false));
  }

  send(command: Command): void {
    this.#session.receive({ id: ++this.#sent, command: structuredClone(command) });
  }

  /** The shortest slice there is. */
  slice(): boolean {
    return this.#session.work(() => true);
  }

  #receive(message: FrameMessage): void {
    this.messages.push(message);
    if (message.kind !== "frame") return;
    this.frame = message;
    if (message.patch !== null) this.world = applyPatch(this.world ?? null, message.patch);
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
