import type { MetadataCommand } from "../metadata/command.ts";
import type { Entry } from "../raft/message.ts";
import { nodeList, partitionNoun, plainText, say } from "./richText.ts";
import type { RichText } from "./view.ts";

/** The word above a column of the log; `command` is what the entry was decoded to. */
export function entryWord({ type }: Pick<Entry, "type">, command: MetadataCommand | null): string {
  return type === "EntryNormal" ? commandWord(command) : "voters";
}

/** What an entry says, without its full stop. */
export function entryText({ type }: Pick<Entry, "type">, command: MetadataCommand | null): string {
  if (type !== "EntryNormal") return "a change of who votes";
  return command === null ? "no-op" : plainText(commandText(command));
}

/** Null is the empty entry that opens a term. */
function commandWord(command: MetadataCommand | null): string {
  switch (command?.kind) {
    case undefined:
      return "no-op";
    case "addNode":
      return "node";
    case "removeNode":
      return "remove";
    case "admitNode":
      return "admit";
    case "createTopic":
      return "topic";
    case "assignPartition":
      return "assign";
    case "setPartitionLeader":
      return "leader";
    case "updateIsr":
      return "isr";
  }
}

/** What an entry says, as in "orders-1: the ISR becomes n2 and n3". */
export function commandText(command: MetadataCommand): RichText {
  switch (command.kind) {
    case "addNode":
      return say`${nodeList([command.node])} belongs to the cluster`;
    case "removeNode":
      return say`the cluster does without ${nodeList([command.node])}`;
    case "admitNode":
      return say`${nodeList([command.node])} may copy what there is`;
    case "createTopic":
      return say`topic ${command.topic}, ${command.partitionCount} partitions`;
    case "assignPartition":
      return say`${partition(command)} is kept by ${nodeList(command.replicas)}`;
    case "setPartitionLeader":
      return say`${nodeList([command.leader])} leads ${partition(command)}`;
    case "updateIsr":
      return say`the ISR of ${partition(command)} becomes ${nodeList(command.isr)}`;
  }
}

const partition = (command: { readonly topic: string; readonly partition: number }) =>
  partitionNoun(command.topic, command.partition);
