import type { BrokerEvent } from "../broker/event.ts";
import type { RequestRecord } from "../sim/history.ts";
import type { WorldEvent } from "../sim/worldEvent.ts";
import { clientActionView } from "./clientActionView.ts";
import { diskActionView } from "./diskActionView.ts";
import { diskEventView } from "./diskEventView.ts";
import type { EventDraft } from "./eventDraft.ts";
import { groupEventView } from "./groupEventView.ts";
import { kafkaEventView } from "./kafkaEventView.ts";
import { requestEventView } from "./requestEventView.ts";
import type { ErrorName } from "./source.ts";
import type { Story } from "./story.ts";

/** What is told of clients, topics, groups and disks, and of what a person does to them. */
export function brokerEventView(
  world: WorldEvent,
  story: Story,
  requests: readonly RequestRecord[],
  errorName: ErrorName,
): EventDraft | null {
  const { node, event } = world;
  if (event.kind === "actionTaken") {
    return diskActionView(event.action) ?? clientActionView(event.action);
  }
  return (
    requestEventView(world, requests, errorName) ??
    kafkaEventView(node, event as BrokerEvent, story) ??
    groupEventView(node, event) ??
    diskEventView(node, event, story)
  );
}
