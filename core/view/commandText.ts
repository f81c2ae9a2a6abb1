import type { MetadataCommand } from "../metadata/command.ts";
import type { Entry } from "../raft/message.ts";
import { nodeList, nodeNoun, partitionNoun, plainText, say } from "./richText.ts";
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
const commandWord = (command: MetadataCommand | null): string =>
  command === null ? "no-op" : WORDS[command.kind];

const WORDS: Readonly<Record<MetadataCommand["kind"], string>> = {
  addNode: "node",
  removeNode: "remove",
  admitNode: "admit",
  registerBroker: "broker",
  fenceBroker: "fence",
  unfenceBroker: "unfence",
  createTopic: "topic",
  deleteTopic: "delete",
  createPartitions: "more",
  alterTopic: "alter",
  assignPartition: "assign",
  setPartitionLeader: "leader",
  updateIsr: "isr",
  reassignPartition: "move",
  completeReassignment: "moved",
  reportPartitionLeader: "elected",
  allocateProducerIds: "ids",
};

/** What an entry says, as in "orders-1: the ISR becomes n2 and n3". */
export function commandText(command: MetadataCommand): RichText {
  switch (command.kind) {
    case "addNode":
      return say`${node(command)} belongs to the cluster`;
    case "removeNode":
      return say`the cluster does without ${node(command)}`;
    case "admitNode":
      return say`${node(command)} may copy what there is`;
    case "registerBroker":
      return say`the broker of ${node(command)} has started`;
    case "fenceBroker":
      return say`${node(command)} is fenced`;
    case "unfenceBroker":
      return say`${node(command)} is fenced no longer`;
    case "createTopic":
      return say`topic ${command.topic}, ${command.partitionCount} partitions`;
    case "deleteTopic":
      return say`topic ${command.topic} is deleted`;
    case "createPartitions":
      return say`topic ${command.topic} has ${command.partitionCount} partitions`;
    case "alterTopic":
      return say`topic ${command.topic} needs ${command.minInsyncReplicas} in sync`;
    case "assignPartition":
      return say`${partition(command)} is kept by ${nodeList(command.replicas)}`;
    case "setPartitionLeader":
      return command.leader === NOBODY
        ? say`nobody leads ${partition(command)}`
        : say`${nodeList([command.leader])} leads ${partition(command)}`;
    case "updateIsr":
      return say`the ISR of ${partition(command)} becomes ${nodeList(command.isr)}`;
    case "reassignPartition":
      return say`${partition(command)} moves to ${nodeList(command.replicas)}`;
    case "completeReassignment":
      return say`${partition(command)} has moved`;
    case "reportPartitionLeader":
      return say`${nodeList([command.leader])} was elected for ${partition(command)}`;
    case "allocateProducerIds":
      return say`${node(command)} may give out ${command.count} producer ids`;
  }
}

const NOBODY = 0;

const node = (command: { readonly node: number }) => nodeNoun(command.node);
const partition = (command: { readonly topic: string; readonly partition: number }) =>
  partitionNoun(command.topic, command.partition);
