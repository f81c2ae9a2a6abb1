import type { GroupView as Group } from "../broker/groups/groupView.ts";
import type { decodeAssignment } from "../sim/client/consumerProtocol.ts";
import type {
  ClientFactView,
  ClientView,
  GroupMemberView,
  GroupOffsetView,
  GroupView,
} from "./brokerPart.ts";
import { Memos } from "./memo.ts";
import { nodeName } from "./richText.ts";
import type { ProcessSource, WorldSource } from "./source.ts";
import { clientName, partitionName } from "./story.ts";
import type { PartitionView } from "./view.ts";

/** How consumers encode what each of them was given. */
export type DecodeAssignment = typeof decodeAssignment;

/** Every group, as its coordinator knows it. */
export function groupViews(
  processes: readonly ProcessSource[],
  partitions: Readonly<Record<string, PartitionView>>,
  decodeAssignment: DecodeAssignment,
): readonly GroupView[] {
  const views = processes.flatMap(({ node, state, broker }) =>
    state !== "running" || broker === null
      ? []
      : [...broker.groups].map((group) =>
          groupView(nodeName(node), group, partitions, decodeAssignment),
        ),
  );
  return views.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function groupView(
  coordinator: string,
  group: Group,
  partitions: Readonly<Record<string, PartitionView>>,
  decodeAssignment: DecodeAssignment,
): GroupView {
  return {
    name: group.groupId,
    coordinator,
    state: STATES[group.state],
    generation: group.generation,
    members: [...group.members.values()].map((member): GroupMemberView => ({
      id: member.memberId,
      isLeader: member.memberId === group.leader,
      assignment: placesOf(decodeAssignment(member.assignment)),
    })),
    offsets: [...group.offsets.values()].map((committed): GroupOffsetView => {
      const partition = partitionName(committed.topic, committed.partition);
      const end = partitions[partition]?.highWatermark ?? committed.committedOffset;
      return {
        partition,
        committed: committed.committedOffset,
        lag: Math.max(0, end - committed.committedOffset),
      };
    }),
  };
}

const STATES: Readonly<Record<Group["state"], string>> = {
  empty: "empty",
  preparingRebalance: "members join",
  completingRebalance: "its leader assigns",
  stable: "stable",
};

function placesOf(assignment: ReturnType<DecodeAssignment>): readonly string[] | null {
  if (assignment === null) return null;
  return [...assignment].flatMap(([topic, partitions]) =>
    partitions.map((partition) => partitionName(topic, partition)),
  );
}

/** The producers and consumers that work by themselves, each told anew when it has got on. */
export class ClientViews {
  readonly #known = new Memos<number, ClientView>();

  of(clients: WorldSource["clients"]): readonly ClientView[] {
    return clients.flatMap((client) => {
      if (client.kind === "person") return [];
      const make = (): ClientView => clientView(client, factsOf(client));
      return [this.#known.at(client.client).of(figuresOf(client), make)];
    });
  }
}

type Working = Extract<WorldSource["clients"][number], { kind: "producer" | "consumer" }>;

/** All that can change of a client. */
function figuresOf(client: Working): readonly unknown[] {
  const { kind, topic, state } = client;
  if (client.kind === "producer") {
    const { acknowledgedCount, failedCount, retryCount, queuedCount, producerId } = client;
    return [
      kind,
      topic,
      state,
      acknowledgedCount,
      failedCount,
      retryCount,
      queuedCount,
      producerId,
    ];
  }
  const { group, generation, readCount } = client;
  const figures: unknown[] = [kind, topic, state, group, generation, readCount];
  for (const { partition, position } of client.assigned) figures.push(partition, position);
  return figures;
}

function factsOf(client: Working): readonly ClientFactView[] {
  if (client.kind === "producer") {
    const { acknowledgedCount, failedCount, retryCount, queuedCount, producerId } = client;
    const facts = [{ what: "acknowledged", number: acknowledgedCount }];
    if (queuedCount > 0) facts.push({ what: "waiting", number: queuedCount });
    if (retryCount > 0) facts.push({ what: "sent again", number: retryCount });
    if (failedCount > 0) facts.push({ what: "given up", number: failedCount });
    if (producerId >= 0) facts.push({ what: "producer id", number: producerId });
    return facts;
  }
  const { group, generation, assigned, readCount, topic } = client;
  const facts = [{ what: "read", number: readCount }];
  if (group !== null) facts.push({ what: `group ${group}, generation`, number: generation });
  for (const { partition, position } of assigned) {
    facts.push({ what: `${partitionName(topic, partition)} at`, number: position });
  }
  return facts;
}

function clientView(
  { client, kind, topic, state }: Working,
  facts: readonly ClientFactView[],
): ClientView {
  const name = clientName(client);
  return { name, id: client, kind, topic, state, isStopping: state === "stopping", facts };
}
