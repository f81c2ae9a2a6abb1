import { count, nameNoun, say } from "./richText.ts";
import { isAre, joined, leaderTerm, nameList, names, nodesOf } from "./sceneWords.ts";
import type { Scene, Sentences } from "./sentence.ts";
import type { PartitionView, RichText } from "./view.ts";

/** Somebody is so far behind that the log cannot help it any more. */
export function catchingUp(scene: Scene): Sentences | null {
  const leader = scene.summary.leader ?? "";
  const node = nodesOf(scene).find(
    ({ name }) => scene.logs[name]?.progress?.state === "Snapshot" && name !== leader,
  );
  if (node === undefined) return null;
  return {
    what: say`${nameNoun(node.name)} is to catch up by a snapshot.`,
    why: say`The entries that it lacks have left the log of ${nameNoun(leader)}.`,
  };
}

export function rebalancing({ groups }: Scene): Sentences | null {
  const group = groups.find(({ state }) => state === MEMBERS_JOIN || state === LEADER_ASSIGNS);
  if (group === undefined) return null;
  return {
    what: say`Group ${group.name} shares its partitions anew.`,
    why:
      group.state === MEMBERS_JOIN
        ? say`${nameNoun(group.coordinator)} coordinates it and waits for its members to join.`
        : say`All have joined; one of them works out who reads what.`,
  };
}

const MEMBERS_JOIN = "members join";
const LEADER_ASSIGNS = "its leader assigns";

export function moving({ partitions }: Scene): Sentences | null {
  const partition = Object.values(partitions).find(
    ({ addingReplicas, removingReplicas }) => addingReplicas.length + removingReplicas.length > 0,
  );
  if (partition === undefined) return null;
  const { addingReplicas, removingReplicas, isr } = partition;
  const missing = addingReplicas.filter((name) => !isr.includes(name));
  const dismissed =
    removingReplicas.length === 0
      ? say``
      : say` Then ${nameList(removingReplicas)} ${isAre(removingReplicas)} dismissed.`;
  const place = { text: partition.name, ref: `partition:${partition.name}` };
  return {
    what:
      addingReplicas.length === 0
        ? say`${place} is to leave ${nameList(removingReplicas)}.`
        : say`${place} moves to ${nameList(addingReplicas)}.`,
    why:
      missing.length === 0
        ? say`All that are to keep it are in sync.${dismissed}`
        : say`${nameList(missing)} ${missing.length === 1 ? "copies" : "copy"} it and must come into the ISR.${dismissed}`,
  };
}

/** All nodes are well, but not every copy is there yet. */
export function copiesMissing(scene: Scene): Sentences | null {
  const short = Object.values(scene.partitions).filter(isShort);
  if (short.length === 0) return null;
  const absent = nodesOf(scene).filter(({ name }) =>
    short.some(({ replicas, isr }) => replicas.includes(name) && !isr.includes(name)),
  );
  const partitions = count(short.length, "partition has", "partitions have");
  return {
    what: say`${nameNoun(scene.summary.leader ?? "")} leads ${leaderTerm(scene)}; ${partitions} a copy too few.`,
    why: say`${names(absent)} ${isAre(absent)} not in the ISR: it takes a fetch that finds nothing missing to return.`,
  };
}

const isShort = ({ underReplicated }: PartitionView): boolean => underReplicated;

/** Programs at work, and nothing that is wrong. */
export function traffic(scene: Scene): Sentences | null {
  const { clients, partitions, summary } = scene;
  const of = (kind: "producer" | "consumer"): string[] =>
    clients.filter((client) => client.kind === kind).map(({ name }) => name);
  const senders = of("producer");
  const readers = of("consumer");
  const parts: RichText[] = [];
  if (senders.length > 0) parts.push(doing(senders, "sends", "send"));
  if (readers.length > 0) parts.push(doing(readers, "reads", "read"));
  if (parts.length === 0) return null;
  return {
    what: say`${nameNoun(summary.leader ?? "")} leads ${leaderTerm(scene)}; ${joined(parts)}.`,
    why: say`All copies of ${count(
      Object.keys(partitions).length,
      "partition",
      "partitions",
    )} are in sync.`,
  };
}

/** "c2 sends"; of many how many they are. */
function doing(who: readonly string[], one: string, many: string): RichText {
  if (who.length > 3) return say`${who.length} clients ${many}`;
  const list = joined(who.map((name) => [{ text: name, ref: `client:${name}` }]));
  return say`${list} ${who.length === 1 ? one : many}`;
}
