import { expect, test } from "vitest";
import { assert } from "../../base/assert.ts";
import { NO_NODE, index, nodeId } from "../../base/ids.ts";
import type { ClusterMetadata } from "../../metadata/index.ts";
import { confStateOf } from "../../raft/index.ts";
import { nextForPartition, seenEpochs } from "../elector.ts";
import { applyAll, fence, nodesOf, withTopic } from "../testing/metadataOf.ts";
import { adminText } from "./adminText.ts";
import { parseAdminCommand } from "./commandLine.ts";
import { isRead, readCluster } from "./reads.ts";
import type { KnownCluster } from "./reads.ts";

/** As a person sees it: a typed line, and the text that answers it. */
function transcript(known: KnownCluster, line: string): string {
  const parsed = parseAdminCommand(line);
  if (!parsed.ok) return parsed.message;
  assert(isRead(parsed.command), "it changes nothing");
  const step = readCluster(known, parsed.command);
  return step.kind === "done"
    ? adminText(step.result)
    : step.kind === "refused"
      ? step.message
      : "";
}

/** After the elector has done all that it wants. */
function elected(before: ClusterMetadata): ClusterMetadata {
  for (const of of before.partitions.values()) {
    const command = nextForPartition(before, of);
    if (command !== null) return elected(applyAll(before, command));
  }
  return before;
}

function knownOf(metadata: ClusterMetadata): KnownCluster {
  const confState = { ...confStateOf([1, 2, 3].map(nodeId)), learners: [nodeId(4)] };
  return { metadata, appliedIndex: index(42), controller: nodeId(2), confState };
}

const whole = withTopic(
  withTopic(nodesOf(4), "orders", 3, 3, { minInsyncReplicas: 3 }),
  "lonely",
  4,
  1,
);
const moved = applyAll(whole, {
  kind: "reassignPartition",
  ...seenEpochs(whole.partitions.get("orders-0")!),
  replicas: [4, 2, 3].map(nodeId),
});
const known = knownOf(elected(fence(moved, 3)));

test("what the nine commands say of a whole cluster", () => {
  expect(transcript(knownOf(whole), "health")).toMatchInlineSnapshot(`
    "health: healthy

    (none)"
  `);
  expect(transcript(knownOf(whole), "isr-status")).toMatchInlineSnapshot(`
    "under-replicated: 0
    under min ISR: 0
    offline: 0

    (none)"
  `);
});

test("what they say of one that lacks a broker", () => {
  expect(transcript(known, "status")).toMatchInlineSnapshot(`
    "controller: n2
    voters: n1, n2, n3
    learners: n4
    members: 4
    fenced: n3
    topics: 2
    partitions: 7
    under-replicated: 0
    under min ISR: 3
    offline: 1
    applied index: 42
    metadata hash: 3548925645"
  `);
  expect(transcript(known, "health")).toMatchInlineSnapshot(`
    "health: critical

    problem        where
    offline        lonely-2
    under min ISR  orders-0
    under min ISR  orders-1
    under min ISR  orders-2
    fenced         n3"
  `);
  expect(transcript(known, "list-nodes")).toMatchInlineSnapshot(`
    "controller: n2

    node  address  state   raft     broker epoch  disk  leads  keeps
    n1    n1:9092  alive   voter               1     0      2      3
    n2    n2:9092  alive   voter               1     0      2      3
    n3    n3:9092  fenced  voter               1     0      0      4
    n4    n4:9092  alive   learner             1     0      2      4"
  `);
  expect(transcript(known, "list-partitions")).toMatchInlineSnapshot(`
    "topic   partition  leader  leader epoch  replicas        ISR     state
    lonely          0  n1                 0  n1              n1      whole
    lonely          1  n2                 0  n2              n2      whole
    lonely          2  none               1  n3              n3      offline
    lonely          3  n4                 0  n4              n4      whole
    orders          0  n1                 0  n4, n2, n3, n1  n2, n1  under min ISR
    orders          1  n2                 0  n2, n3, n4      n2, n4  under min ISR
    orders          2  n4                 1  n3, n4, n1      n4, n1  under min ISR"
  `);
  expect(transcript(known, "describe orders")).toMatchInlineSnapshot(`
    "topic: orders
    topic id: 00000000000000000000000000000001
    partitions: 3
    replication factor: 3
    replication.mode: isr
    min.insync.replicas: 3
    unclean.leader.election.enable: false

    topic   partition  leader  leader epoch  replicas        ISR     state
    orders          0  n1                 0  n4, n2, n3, n1  n2, n1  under min ISR
    orders          1  n2                 0  n2, n3, n4      n2, n4  under min ISR
    orders          2  n4                 1  n3, n4, n1      n4, n1  under min ISR"
  `);
  expect(transcript(known, "partition-info orders-0")).toMatchInlineSnapshot(`
    "topic: orders
    partition: 0
    mode: isr
    state: under min ISR
    leader: n1
    leader epoch: 0
    partition epoch: 2
    min ISR: 3

    replica  role      in sync  alive  moving
    n4       follower  no       yes    coming
    n2       follower  yes      yes
    n3       follower  no       no
    n1       leader    yes      yes    going"
  `);
  expect(transcript(known, "isr-status orders")).toMatchInlineSnapshot(`
    "under-replicated: 0
    under min ISR: 3
    offline: 0

    topic   partition  leader  leader epoch  replicas        ISR     out of sync  min ISR  state
    orders          0  n1                 0  n4, n2, n3, n1  n2, n1  n4, n3             3  under min ISR
    orders          1  n2                 0  n2, n3, n4      n2, n4  n3                 3  under min ISR
    orders          2  n4                 1  n3, n4, n1      n4, n1  n3                 3  under min ISR"
  `);
});

test("what is not there is named", () => {
  expect(transcript(known, "describe nothing")).toBe("There is no topic nothing.");
  expect(transcript(known, "partition-info orders-3")).toBe(
    "There is no partition 3 of topic orders.",
  );
});

test("a cluster without a controller, or with partitions to come, is not healthy", () => {
  const bare = { ...knownOf(nodesOf(3)), controller: NO_NODE };
  expect(transcript(bare, "health")).toContain("health: critical");
  const unassigned = applyAll(nodesOf(3), {
    kind: "createTopic",
    topic: "t",
    topicId: "1".repeat(32),
    partitionCount: 1,
    replicationFactor: 1,
    assignment: null,
    config: { minInsyncReplicas: 1, replicationMode: "isr", uncleanLeaderElection: false },
  });
  expect(transcript(knownOf(unassigned), "health")).toMatchInlineSnapshot(`
    "health: degraded

    problem          where
    no replicas yet  t-0"
  `);
});

test("a Raft group counts those that are alive, and needs a quorum of them", () => {
  const raft = withTopic(nodesOf(3), "r", 1, 3, { replicationMode: "raft" });
  const state = (metadata: ClusterMetadata): string =>
    /state: (.*)/.exec(transcript(knownOf(metadata), "partition-info r-0"))![1]!;
  expect(state(raft)).toBe("whole");
  expect(state(fence(raft, 3))).toBe("under-replicated");
  expect(state(fence(fence(raft, 3), 1))).toBe("offline");
});
