import type { NodeView, PartitionView } from "@chronik/core/view";
import type { PageState } from "../page.ts";
import { acts, does, firstReason, shows } from "./command.ts";
import type { Command, Deed, Submenu } from "./command.ts";
import { RECORD } from "./nodeCommands.ts";

/** What concerns no object by itself. */
export function clusterCommands(state: PageState): readonly Command[] {
  return [...powerCommands(state), ...adminCommands(state)];
}

export function powerCommands({ world }: PageState): readonly Command[] {
  const nodes: readonly NodeView[] = Object.values(world?.nodes ?? {});
  const runs = ({ process }: NodeView): boolean => process === "running";
  return [
    {
      id: "powerCut",
      name: "Power cut for all nodes",
      words: "kill crash blackout",
      section: "all",
      refusal: firstReason([!nodes.some(runs), "No node runs."]),
      does: does({ kind: "powerCut" }),
    },
    {
      id: "powerOn",
      name: "Power on for all nodes",
      words: "restart start",
      section: "all",
      refusal: firstReason([nodes.every(runs), "All nodes run already."]),
      does: does({ kind: "powerOn" }),
    },
  ];
}

const NODES_MAX = 9;

function adminCommands({ world }: PageState): readonly Command[] {
  const base = { section: "cluster" };
  return [
    {
      ...base,
      id: "healAll",
      name: "Heal every cut",
      words: "network partition",
      refusal: firstReason([(world?.cuts.length ?? 0) === 0, "Nothing is cut."]),
      does: acts({ kind: "heal" }),
    },
    {
      ...base,
      id: "addNode",
      name: "Add a node",
      words: "broker join member",
      refusal: firstReason([
        (world?.nodeNames.length ?? 0) >= NODES_MAX,
        `There are ${NODES_MAX} nodes already, which is as many as there can be.`,
      ]),
      does: does({ kind: "addNode" }),
    },
    {
      ...base,
      id: "rebalance",
      name: "Rebalance the replicas",
      words: "admin spread",
      refusal: null,
      does: does({ kind: "admin", command: { kind: "rebalance" } }),
    },
    {
      ...base,
      id: "electPreferred",
      name: "Elect preferred leaders of all topics",
      words: "admin partition",
      refusal: null,
      does: does({ kind: "admin", command: { kind: "electPreferredLeaders", topic: null } }),
    },
  ];
}

/** What can be done to a partition and to its topic; nothing when there is none of that name. */
export function partitionCommands(name: string, state: PageState): readonly Command[] {
  const partition = state.world?.partitions[name];
  if (partition === undefined) return [];
  return [
    ...recordCommands(partition),
    reassignCommand(partition, state),
    ...topicCommands(partition.topic, state),
  ];
}

function recordCommands({ name, topic, partition }: PartitionView): readonly Command[] {
  const base = { section: "records", refusal: null };
  return [
    {
      ...base,
      id: `send:${name}`,
      name: `Send a record to ${name}`,
      short: "Send a record",
      words: "produce",
      does: does({ kind: "produce", node: null, topic, partition, ...RECORD }),
    },
    {
      ...base,
      id: `write:${name}`,
      name: `Write to ${name}`,
      short: "Write",
      words: "produce form key value",
      does: [...does({ kind: "selectPartition", partition: name }), ...shows("focusProduce")],
    },
    {
      ...base,
      id: `read:${name}`,
      name: `Read ${name} back`,
      words: "consume fetch",
      does: does({ kind: "consume", topic, partition }),
    },
  ];
}

/** The same replicas, the next of them first: it shall lead. */
function reassignCommand(partition: PartitionView, { world }: PageState): Command {
  const { name, replicas } = partition;
  const [first, ...others] = replicas;
  const rotated = first === undefined ? [] : [...others, first];
  const ids = rotated.flatMap((node) => world?.nodes[node]?.id ?? []);
  return {
    id: `reassign:${name}`,
    name: `Reassign ${name} to ${rotated.join(", ")}`,
    words: "replicas rotate leader admin",
    section: "replicas",
    refusal: firstReason(
      [replicas.length < 2, "It has one copy only."],
      [ids.length < rotated.length, "One of its copies is on a node that has left."],
      [partition.mode === "raft", "A Raft group elects its leader itself."],
      [
        partition.addingReplicas.length + partition.removingReplicas.length > 0,
        "It is being reassigned already.",
      ],
    ),
    does: does({ kind: "command", line: `reassign ${name} ${ids.join(",")}` }),
  };
}

const PARTITIONS_MAX = 100;
const INTERNAL = "It is the cluster’s own topic.";

export const isInternal = (topic: string): boolean => topic.startsWith("__");

