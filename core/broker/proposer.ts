import type { MetadataCommand } from "../metadata/command.ts";
import type { Clock } from "./clock.ts";
import type { MetadataLog } from "./metadataLog.ts";

interface LastAttempt {
  readonly basis: object | null;
  readonly atUs: number;
}

/**
 * Proposes what somebody goes on wanting until it has come true: at once, and again whenever what it
 * rests on is new, or the last proposal has been without effect for so long that it must be lost.
 */
export class Proposer {
  readonly #log: MetadataLog;
  readonly #clock: Clock;
  readonly #retryUs: number;
  /** By purpose, in order of time. */
  readonly #last = new Map<string, LastAttempt>();

  constructor(log: MetadataLog, clock: Clock, retryUs: number) {
    this.#log = log;
    this.#clock = clock;
    this.#retryUs = retryUs;
  }

  /**
   * `purpose` names what is wanted, `basis` is the record that it was concluded from: once that is
   * another one, the last proposal is void or has come true. True if the command was proposed now.
   */
  propose(purpose: string, command: MetadataCommand, basis: object | null = null): boolean {
    return this.attempt(purpose, () => this.#log.propose(command), basis);
  }

  /** The same for what is no command yet. `act` says whether it is on its way. */
  attempt(purpose: string, act: () => boolean, basis: object | null = null): boolean {
    const { nowUs } = this.#clock;
    const last = this.#last.get(purpose);
    if (last?.basis === basis && nowUs - last.atUs < this.#retryUs) return false;
    if (!act()) return false;
    this.#last.delete(purpose);
    this.#last.set(purpose, { basis, atUs: nowUs });
    this.#forgetOld(nowUs);
    return true;
  }

  forgetAll(): void {
    this.#last.clear();
  }

  /** What would be proposed again anyway need not be remembered. */
  #forgetOld(nowUs: number): void {
    for (const [purpose, { atUs }] of this.#last) {
      if (nowUs - atUs < this.#retryUs) return;
      this.#last.delete(purpose);
    }
  }
}
