import type { NodeId } from "../base/ids.ts";
import { encodeCommand } from "../metadata/index.ts";
import type { MetadataCommand } from "../metadata/command.ts";
import type { ConfState } from "../raft/index.ts";
import type { Generations } from "./generations.ts";
import { METADATA_GROUP } from "./metadataLog.ts";
import type { MetadataLog } from "./metadataLog.ts";
import type { Outbox } from "./outbox.ts";
import type { GroupPeers, ReadyLoop } from "./readyLoop.ts";

/** The metadata log of a cluster: that of its first Raft group. */
export class RaftMetadataLog implements MetadataLog {
  readonly #loop: ReadyLoop;

  constructor(loop: ReadyLoop) {
    this.#loop = loop;
  }

  get leader(): NodeId {
    return this.#loop.raft.lead;
  }

  get isActiveLeader(): boolean {
    return this.#loop.isActiveLeader;
  }

  get confState(): ConfState {
    return this.#loop.confState;
  }

  propose(command: MetadataCommand): boolean {
    return this.#loop.propose(encodeCommand(command));
  }

  run(): void {
    this.#loop.run();
  }
}

/** In the metadata group a node's number stands for whichever disk it has. */
export function metadataPeers(generations: Generations, out: Outbox): GroupPeers {
  return {
    hasSay: () => generations.hasSay,
    maySpeakTo: (to) => generations.maySpeakTo(to),
    send: (message) => out.sendRaft(METADATA_GROUP, message, generations.of(message.to)),
  };
}