/** What can be done to a topic as a whole; nothing when there is none of that name. */
export function topicCommands(topic: string, { world }: PageState): readonly Command[] {
  const partitions = Object.values(world?.partitions ?? {}).filter((one) => one.topic === topic);
  const [first] = partitions;
  if (first === undefined) return [];
  const internal = firstReason([isInternal(topic), INTERNAL]);
  const base = { section: "topic", refusal: internal };
  const full = firstReason([partitions.length >= PARTITIONS_MAX, "It has as many as it can have."]);
  return [
    {
      ...base,
      id: `electPreferred:${topic}`,
      name: `Elect preferred leaders of ${topic}`,
      short: "Elect preferred leaders",
      refusal: null,
      does: does({ kind: "admin", command: { kind: "electPreferredLeaders", topic } }),
    },
    ...settingCommands(first).map((one) => ({ ...one, refusal: internal ?? one.refusal })),
    {
      ...base,
      id: `addPartition:${topic}`,
      name: `Add a partition to ${topic}`,
      short: "Add a partition",
      refusal: internal ?? full,
      does: does({
        kind: "admin",
        command: { kind: "createPartitions", topic, partitionCount: partitions.length + 1 },
      }),
    },
    ...programCommands(topic),
    {
      ...base,
      id: `deleteTopic:${topic}`,
      name: `Delete topic ${topic}`,
      short: "Delete topic",
      does: does({ kind: "deleteTopic", topic }),
    },
  ];
}

/** What may be changed of a topic after it was made. */
function settingCommands(partition: PartitionView): readonly Command[] {
  const { topic, minInsyncReplicas, uncleanElection, replicas, addingReplicas } = partition;
  const copies = replicas.length - addingReplicas.length;
  const submenu: Submenu = { name: `Settings of ${topic}`, short: "Settings", picks: "any" };
  const base = { section: "topic", submenu, words: "alter topic config min.insync.replicas" };
  const alter = (min: number, uncleanLeaderElection: boolean): readonly Deed[] =>
    does({
      kind: "admin",
      command: { kind: "alterTopic", topic, minInsyncReplicas: min, uncleanLeaderElection },
    });
  const mins = Array.from({ length: copies }, (_, at): Command => {
    const isOn = at + 1 === minInsyncReplicas;
    return {
      ...base,
      id: `minIsr:${topic}:${at + 1}`,
      name: `Min ISR ${at + 1} for ${topic}`,
      short: `Min ISR ${at + 1}`,
      isOn,
      refusal: firstReason(
        [partition.mode === "raft", "A Raft group counts its majority instead."],
        [isOn, "So it is already."],
      ),
      does: alter(at + 1, uncleanElection),
    };
  });
  const unclean: Command = {
    ...base,
    id: `unclean:${topic}`,
    name: `Unclean elections for ${topic}`,
    short: "Unclean elections",
    isOn: uncleanElection,
    refusal: firstReason([partition.mode === "raft", "A Raft group elects its leader itself."]),
    does: alter(minInsyncReplicas, !uncleanElection),
  };
  return [...mins, unclean];
}

function programCommands(topic: string): readonly Command[] {
  const base = { section: "programs", refusal: firstReason([isInternal(topic), INTERNAL]) };
  return [
    {
      ...base,
      id: `producer:${topic}`,
      name: `Start a producer of ${topic}`,
      short: "Start a producer",
      words: "client send",
      does: does({
        kind: "startProducer",
        topic,
        recordsPerSecond: 10,
        acks: "all",
        idempotent: true,
      }),
    },
    {
      ...base,
      id: `consumer:${topic}`,
      name: `Start a consumer of ${topic}`,
      short: "Start a consumer",
      words: "client read group",
      does: does({ kind: "startConsumer", topic, group: "readers" }),
    },
  ];
}

/** Of a program that works by itself; c1 is the person, whom nobody stops. */
export function clientCommands(name: string, { world }: PageState): readonly Command[] {
  const client = world?.clients.find((one) => one.name === name);
  const base = { section: "client", words: "producer consumer program" };
  const look: Command = {
    id: "showClients",
    name: "Show clients",
    section: "look",
    refusal: null,
    does: shows("showClients"),
  };
  if (client === undefined) return name === "c1" ? [look] : [];
  const { id } = client;
  return [
    {
      ...base,
      id: `stop:${name}`,
      name: `Stop ${name}`,
      refusal: firstReason([client.isStopping, "It is about to stop."]),
      does: does({ kind: "stopClient", client: id, crash: false }),
    },
    {
      ...base,
      id: `crash:${name}`,
      name: `Crash ${name}`,
      refusal: null,
      does: does({ kind: "stopClient", client: id, crash: true }),
    },
    look,
  ];
}

export function requestCommands(id: number, { world }: PageState): readonly Command[] {
  const request = world?.requests.find((one) => one.id === id);
  if (request === undefined) return [];
  return [
    {
      id: `bytes:request:${id}`,
      name: `Show bytes of request ${id}`,
      short: "Show bytes",
      words: "inspect wire frame",
      section: "look",
      refusal: null,
      does: does({ kind: "inspect", what: { kind: "request", id } }),
    },
    {
      id: `sent:${id}`,
      name: `Go to when request ${id} was sent`,
      words: "time",
      section: "moments",
      refusal: null,
      does: does({ kind: "seek", atUs: request.sentAtUs }),
    },
  ];
}
