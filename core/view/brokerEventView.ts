import type { BrokerEvent } from "../broker/event.ts";
import type { RequestRecord } from "../sim/history.ts";
import type { WorldEvent } from "../sim/worldEvent.ts";
import { clientActionView } from "./clientActionView.ts";
import { diskActionView } from "./diskActionView.ts";
import { diskEventView } from "./diskEventView.ts";
import type { EventDraft } from "./eventDraft.ts";
import { groupEventView } from "./groupEventView.ts";
import { handEventView } from "./handEventView.ts";
import type { LabelOf } from "./handEventView.ts";
import { kafkaEventView } from "./kafkaEventView.ts";
import { requestEventView } from "./requestEventView.ts";
import type { ErrorName } from "./source.ts";
import type { Story } from "./story.ts";
import { worldEventView } from "./worldEventView.ts";

/** How what an event only names is said. */
export interface EventWords {
  readonly errorName: ErrorName;
  readonly labelOf: LabelOf;
}

/** All that is told besides Raft: clients, topics, groups, disks, and what a person does. */
export function brokerEventView(
  world: WorldEvent,
  story: Story,
  requests: readonly RequestRecord[],
  { errorName, labelOf }: EventWords,
): EventDraft | null {
  const { node, event } = world;
  const told = worldEventView(world, story);
  if (told !== null) return told;
  if (event.kind === "actionTaken") {
    const { action, message } = event;
    return (
      diskActionView(action) ??
      clientActionView(action) ??
      handEventView(action, message ?? null, story, labelOf)
    );
  }
  return (
    requestEventView(world, requests, errorName) ??
    kafkaEventView(node, event as BrokerEvent, story) ??
    groupEventView(node, event) ??
    diskEventView(node, event, story)
  );
}
