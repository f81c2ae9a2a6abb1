import type { RequestRecord } from "../sim/index.ts";

/** The request of that number, if it is still on record. `requests` is in order of id, without gaps. */
export function requestOf(requests: readonly RequestRecord[], id: number): RequestRecord | null {
  return requests[id - (requests[0]?.id ?? 0)] ?? null;
}

/** Null: not of interest. Of two with the same text, only the later one is. */
export type InterestOf = (request: RequestRecord) => string | null;

/**
 * The last requests that are of interest, among thousands that are not: each is looked at once. What
 * somebody asked, and why, never changes; what became of it does.
 */
export class LastRequests {
  readonly #most: number;
  readonly #interestOf: InterestOf;
  /** By what makes them interesting, oldest first. */
  readonly #ids = new Map<string, number>();
  #lastId = 0;

  constructor(most: number, interestOf: InterestOf) {
    this.#most = most;
    this.#interestOf = interestOf;
  }

  /** As they are now, oldest first. `requests` is the whole history of the same world, grown on. */
  of(requests: readonly RequestRecord[]): readonly RequestRecord[] {
    const firstId = requests[0]?.id ?? 0;
    for (let at = Math.max(0, this.#lastId + 1 - firstId); at < requests.length; at++) {
      this.#note(requests[at]!);
    }
    this.#lastId = requests.at(-1)?.id ?? 0;
    return [...this.#ids.values()].flatMap((id) => requestOf(requests, id) ?? []);
  }

  #note(request: RequestRecord): void {
    const interest = this.#interestOf(request);
    if (interest === null) return;
    this.#ids.delete(interest);
    this.#ids.set(interest, request.id);
    const oldest = this.#ids.keys().next();
    if (this.#ids.size > this.#most && oldest.done !== true) this.#ids.delete(oldest.value);
  }
}
