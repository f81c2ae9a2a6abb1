import type { Action } from "../sim/run.ts";
import { draft } from "./eventDraft.ts";
import type { EventDraft } from "./eventDraft.ts";
import { nodeNoun, say } from "./richText.ts";
import { clientName } from "./story.ts";

/** What a person has started, stopped or asked for. Null where what comes of it says more. */
export function clientActionView(action: Action): EventDraft | null {
  switch (action.kind) {
    case "addNode":
      return draft(
        2,
        "plain",
        say`You added a node.`,
        say`It starts with an empty disk, copies as a learner, and then votes.`,
      );
    case "removeNode":
      return draft(
        2,
        "warn",
        say`You asked the cluster to do without ${nodeNoun(action.node)}.`,
        say`The controller takes it out of every ISR and out of the voters.`,
      );
    case "startProducer": {
      const { client, topic, recordsPerSecond, acks, idempotent } = action;
      return draft(
        2,
        "plain",
        say`${clientName(client)} sends ${recordsPerSecond} records a second to ${topic}.`,
        say`With acks=${acks === -1 ? "all" : acks}${
          idempotent ? ", idempotent: what is sent again is stored once" : ""
        }.`,
      );
    }
    case "startConsumer": {
      const { client, topic, group } = action;
      return draft(
        2,
        "plain",
        say`${clientName(client)} reads ${topic}.`,
        group === null
          ? say`On its own: all of it, from the start.`
          : say`As a member of group ${group}, with which it shares the partitions.`,
      );
    }
    case "stopClient":
      return draft(
        1,
        "plain",
        say`You ${action.crash ? "crashed" : "stopped"} ${clientName(action.client)}.`,
        action.crash
          ? say`It is gone in the middle of what it did, and says goodbye to nobody.`
          : say`It finishes what it has begun.`,
      );
    default:
      return null;
  }
}
