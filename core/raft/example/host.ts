import { decodeConfChange } from "../index.ts";
import type { Entry, MemoryStorage, Message, RawNode, Ready } from "../index.ts";

export interface StateMachine {
  run(command: Uint8Array): void;
  restore(state: Uint8Array): void;
}

/** Carries out all that a node has to do. Call it after every tick, step and proposal. */
export function work(
  node: RawNode,
  storage: MemoryStorage,
  send: (message: Message) => void,
  state: StateMachine,
): void {
  while (node.hasReady()) {
    const ready = node.ready();
    ready.messages.forEach(send);
    store(storage, ready); // and sync it, if ready.mustSync
    ready.persistedMessages.forEach(send);
    if (ready.snapshot !== null) state.restore(ready.snapshot.data);
    for (const entry of ready.committedEntries) apply(node, storage, state, entry);
    node.advance(ready);
  }
}

function store(storage: MemoryStorage, { snapshot, entries, hardState }: Ready): void {
  if (snapshot !== null) storage.applySnapshot(snapshot);
  storage.append(entries);
  if (hardState !== null) storage.setHardState(hardState);
}

function apply(node: RawNode, storage: MemoryStorage, state: StateMachine, entry: Entry): void {
  if (entry.type === "EntryNormal") return state.run(entry.data);
  const change = decodeConfChange(entry);
  if ("error" in change) throw new Error(change.error);
  storage.setConfState(node.applyConfChange(change));
}
