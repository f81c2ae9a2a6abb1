import { NO_TERM } from "../base/ids.ts";
import type { Index, NodeId } from "../base/ids.ts";
import { encodeCommand } from "../metadata/index.ts";
import type { MetadataCommand } from "../metadata/command.ts";
import type { Entry } from "../raft/message.ts";
import type { WalWriter } from "../wal/index.ts";
import { METADATA_GROUP } from "./metadataLog.ts";
import type { MetadataLog } from "./metadataLog.ts";
import type { MetadataState } from "./metadataState.ts";

/**
 * The metadata log of a standalone node: there is nobody to agree with, so a command is committed
 * when it is on this disk. Its entries have term 0, which no elected leader ever has.
 */
export class LocalMetadataLog implements MetadataLog {
  readonly leader: NodeId;
  readonly isActiveLeader = true;
  readonly #wal: WalWriter;
  readonly #state: MetadataState;
  #lastIndex: number;
  /** Not durable yet, oldest first. */
  #waiting: { readonly entry: Entry; readonly sequence: number }[] = [];

  constructor(id: NodeId, wal: WalWriter, state: MetadataState, recovered: readonly Entry[]) {
    this.leader = id;
    this.#wal = wal;
    this.#state = state;
    for (const entry of recovered) state.apply(entry);
    this.#lastIndex = recovered.length;
  }

  propose(command: MetadataCommand): boolean {
    const index = ++this.#lastIndex as Index;
    const entry: Entry = {
      term: NO_TERM,
      index,
      type: "EntryNormal",
      data: encodeCommand(command),
    };
    const sequence = this.#wal.append({
      kind: "entry",
      group: METADATA_GROUP,
      term: entry.term,
      index,
      entryType: entry.type,
      data: entry.data,
    });
    this.#wal.requestSync();
    this.#waiting.push({ entry, sequence });
    return true;
  }

  run(): void {
    while (this.#waiting.length > 0) {
      const { entry, sequence } = this.#waiting[0]!;
      if (sequence > this.#wal.durableSequence) return;
      this.#waiting.shift();
      this.#state.apply(entry);
    }
  }
}
