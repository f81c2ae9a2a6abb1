import type { LastReady, OpenReady } from "../broker/index.ts";
import type { Index } from "../base/ids.ts";
import type { Message } from "../raft/message.ts";
import type { DiskWrite } from "../sim/index.ts";
import { commandText, commandWord } from "./commandText.ts";
import type { Commands } from "./commands.ts";
import { raftFacts, readyMessageText } from "./flightView.ts";
import { nodeName, plainText } from "./richText.ts";
import type { BrokerSource, ProcessSource } from "./source.ts";
import type { GateView, ReadyItemView, ReadyStageView, ReadyView, StageState } from "./view.ts";

type Shown = OpenReady | LastReady;

/** The Ready that a node works on; while there is none, the last one that it finished. */
export function readyView(
  process: ProcessSource,
  writes: readonly DiskWrite[],
  syncHistoryUs: readonly number[],
  commands: Commands,
  previous: ReadyView | undefined,
): ReadyView {
  const broker = process.state === "running" ? process.broker : null;
  const open = broker?.openReady ?? null;
  const shown = open ?? broker?.lastReady ?? null;
  const number = shown?.ready.number ?? 0;
  const takenAtUs = shown?.takenAtUs ?? 0;
  const isSame = previous?.number === number && previous.takenAtUs === takenAtUs;
  return {
    node: nodeName(process.node),
    number,
    open: open !== null,
    takenAtUs,
    mustSync: shown?.ready.mustSync ?? false,
    stages:
      broker === null || shown === null
        ? idleStages(process)
        : stagesOf(shown, open !== null, broker, commands),
    gate: shown === null ? null : gateView(shown, open, writes, isSame ? previous.gate : null),
    syncHistoryUs,
    waitingEntries: broker === null ? 0 : waitingEntries(broker, open),
  };
}

const STAGES = ["send", "persist", "sendAfter", "apply", "advance"] as const;

function idleStages(process: ProcessSource): ReadyStageView[] {
  const emptyReason = process.state === "running" ? "nothing yet" : "it does not run";
  return STAGES.map((name) => ({ name, state: "idle", items: [], emptyReason }));
}

function stagesOf(
  { ready }: Shown,
  isOpen: boolean,
  broker: BrokerSource,
  commands: Commands,
): ReadyStageView[] {
  const { entries, hardState, messages, persistedMessages, committedEntries } = ready;
  const stage = (
    name: ReadyStageView["name"],
    whileOpen: StageState,
    items: readonly ReadyItemView[],
    emptyReason: string,
  ): ReadyStageView => ({ name, state: isOpen ? whileOpen : "done", items, emptyReason });

  const written = entries.map((entry): ReadyItemView => {
    const command = commands.of(entry);
    return {
      ...NO_ITEM,
      id: `entry:${entry.index}`,
      kind: "entry",
      index: entry.index,
      term: entry.term,
      text: command === null ? "no-op" : plainText(commandText(command)),
      detail: `${entry.data.length} B`,
      durable: broker.storage?.term(entry.index) === entry.term,
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
      detail: "hard state",
      durable: !isOpen && ready.mustSync,
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
      text: command === null ? "no-op, nothing to change" : plainText(commandText(command)),
      detail: commandWord(command),
      durable: true,
    };
  });
  return [
    stage("send", "done", messages.map(messageItem("sent", false)), emptySend(broker)),
    stage("persist", "here", written, "nothing to write"),
    stage(
      "sendAfter",
      "next",
      persistedMessages.map(messageItem(isOpen ? "held" : "sent", isOpen)),
      "nothing rests on this write",
    ),
    stage("apply", "todo", applied, emptyApply(entries.at(-1)?.index, broker)),
    stage("advance", "todo", [], isOpen ? "when 3 has left and 4 is done" : "done"),
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

function messageItem(detail: string, held: boolean) {
  return (message: Message, at: number): ReadyItemView => {
    const { kind, answer, refused } = raftFacts(message);
    return {
      ...NO_ITEM,
      id: `${message.type}:${nodeName(message.to)}:${at}`,
      kind: "message",
      flight: { kind, answer, refused },
      index: message.entries.at(-1)?.index ?? message.index,
      term: message.term,
      text: readyMessageText(message),
      detail,
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
  open: OpenReady | null,
  writes: readonly DiskWrite[],
  previous: GateView | null,
): GateView | null {
  if (!shown.ready.mustSync) return null;
  const write = writes.findLast(
    ({ operation, startedAtUs }) =>
      operation.id === shown.operation && startedAtUs >= shown.takenAtUs,
  );
  const state = open === null ? "durable" : write === undefined ? "none" : "writing";
  if (write === undefined) {
    // The disk is busy with an earlier write, or the world has forgotten this one.
    if (previous !== null) return { ...previous, state };
    const endsAtUs = "advancedAtUs" in shown ? shown.advancedAtUs : shown.takenAtUs;
    return { state, startedAtUs: shown.takenAtUs, endsAtUs, bytes: 0 };
  }
  return {
    state,
    startedAtUs: write.startedAtUs,
    endsAtUs: write.endsAtUs,
    bytes: write.sizeBytes,
  };
}

/** Entries in memory that no Ready has carried yet. */
function waitingEntries({ raft, storage }: BrokerSource, open: OpenReady | null): number {
  if (raft === null || storage === null) return 0;
  const carried = open?.ready.entries.at(-1)?.index ?? storage.lastIndex();
  return Math.max(0, raft.lastIndex - carried);
}
