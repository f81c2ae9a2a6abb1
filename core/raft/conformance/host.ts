import { describeEntries, describeMessage, describeReady } from "../describe.ts";
import { LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD, NO_ENTRIES, NO_MESSAGES } from "../message.ts";
import type { Message } from "../message.ts";
import type { LightReady, Ready } from "../ready.ts";
import { DirectiveError } from "./arguments.ts";
import type { EnvironmentNode } from "./environmentNode.ts";
import type { Network } from "./network.ts";
import type { Transcript } from "./transcript.ts";

/** What the host of a node does with its Readys, printing each step. */
export class Host {
  readonly #transcript: Transcript;
  readonly #network: Network;

  constructor(transcript: Transcript, network: Network) {
    this.#transcript = transcript;
    this.#network = network;
  }

  /** Takes a Ready and carries it out, as far as that is not for the threads to do. */
  processReady(node: EnvironmentNode): void {
    const ready = this.#take(node);
    switch (node.storageWrites) {
      case "sync":
        this.#network.send(ready.messages);
        this.#store(node, ready);
        this.#finish(node, ready);
        return;
      case "async":
        this.#distribute(node, ready.messages);
        return;
      case "pipelined":
        this.#network.send(ready.messages);
        this.#store(node, ready);
        node.raw.advanceAppendAsync(ready);
        node.appendWork.push(ready);
        if (ready.committedEntries.length > 0) node.applyWork.push(ready.committedEntries);
    }
  }

  /** Takes a Ready and sends what need not wait for its write. */
  holdReady(node: EnvironmentNode): void {
    if (node.storageWrites === "async") {
      throw new DirectiveError("with async storage writes there is no Ready to hold");
    }
    const ready = this.#take(node);
    this.#network.send(ready.messages);
    node.held = { ready, isWritten: false };
  }

  writeReady(node: EnvironmentNode): void {
    const held = node.heldReady();
    if (!held.isWritten) this.#store(node, held.ready);
    held.isWritten = true;
  }

  /** A crash between two writes that should have been one: only `part` gets to the disk. */
  tearReady(node: EnvironmentNode, part: "hard-state" | "entries"): void {
    const { hardState, entries } = node.heldReady().ready;
    if (part === "hard-state") node.store(hardState, null, NO_ENTRIES);
    else node.store(null, null, entries);
    node.sync();
  }

  /** Against the rules: what should wait for the write does not. */
  sendReady(node: EnvironmentNode): void {
    this.#network.send(node.heldReady().ready.persistedMessages);
  }

  finishReady(node: EnvironmentNode): void {
    this.writeReady(node);
    const { ready } = node.heldReady();
    node.held = null;
    if (node.storageWrites === "pipelined") this.#finishPipelined(node, ready);
    else this.#finish(node, ready);
  }

  /** One piece of work of the append thread. */
  processAppend(node: EnvironmentNode): void {
    const work = node.appendWork.shift();
    if (work === undefined) {
      this.#print("no append work to perform");
    } else if ("type" in work) {
      this.#printWork(describeOrder(work));
      const { term, vote, commit } = work;
      // All of the hard state is there, or nothing of it.
      const hardState = term === 0 && vote === 0 && commit === 0 ? null : { term, vote, commit };
      node.store(hardState, work.snapshot, work.entries);
      if (work.responses.length > 0) node.sync();
      this.#respond(work.responses);
    } else {
      this.#printWork(`Ready ${work.number}`);
      node.sync();
      node.raw.onPersistReady(work.number);
      this.#respond(work.persistedMessages);
    }
  }

  /** Against the rules: a piece of work of the append thread is lost, and nobody notices. */
  skipAppend(node: EnvironmentNode): void {
    const work = node.appendWork.shift();
    if (work === undefined) {
      this.#print("no append work to perform");
    } else {
      const name = "type" in work ? describeOrder(work) : `Ready ${work.number}`;
      this.#print(`Losing:\n${name}\n`);
    }
  }

  /** One piece of work of the apply thread. */
  processApply(node: EnvironmentNode): void {
    const work = node.applyWork.shift();
    if (work === undefined) {
      this.#print("no apply work to perform");
    } else if ("type" in work) {
      this.#printWork(describeOrder(work));
      node.apply(work.entries);
      this.#respond(work.responses);
    } else {
      this.#printWork(`CommittedEntries:\n${describeEntries(work).trimEnd()}`);
      node.apply(work);
      node.raw.advanceApplyTo(work[work.length - 1]!.index);
      this.#respond(NO_MESSAGES);
    }
  }

  #take(node: EnvironmentNode): Ready {
    const ready = node.raw.ready();
    node.taken = ready;
    this.#print(describeReady({ ...ready, mustSync: node.takeMustSync(ready) }));
    return ready;
  }

  #store(node: EnvironmentNode, { hardState, snapshot, entries }: Ready): void {
    node.store(hardState, snapshot, entries);
  }

  /** What follows the write of a Ready. */
  #finish(node: EnvironmentNode, ready: Ready): void {
    if (ready.mustSync) node.sync();
    this.#network.send(ready.persistedMessages);
    node.apply(ready.committedEntries);
    node.raw.advance(ready);
  }

  #finishPipelined(node: EnvironmentNode, ready: Ready): void {
    node.sync();
    this.#network.send(ready.persistedMessages);
    const light = node.raw.advanceAppend(ready);
    this.#print(describeLightReady(light));
    this.#network.send(light.messages);
    node.apply(ready.committedEntries);
    node.apply(light.committedEntries);
    node.raw.advanceApply();
  }

  /** etcd's asynchronous form: writes are messages, too. */
  #distribute(node: EnvironmentNode, messages: readonly Message[]): void {
    for (const m of messages) {
      if (m.to === LOCAL_APPEND_THREAD) node.appendWork.push(m);
      else if (m.to === LOCAL_APPLY_THREAD) node.applyWork.push(m);
      else this.#network.send([m]);
    }
  }

  #printWork(work: string): void {
    this.#print(`Processing:\n${work}\n`);
  }

  #respond(responses: readonly Message[]): void {
    this.#print(`Responses:\n${describeMessages(responses)}`);
    this.#network.send(responses);
  }

  #print(text: string): void {
    this.#transcript.print(text);
  }
}

/** What advanceAppend answers, in the way of a Ready. */
function describeLightReady({ commit, committedEntries, messages }: LightReady): string {
  let text = "";
  if (commit !== null) text += `Commit:${commit}\n`;
  if (committedEntries.length > 0) {
    text += `CommittedEntries:\n${describeEntries(committedEntries)}`;
  }
  if (messages.length > 0) text += `Messages:\n${describeMessages(messages)}`;
  return text === "" ? "<empty LightReady>\n" : `LightReady:\n${text}`;
}

/** A message to a thread, without what it is to answer. */
const describeOrder = (m: Message): string => describeMessage({ ...m, responses: NO_MESSAGES });

const describeMessages = (messages: readonly Message[]): string =>
  messages.map((m) => `${describeMessage(m)}\n`).join("");
