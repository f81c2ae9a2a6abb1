import type { BrokerEvent } from "../broker/event.ts";
import type { WorldEvent } from "../sim/worldEvent.ts";
import type { EventDraft } from "./eventDraft.ts";
import { raftEventView } from "./raftEventView.ts";
import type { Story } from "./story.ts";
import type { EventView } from "./view.ts";
import { worldEventView } from "./worldEventView.ts";

/** Tells what is neither of the world nor of Raft. */
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
  const draft =
    worldEventView(event, story) ??
    raftEventView(event.node, event.event as BrokerEvent, story) ??
    tellMore?.(event, story) ??
    null;
  return draft === null ? null : { id: event.id, atUs: event.atUs, drama: null, ...draft };
}
