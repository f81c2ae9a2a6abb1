import type { FinishedReady, OpenReady, ReadyStage } from "../broker/index.ts";
import type { Index } from "../base/ids.ts";
import type { Entry, Message } from "../raft/message.ts";
import type { DiskWrite } from "../sim/index.ts";
import { entryText, entryWord } from "./commandText.ts";
import type { Commands } from "./commands.ts";
import { raftFacts, readyMessageText } from "./flightView.ts";
import type { Memo } from "./memo.ts";
import { nodeName } from "./richText.ts";
import type { BrokerSource, ProcessSource } from "./source.ts";
import type { GateView, ReadyItemView, ReadyStageView, ReadyView, StageState } from "./view.ts";

type Shown = OpenReady | FinishedReady;

/**
 * The Ready that a node works on; while there is none, the last one that had to wait for the disk.
 * Those that need no sync (most are heartbeats) come and go within one moment: they are counted.
 */
export function readyView(
  process: ProcessSource,
  writes: readonly DiskWrite[],
  syncHistoryUs: readonly number[],
  commands: Commands,
  stages: Memo<readonly ReadyStageView[]>,
): ReadyView {
  const broker = process.state === "running" ? process.broker : null;
  const open = broker?.openReady ?? null;
  const last = broker?.lastReady ?? null;
  const shown = open ?? broker?.lastSyncedReady ?? last;
  const number = shown?.ready.number ?? 0;
  return {
    node: nodeName(process.node),
    number,
    open: open !== null,
    takenAtUs: shown === null ? 0 : process.clock.worldUs(shown.takenAtUs),
    mustSync: shown?.ready.mustSync ?? false,
    laterCount: open === null && last !== null ? last.ready.number - number : 0,
    stages:
      broker === null || shown === null
        ? idleStages(process)
        : stages.of(stagesFrom(shown, broker), () => stagesOf(shown, broker, commands)),
    gate: shown === null ? null : gateView(shown, writes, process),
    syncHistoryUs,
    waitingEntries: broker === null ? 0 : waitingEntries(broker, open),
  };
}

const STAGES: readonly ReadyStage[] = ["send", "persist", "sendAfter", "apply", "advance"];

function idleStages({ state, broker }: ProcessSource): ReadyStageView[] {
  const emptyReason = state === "running" ? "nothing yet" : "it does not run";
  return STAGES.map((name) => {
    const isHeld = state === "running" && (broker?.heldStages.has(name) ?? false);
    return { name, state: "idle", isHeld, items: [], emptyReason };
  });
}

/** At which stage the work is; behind all of them once it is finished. */
function positionOf(shown: Shown): number {
  if (!("stage" in shown)) return STAGES.length;
  const { stage, isDurable } = shown;
  // As long as the disk works on it, it is being persisted.
  return STAGES.indexOf(stage === "sendAfter" && !isDurable ? "persist" : stage);
}

function stateOf(position: number, at: number): StageState {
  if (at < position) return "done";
  if (at === position) return "here";
  return at === position + 1 ? "next" : "todo";
}

/** What the stages are made from. A Ready is replaced by a new one whenever it gets on. */
function stagesFrom(shown: Shown, broker: BrokerSource): readonly unknown[] {
  const { raft, heldStages } = broker;
  const areOnDisk = shown.ready.entries.map((entry) => isOnDisk(entry, broker));
  return [shown, heldStages, raft?.role, raft?.commit, ...areOnDisk];
}

const isOnDisk = ({ index, term }: Entry, { storage }: BrokerSource): boolean =>
  storage?.term(index) === term;

