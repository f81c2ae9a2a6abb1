import type { ActionBody } from "./run.ts";

/** What people have asked for decides what they can ask next; the cluster may have refused it. */
export function noteTopics(topics: Map<string, number>, action: ActionBody): void {
  if (action.kind === "createTopic" && !topics.has(action.topic)) {
    topics.set(action.topic, action.partitionCount);
  }
  if (action.kind === "deleteTopic") topics.delete(action.topic);
  if (action.kind !== "admin") return;
  const { command } = action;
  if (command.kind === "deleteTopic") topics.delete(command.topic);
  if (command.kind !== "createPartitions") return;
  const before = topics.get(command.topic) ?? 0;
  topics.set(command.topic, Math.max(before, command.partitionCount));
}
