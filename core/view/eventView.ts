import type { BrokerEvent } from "../broker/event.ts";
import type { WorldEvent } from "../sim/worldEvent.ts";
import { draft } from "./eventDraft.ts";
import type { EventDraft } from "./eventDraft.ts";
import { raftEventView } from "./raftEventView.ts";
import { asSentence, say } from "./richText.ts";
import type { Story } from "./story.ts";
import type { EventView } from "./view.ts";

/** Tells what is not Raft's. */
export type TellMore = (event: WorldEvent, story: Story) => EventDraft | null;

/**
 * The two sentences that an event is told in: the first says what, the second says why. Null for
 * what is routine. `story` is what was known before the event.
 */
export function eventView(
  event: WorldEvent,
  story: Story,
  tellMore: TellMore | null,
): EventView | null {
  const told =
    ruleBroken(event) ??
    raftEventView(event.node, event.event as BrokerEvent, story) ??
    tellMore?.(event, story) ??
    null;
  if (told === null) return null;
  return { id: event.id, atUs: event.atUs, drama: dramaOf(event, told), ...told };
}

function ruleBroken({ event }: WorldEvent): EventDraft | null {
  if (event.kind !== "ruleBroken") return null;
  const { rule, text } = event.violation;
  return draft(2, "bad", say`The rule “${rule}” was broken.`, say`${asSentence(text)}`);
}

/** What nobody wants to miss because time runs fast. */
function dramaOf({ event }: WorldEvent, { importance }: EventDraft): EventView["drama"] {
  switch (event.kind) {
    case "ruleBroken":
      return "violation";
    case "roleChanged":
      return importance === 2 ? "election" : null;
    case "logTruncated":
      return "truncation";
    case "replicaTruncated":
      return event.committedCount > 0 ? "loss" : "truncation";
    case "commandApplied":
      return event.command.kind === "setPartitionLeader" && event.command.unclean ? "loss" : null;
    default:
      return null;
  }
}
