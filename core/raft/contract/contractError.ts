import { InvariantError } from "../../base/assert.ts";

/**
 * Every rule that a host of Raft can break, by its id: what is wrong, and what to do about it. What
 * is known of the single case follows in parentheses, as Raft's own guard or etcd's or raft-rs's
 * puts it where one of them has it.
 */
const RULES = {
  // One Ready at a time.
  "ready-taken-twice":
    "The last Ready is still open: carry it out and advance it before you take the next one.",
  "no-open-ready": "There is no open Ready to finish: take one, and advance it once.",
  "ready-altered":
    "This is not the Ready as it was taken: hand back that very object, with nothing taken out.",
  "wrong-mode": "This call belongs to another way of storing: see the option storageWrites.",
  // Store first.
  "entries-not-stored":
    "Storage does not hold the entries of this Ready: store them before you report it done, " +
    "or a crash takes what others count on.",
  "snapshot-not-stored":
    "Storage does not hold the snapshot of this Ready: store it before you report it done.",
  "hard-state-not-stored":
    "Storage does not hold the term and vote of this Ready: store them before you report it done, " +
    "or this node may vote twice in a term after a crash.",
  "hard-state-went-back":
    "The stored hard state went back: term and commit only grow, and a vote stays for its term. " +
    "Store hard states in the order of their Readys.",
  "counted-before-durable":
    "The write of this Ready is not durable yet: report it done when the disk has said so.",
  "durable-out-of-order":
    "Readys become durable in order: name one that was taken and written, and never an older one " +
    "than before.",
  // Then send.
  "sent-before-durable":
    "This message promises what a crash could still take: send it once the write of its Ready is " +
    "durable.",
  "message-invented":
    "No Ready handed out this message, so it was altered or invented: send the very objects.",
  "response-out-of-order":
    "An earlier response of this thread is still to come: work and answer in the order of the " +
    "messages.",
  "response-twice": "This response was delivered before: deliver each once.",
  "response-invented":
    "No storage message carried this response, so it was altered or invented: deliver the very " +
    "objects.",
  // Then apply.
  "applied-out-of-order":
    "This entry is not the next one to apply: apply what Readys hand out, each once, in order.",
  "applied-before-durable":
    "The Ready that handed out this entry is not durable yet: apply afterwards, or the state " +
    "machine may know more than the log after a crash.",
  "committed-not-applied":
    "Not everything that is reported as applied was applied: apply all committed entries first.",
  "applied-out-of-range":
    "The applied index can neither go back nor pass what was committed and handed out: give the " +
    "last entry that the state machine holds.",
  "conf-change-not-applied":
    "A committed membership change was passed over: call applyConfChange for each, with node ids " +
    "0 for one that you reject.",
  "conf-change-out-of-order":
    "This is not the next committed membership change: pass each to applyConfChange once, in order.",
  "conf-change-illegal":
    "This membership change cannot be made now: reject it by setting its node ids to 0.",
  // What goes in.
  "moved-while-ready-open":
    "The node was moved on while a Ready was open: keep what arrives until it is advanced.",
  "proposal-on-non-leader": "Only a leader takes proposals here: ask the leader.",
  "empty-proposal": "A proposal without entries proposes nothing: leave it out.",
  "config-invalid": "A node cannot run with this configuration.",
  // What Storage says.
  "commit-beyond-log":
    "The stored hard state commits entries that are not stored: store entries with their hard " +
    "state or before it.",
  "log-gap":
    "Entries are missing between the stored log and these: store the entries of every Ready, in " +
    "order.",
  "storage-out-of-bound":
    "That index lies beyond the stored log: read only what is stored, compact only what is applied.",
  "storage-contradicts-itself":
    "Storage does not have what it says that it has: fill it from one consistent state.",
  "log-lost":
    "This node lost entries that it had acknowledged: sync before you report a write done, and " +
    "never give a node an empty disk under its old id.",
  "committed-conflict":
    "What is committed here is something else elsewhere: a disk lost or altered entries. Keep all " +
    "disks and find out which.",
  // Raft itself.
  internal: "Raft broke a rule of its own, which no host should be able to bring about.",
} as const;

export type ContractRule = keyof typeof RULES;

/** By which words Raft's own guards are known. The first that fits counts. */
const GUARDS: readonly (readonly [RegExp, ContractRule])[] = [
  [/^two accepted Ready/, "ready-taken-twice"],
  [/^advance without an open/, "no-open-ready"],
  [/^advance with another/, "ready-altered"],
  [/^advance without storing the snapshot/, "snapshot-not-stored"],
  [/^advance without storing/, "entries-not-stored"],
  [/must not be called when|is for storage writes/, "wrong-mode"],
  [/^onPersistReady/, "durable-out-of-order"],
  [/^applied\(/, "applied-out-of-range"],
  [/ state\.commit /, "commit-beyond-log"],
  [/^tocommit/, "log-lost"],
  [/conflict with committed|^after\(/, "committed-conflict"],
  [/stepped empty MsgProp/, "empty-proposal"],
  [/^missing log entry/, "log-gap"],
  [/out of bound lastindex/, "storage-out-of-bound"],
  [
    /from storage|unable to restore|unexpected error|error scanning|^slice/,
    "storage-contradicts-itself",
  ],
];

/** A host broke a rule. The node is not to be trusted any more, unless this was only reported. */
export class ContractError extends InvariantError {
  readonly rule: ContractRule;
  /** What the host was doing, as "advance(Ready 7)". */
  readonly step: string;

  constructor(rule: ContractRule, step: string, detail: string, cause?: InvariantError) {
    const known = detail === "" ? "" : ` (${detail})`;
    super(`${RULES[rule]}${known} Rule ${rule}, at ${step}.`, { cause });
    this.rule = rule;
    this.step = step;
  }
}

/** Tells which rule an error of Raft or of Storage stands for; any other error stays as it is. */
export function explain(error: unknown, step: string, otherwise: ContractRule): unknown {
  if (!(error instanceof InvariantError) || error instanceof ContractError) return error;
  const rule = GUARDS.find(([words]) => words.test(error.message))?.[1] ?? otherwise;
  return new ContractError(rule, step, error.message, error);
}