function stagesOf(shown: Shown, broker: BrokerSource, commands: Commands): ReadyStageView[] {
  const { ready } = shown;
  const { entries, hardState, messages, persistedMessages, committedEntries } = ready;
  const position = positionOf(shown);
  const isOpen = position < STAGES.length;
  const isPast = (name: ReadyStage): boolean => STAGES.indexOf(name) < position;
  const stage = (
    name: ReadyStage,
    items: readonly ReadyItemView[],
    emptyReason: string,
  ): ReadyStageView => ({
    name,
    state: stateOf(position, STAGES.indexOf(name)),
    isHeld: broker.heldStages.has(name),
    items,
    emptyReason,
  });

  const written = entries.map((entry): ReadyItemView => {
    return {
      ...NO_ITEM,
      id: `entry:${entry.index}`,
      kind: "entry",
      index: entry.index,
      term: entry.term,
      text: entryText(entry, commands.of(entry)),
      detail: `${entry.data.length} B`,
      durable: isOnDisk(entry, broker),
    };
  });
  if (hardState !== null) {
    const vote = hardState.vote === 0 ? "no vote" : `vote ${nodeName(hardState.vote)}`;
    written.push({
      ...NO_ITEM,
      id: "hardState",
      kind: "hardState",
      term: hardState.term,
      text: `term ${hardState.term}, ${vote}, commit ${hardState.commit}`,
      durable: isPast("persist") && ready.mustSync,
    });
  }
  const applied = committedEntries.map((entry): ReadyItemView => {
    const command = commands.of(entry);
    return {
      ...NO_ITEM,
      id: `entry:${entry.index}`,
      kind: "command",
      index: entry.index,
      term: entry.term,
      text: entryText(entry, command),
      detail: entryWord(entry, command),
      durable: true,
    };
  });
  return [
    stage("send", messages.map(messageItem(!isPast("send"))), emptySend(broker)),
    stage("persist", written, "nothing to write"),
    stage(
      "sendAfter",
      persistedMessages.map(messageItem(!isPast("sendAfter"))),
      "nothing rests on this write",
    ),
    stage("apply", applied, emptyApply(entries.at(-1)?.index, broker)),
    stage("advance", [], isOpen ? "when 3 has left and 4 is done" : "done"),
  ];
}

const NO_ITEM = {
  flight: null,
  index: 0,
  term: 0,
  text: "",
  detail: "",
  durable: false,
  held: false,
} as const;

function messageItem(held: boolean) {
  return (message: Message, at: number): ReadyItemView => {
    const { kind, answer, refused, caption } = raftFacts(message);
    return {
      ...NO_ITEM,
      id: `${message.type}:${nodeName(message.to)}:${at}`,
      kind: "message",
      flight: { kind, answer, refused, to: nodeName(message.to), caption },
      index: message.entries.at(-1)?.index ?? message.index,
      term: message.term,
      text: readyMessageText(message),
      detail: held ? "held" : "sent",
      held,
    };
  };
}

function emptySend(broker: BrokerSource): string {
  return broker.raft?.role === "leader"
    ? "nothing to send"
    : "nothing; only a leader may speak this early";
}

function emptyApply(lastWritten: Index | undefined, broker: BrokerSource): string {
  if (lastWritten !== undefined && lastWritten > (broker.raft?.commit ?? 0)) {
    return `nothing; ${lastWritten} is not committed yet`;
  }
  return "nothing new is committed";
}

/** Null when nothing in the Ready has to survive before its messages may leave. */
function gateView(
  shown: Shown,
  writes: readonly DiskWrite[],
  { clock }: ProcessSource,
): GateView | null {
  const { ready, write } = shown;
  if (!ready.mustSync) return null;
  if (write === null) {
    const takenAtUs = clock.worldUs(shown.takenAtUs);
    return { state: "none", startedAtUs: takenAtUs, endsAtUs: takenAtUs, bytes: 0 };
  }
  const { sizeBytes } = write;
  const startedAtUs = clock.worldUs(write.startedAtUs);
  if ("advancedAtUs" in shown) {
    const endsAtUs = clock.worldUs(shown.advancedAtUs);
    return { state: "durable", startedAtUs, endsAtUs, bytes: sizeBytes };
  }
  // Only the disk knows when it will be done.
  const underWay = writes.findLast(({ operation }) => operation.id === write.operation);
  const endsAtUs = underWay?.endsAtUs ?? startedAtUs;
  const state = shown.isDurable ? "durable" : "writing";
  return { state, startedAtUs, endsAtUs, bytes: sizeBytes };
}

/** Entries in memory that no Ready has carried yet. */
function waitingEntries({ raft, storage }: BrokerSource, open: OpenReady | null): number {
  if (raft === null || storage === null) return 0;
  const carried = open?.ready.entries.at(-1)?.index ?? storage.lastIndex();
  return Math.max(0, raft.lastIndex - carried);
}
