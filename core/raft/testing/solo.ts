import { index, nodeId, term } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import type { RaftConfig } from "../config.ts";
import { confStateOf, MemoryStorage } from "../memoryStorage.ts";
import { message } from "../message.ts";
import type { Draft, Entry, HardState, Message, MessageType } from "../message.ts";
import { RawNode } from "../rawNode.ts";
import type { Options } from "./cluster.ts";
import { bytes } from "./cluster.ts";
import { write } from "./disk.ts";

/** Node 1, whose election timeout is the shortest there is. */
export const configOf = (storage: MemoryStorage, options: Options = {}): RaftConfig => ({
  electionTicks: 10,
  heartbeatTicks: 1,
  maxSizePerMsgBytes: 1 << 20,
  maxInflightMessages: 256,
  random: () => 0,
  ...options,
  id: nodeId(1),
  storage,
});

/** One real node, whose peers are played by the test: it writes their messages by hand. */
export class Solo {
  readonly storage: MemoryStorage;
  readonly node: RawNode;

  constructor(
    voters: number,
    stored: { readonly log?: readonly number[]; readonly hardState?: HardState } = {},
    options: Options = {},
  ) {
    const ids: NodeId[] = Array.from({ length: voters }, (_, i) => nodeId(i + 1));
    this.storage = new MemoryStorage(confStateOf(ids));
    this.storage.append(logOfTerms(...(stored.log ?? [])));
    if (stored.hardState !== undefined) this.storage.setHardState(stored.hardState);
    this.node = new RawNode(configOf(this.storage, options));
  }

  /** Carries out all Readys and returns what left the node, in order. */
  work(): Message[] {
    const sent: Message[] = [];
    while (this.node.hasReady()) {
      const ready = this.node.ready();
      write(this.storage, ready);
      sent.push(...ready.messages, ...ready.persistedMessages);
      this.node.advance(ready);
    }
    return sent;
  }

  /** Makes the node leader of its next term, by the votes of all others. */
  lead(): void {
    this.node.campaign();
    this.work();
    if (this.node.role === "preCandidate") this.#hearVotes("MsgPreVoteResp", this.node.term + 1);
    this.work();
    this.#hearVotes("MsgVoteResp", this.node.term);
    if (this.node.role !== "leader") throw new Error("the votes did not elect the node");
  }

  #hearVotes(type: "MsgPreVoteResp" | "MsgVoteResp", at: number): void {
    for (const { id } of this.peers()) this.node.step(from(id, type, { term: at }));
  }

  peers(): { readonly id: number }[] {
    const { voters } = this.node.status().confState;
    return voters.filter((id) => id !== this.node.id).map((id) => ({ id }));
  }
}

/** Entries from index 1 on, of these terms, each with a command that names its place. */
export function logOfTerms(...terms: number[]): Entry[] {
  return terms.map((each, i) => ({
    term: term(each),
    index: index(i + 1),
    type: "EntryNormal",
    data: bytes(`${each}.${i + 1}`),
  }));
}

/** Numbers as a test writes them, without brands. */
type Plain = { -readonly [K in keyof Message]?: Message[K] extends number ? number : Message[K] };

/** A message to node 1. */
export function from(id: number, type: MessageType, fields: Plain = {}): Message {
  const m: Draft<Message> = message(type, nodeId(1));
  return Object.assign(m, { from: nodeId(id) }, fields);
}

export const hardState = (at: number, vote: number, commit: number): HardState => ({
  term: term(at),
  vote: nodeId(vote),
  commit: index(commit),
});
