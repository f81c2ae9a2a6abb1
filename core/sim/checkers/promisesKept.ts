import { NO_NODE } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import type { HardState } from "../../raft/message.ts";
import { nodeName } from "./checker.ts";
import type { StoredState } from "./storageProbe.ts";

/** What a node had promised on its disk when it was looked at last. */
interface Promised {
  readonly generation: number;
  readonly hardState: HardState | null;
}

/**
 * Raft paper, figure 2, persistent state: what another node may have acted on must be there after
 * every crash, or a node may vote twice in one term. Remembered over restarts; a disk that was wiped
 * starts anew, which is why its node may not vote before it was taken in again.
 */
export class PromisesKept {
  readonly rule = {
    name: "Terms and votes are kept",
    meaning:
      "What a node has stored of its term and vote never goes back, not over a crash either.",
  };
  readonly #promised = new Map<NodeId, Promised>();

  check({ id, generation, storage }: StoredState): string | null {
    const { hardState } = storage.initialState();
    const before = this.#promised.get(id);
    if (before?.generation === generation && before.hardState === hardState) return null;
    this.#promised.set(id, { generation, hardState });
    const text = before === undefined ? null : brokenPromise(before, { generation, hardState });
    if (text !== null) return `${nodeName(id)} ${text}`;
    const last = storage.lastIndex();
    if (hardState === null || hardState.commit <= last) return null;
    return (
      `${nodeName(id)} has stored that entry ${hardState.commit} is committed, and its log ends ` +
      `at ${last}.`
    );
  }
}

/**
 * The members of a partition's group begin in a term that nobody stands in, and act on it before it
 * is durable: there is no promise in that.
 */
function isFirstTerm({ term, vote }: HardState): boolean {
  return term === 1 && vote === NO_NODE;
}

/** What of `before` does not hold any more; null when all of it does. */
function brokenPromise(before: Promised, now: Promised): string | null {
  if (now.generation > before.generation) return null;
  if (now.generation < before.generation) {
    return `had a disk of generation ${before.generation}; now it is of generation ${now.generation}.`;
  }
  const was = before.hardState;
  const is = now.hardState;
  if (was === null || isFirstTerm(was)) return null;
  if (is === null) return `had stored term ${was.term}, and now none.`;
  if (is.term < was.term) return `had stored term ${was.term}, and now term ${is.term}.`;
  if (is.term > was.term || was.vote === NO_NODE || is.vote === was.vote) return null;
  const instead = is.vote === NO_NODE ? "for nobody" : `for ${nodeName(is.vote)}`;
  return `had voted for ${nodeName(was.vote)} in term ${was.term}, and now ${instead}.`;
}
