import type { BrokerEvent } from "../broker/event.ts";
import type { RequestRecord } from "../sim/history.ts";
import type { WorldEvent } from "../sim/worldEvent.ts";
import { diskEventView } from "./diskEventView.ts";
import { kafkaEventView } from "./kafkaEventView.ts";
import { raftEventView } from "./raftEventView.ts";
import type { ErrorName } from "./source.ts";
import type { Story } from "./story.ts";
import type { EventView } from "./view.ts";
import { worldEventView } from "./worldEventView.ts";

/**
 * The two sentences that an event is told in: the first says what, the second says why. Null for
 * what is routine. `story` is what was known before the event.
 */
export function eventView(
  event: WorldEvent,
  story: Story,
  requests: readonly RequestRecord[],
  errorName: ErrorName,
): EventView | null {
  const draft =
    worldEventView(event, story, requests, errorName) ??
    raftEventView(event.node, event.event as BrokerEvent, story) ??
    kafkaEventView(event.node, event.event as BrokerEvent, story) ??
    diskEventView(event.node, event.event, story);
  return draft === null ? null : { id: event.id, atUs: event.atUs, ...draft };
}
