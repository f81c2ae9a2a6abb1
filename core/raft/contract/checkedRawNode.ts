import type { Index, NodeId } from "../../base/ids.ts";
import type { ConfChange } from "../confChange.ts";
import type { RaftConfig } from "../config.ts";
import type { ConfState, Entry, Message } from "../message.ts";
import { RawNode } from "../rawNode.ts";
import type { LightReady, Ready } from "../ready.ts";
import type { StepResult } from "../stepResult.ts";
import { explain } from "./contractError.ts";
import { ContractWatch } from "./contractWatch.ts";
import type { ContractOptions } from "./contractWatch.ts";

/**
 * A RawNode that watches its host, wherever a RawNode is taken. A breach is a ContractError, which
 * names the rule, the call at which it showed, and what to do; `contractError.ts` lists all rules.
 * It also says so of what an unchecked node lets pass: a hard state that was not stored, a Ready
 * with something taken out of it, a membership change that was passed over, and with `strict` any
 * call between `ready` and `advance`.
 *
 * What happens outside of the node it can only know from the host, who may note, or not:
 *
 *     noteSent(message)     for each message that leaves, when it leaves
 *     noteDurable(number)   when the writes of the Readys up to that number are durable
 *     noteApplied(entry)    for each entry, when the state machine takes it
 *     during(step, work)    around the host's own work on Storage, so that its errors are explained
 *
 * Whoever notes what is sent or applied has to note what is durable, too; with storage writes
 * "pipelined" `onPersistReady` and `advanceAppend` say it already.
 */
export class CheckedRawNode extends RawNode {
  // A #private field would have to follow `super`, whose errors are to be explained as well.
  private readonly watch: ContractWatch;

  constructor(config: RaftConfig, options: ContractOptions = {}) {
    try {
      super(config);
    } catch (error) {
      throw explain(error, "new RawNode(config)", "config-invalid");
    }
    this.watch = new ContractWatch(this, config, options);
  }

  noteSent(message: Message): void {
    this.watch.sent(message);
  }

  noteDurable(readyNumber: number): void {
    this.watch.durable(readyNumber);
  }

  noteApplied(entry: Entry): void {
    this.watch.appliedOne(entry);
  }

  during<T>(step: string, work: () => T): T {
    return this.watch.run(step, work);
  }

  override tick(): void {
    this.watch.input("tick()", () => super.tick());
  }

  override campaign(): void {
    this.watch.input("campaign()", () => super.campaign());
  }

  override propose(data: Uint8Array, context?: Uint8Array): StepResult {
    return this.watch.proposal("propose(data)", () => super.propose(data, context));
  }

  override proposeBatch(batch: readonly Uint8Array[]): StepResult {
    return this.watch.proposal("proposeBatch(batch)", () => super.proposeBatch(batch));
  }

  override proposeConfChange(change: ConfChange): StepResult {
    return this.watch.proposal("proposeConfChange(change)", () => super.proposeConfChange(change));
  }

  override applyConfChange(change: ConfChange): ConfState {
    const step = "applyConfChange(change)";
    this.watch.applyingConfChange(change, step);
    return this.watch.run(step, () => super.applyConfChange(change), "conf-change-illegal");
  }

  override transferLeader(to: NodeId): void {
    this.watch.input(`transferLeader(${to})`, () => super.transferLeader(to));
  }

  override readIndex(context: Uint8Array): StepResult {
    return this.watch.input("readIndex(context)", () => super.readIndex(context));
  }

  override requestSnapshot(): StepResult {
    return this.watch.input("requestSnapshot()", () => super.requestSnapshot());
  }

  override forgetLeader(): StepResult {
    return this.watch.input("forgetLeader()", () => super.forgetLeader());
  }

  override step(m: Message): StepResult {
    const step = `step(${m.type} from ${m.from})`;
    this.watch.delivering(m, step);
    return this.watch.input(step, () => super.step(m));
  }

  override ready(): Ready {
    const ready = this.watch.run("ready()", () => super.ready());
    this.watch.readyTaken(ready);
    return ready;
  }

  override advance(ready: Ready): void {
    const step = `advance(Ready ${ready.number})`;
    this.watch.finishing(ready, "sync", step);
    this.watch.run(step, () => super.advance(ready));
    this.watch.finished();
  }

  override advanceAppend(ready: Ready): LightReady {
    const step = `advanceAppend(Ready ${ready.number})`;
    this.watch.finishing(ready, "pipelined", step);
    const light = this.watch.run(step, () => super.advanceAppend(ready));
    this.watch.finished();
    this.watch.persisted(ready.number, step);
    this.watch.lightReadyTaken(light);
    return light;
  }

  override advanceAppendAsync(ready: Ready): void {
    const step = `advanceAppendAsync(Ready ${ready.number})`;
    this.watch.finishing(ready, "pipelined", step);
    this.watch.run(step, () => super.advanceAppendAsync(ready));
    this.watch.finished();
  }

  override onPersistReady(number: number): void {
    const step = `onPersistReady(${number})`;
    this.watch.run(step, () => super.onPersistReady(number));
    this.watch.persisted(number, step);
  }

  override advanceApply(): void {
    this.watch.applied(null, "advanceApply()");
    this.watch.run("advanceApply()", () => super.advanceApply());
  }

  override advanceApplyTo(index: Index): void {
    const step = `advanceApplyTo(${index})`;
    this.watch.applied(index, step);
    this.watch.run(step, () => super.advanceApplyTo(index));
  }
}
