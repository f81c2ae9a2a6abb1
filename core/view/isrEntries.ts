import type { Index } from "../base/ids.ts";
import type { Commands } from "./commands.ts";
import type { ProcessSource } from "./source.ts";
import { partitionName } from "./story.ts";
import { leaderOf } from "./summaryView.ts";

/** The entries of the controller's log that would change an ISR and are not committed yet. */
export class IsrEntries {
  readonly #indexes = new Map<string, number>();

  constructor(processes: readonly ProcessSource[], commands: Commands) {
    const raft = leaderOf(processes)?.broker?.raft ?? null;
    if (raft === null || raft.lastIndex <= raft.commit) return;
    const entries = raft.entries((raft.commit + 1) as Index, (raft.lastIndex + 1) as Index);
    if (typeof entries === "string") return;
    for (const entry of entries) {
      const command = commands.of(entry);
      if (command?.kind !== "updateIsr") continue;
      const name = partitionName(command.topic, command.partition);
      this.#indexes.set(keyOf(name, command.isr), entry.index);
    }
  }

  /** The last entry by which the partition would have that ISR; null if there is none. */
  indexOf(partition: string, isr: readonly number[]): number | null {
    return this.#indexes.get(keyOf(partition, isr)) ?? null;
  }
}

const keyOf = (partition: string, isr: readonly number[]): string => `${partition} ${isr.join()}`;
