import type { NodeId } from "../../base/ids.ts";
import { partitionKey } from "../../metadata/clusterMetadata.ts";
import type { PartitionKey, PartitionMetadata } from "../../metadata/clusterMetadata.ts";
import { ErrorCode } from "../../wire/index.ts";
import { bestInformed } from "../bestInformed.ts";
import { nodeName } from "../checkers/checker.ts";
import type { RequestRecord } from "../history.ts";
import type { World } from "../world.ts";
import { names } from "./eventText.ts";
import { nameOf, recordsOf } from "./recordsText.ts";

/** Each partition as the running node knows it that has applied most, and what its replicas hold. */
export function partitionsText(world: World): string {
  const known = bestInformed(world.processes);
  if (known === null) return "no node runs that could tell\n";
  const rows = [...known.metadata.partitions].map(([key, partition]) => {
    const { leader, leaderEpoch, isr, replicas } = partition;
    const who = leader === 0 ? "no leader" : `leader ${nodeName(leader)}`;
    const held = replicas.map((node) => replicaText(world, node, key)).join(", ");
    return `${key}  ${who} of epoch ${leaderEpoch}, ISR ${names(isr)}; ${held}\n`;
  });
  return rows.length === 0 ? "no partitions\n" : rows.join("");
}

function replicaText(world: World, node: NodeId, key: PartitionKey): string {
  const process = world.processes[node - 1];
  if (process === undefined || process.state !== "running") return `${nodeName(node)} down`;
  const log = process.broker?.replicas.get(key);
  if (log === undefined) return `${nodeName(node)} nothing`;
  return `${nodeName(node)} to ${log.logEndOffset} (hw ${log.highWatermark})`;
}

/** What each node is to the cluster, and who has a vote. */
export function membersText(world: World): string {
  const known = bestInformed(world.processes);
  if (known === null) return "no node runs that could tell\n";
  const rows = [...known.metadata.nodes.values()].map(
    ({ node, generation, state }) =>
      `${nodeName(node)}  ${state} with a disk of generation ${generation}\n`,
  );
  const conf = known.raft?.status().confState;
  const learners = conf?.learners ?? [];
  const voters = `voters ${names(conf?.voters ?? [])}`;
  return `${rows.join("")}${voters}${learners.length === 0 ? "" : `, learners ${names(learners)}`}\n`;
}

/** Whether every record that was acknowledged with acks=all is on the leader of its partition. */
export function acknowledgedText(world: World): string {
  const known = bestInformed(world.processes);
  if (known === null) return "no node runs that could tell\n";
  const acknowledged = world.history.requests.filter(isAcknowledged);
  const lost = acknowledged.flatMap((request) => {
    const { topic, partition, key, value } = request.facts;
    const at = partitionKey(topic, partition);
    const why = whyLost(request, world, known.metadata.partitions.get(at));
    const what = `${at} offset ${request.outcome.baseOffset} (${key}=${value})`;
    return why === null ? [] : [`${what}: ${why}\n`];
  });
  const count = `${acknowledged.length - lost.length} of ${acknowledged.length}`;
  return `${count} records acknowledged with acks=all are on their leaders\n${lost.join("")}`;
}

type Acknowledged = RequestRecord & {
  readonly facts: Extract<RequestRecord["facts"], { kind: "produce" }>;
  readonly outcome: Extract<RequestRecord["outcome"], { kind: "answered" }>;
};

function isAcknowledged(request: RequestRecord): request is Acknowledged {
  const { facts, outcome } = request;
  const isDone = outcome.kind === "answered" && outcome.errorCode === ErrorCode.NONE;
  return facts.kind === "produce" && facts.acks === -1 && isDone;
}

/** Null if the record is where it was acknowledged. */
function whyLost(
  { facts, outcome }: Acknowledged,
  world: World,
  partition: PartitionMetadata | undefined,
): string | null {
  const leader = partition?.leader ?? 0;
  const process = world.processes.find(({ node }) => node === leader);
  if (process?.state !== "running") return "there is no leader";
  const log = process.broker?.replicas.get(partitionKey(facts.topic, facts.partition));
  const records = log === undefined ? [] : recordsOf(log);
  const held = records.find(({ offset }) => offset === outcome.baseOffset);
  const who = `${nodeName(process.node)}, its leader,`;
  if (held === undefined) return `${who} has nothing there`;
  return held.name === nameOf(facts.key, facts.value) ? null : `${who} has ${held.name} there`;
}
