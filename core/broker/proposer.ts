import type { MetadataCommand } from "../metadata/command.ts";
import type { Clock } from "./clock.ts";
import type { MetadataLog } from "./metadataLog.ts";

/**
 * Proposes what somebody goes on wanting until it has come true: at once, and again whenever the
 * last proposal has been without effect for so long that it must have been lost.
 */
export class Proposer {
  readonly #log: MetadataLog;
  readonly #clock: Clock;
  readonly #retryUs: number;
  readonly #proposedAtUs = new Map<string, number>();

  constructor(log: MetadataLog, clock: Clock, retryUs: number) {
    this.#log = log;
    this.#clock = clock;
    this.#retryUs = retryUs;
  }

  /** `purpose` names what is wanted. True if the command was proposed now. */
  propose(purpose: string, command: MetadataCommand): boolean {
    return this.attempt(purpose, () => this.#log.propose(command));
  }

  /** The same for what is no command. `act` says whether it is on its way. */
  attempt(purpose: string, act: () => boolean): boolean {
    const { nowUs } = this.#clock;
    const last = this.#proposedAtUs.get(purpose);
    if (last !== undefined && nowUs - last < this.#retryUs) return false;
    if (!act()) return false;
    this.#proposedAtUs.set(purpose, nowUs);
    return true;
  }

  forgetAll(): void {
    this.#proposedAtUs.clear();
  }
}
