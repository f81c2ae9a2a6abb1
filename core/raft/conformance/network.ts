import type { NodeId } from "../../base/ids.ts";
import { isLocalThread } from "../message.ts";
import type { Message } from "../message.ts";

/** A node's words to itself and to its own threads, which never leave its process. */
const isLocal = (m: Message): boolean =>
  m.from === m.to || isLocalThread(m.from) || isLocalThread(m.to);

/** The messages that are under way, in the order in which they were sent. */
export class Network {
  #messages: Message[] = [];

  send(messages: readonly Message[]): void {
    this.#messages.push(...messages);
  }

  has(to: NodeId): boolean {
    return this.#messages.some((m) => m.to === to);
  }

  /** Takes out what has arrived at `to`, of one type or of all. */
  take(to: NodeId, type: string | undefined): readonly Message[] {
    return this.#takeIf((m) => m.to === to && (type === undefined || m.type === type));
  }

  /** Takes out what the network may lose on its way to `to`. */
  takeLosable(to: NodeId, type: string | undefined): readonly Message[] {
    return this.#takeIf(
      (m) => m.to === to && !isLocal(m) && (type === undefined || m.type === type),
    );
  }

  /** A process is gone, and so is what it had to say to itself. */
  forgetLocal(node: NodeId): void {
    this.#takeIf((m) => m.to === node && isLocal(m));
  }

  #takeIf(isMeant: (m: Message) => boolean): readonly Message[] {
    const taken = this.#messages.filter(isMeant);
    this.#messages = this.#messages.filter((m) => !isMeant(m));
    return taken;
  }
}
