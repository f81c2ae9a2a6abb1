import * as fc from "fast-check";
import { expect, test } from "vitest";
import { utf8Decode } from "../../base/utf8.ts";
import { ErrorCode } from "../../wire/index.ts";
import { join, sync, TestCoordinators } from "./testing/testCoordinators.ts";
import type { AnswerOf, Asked } from "./testing/testCoordinators.ts";

const PARTITIONS = 4;

/** A consumer, as dumb as can be: it asks one thing at a time and believes what it is told. */
interface Client {
  readonly instance: string | null;
  readonly sessionTimeoutMs: number;
  memberId: string;
  generation: number;
  /** The broker that it takes for the coordinator. */
  node: number;
  asked: Asked | null;
  hasJoined: boolean;
  partitions: readonly number[];
  /** What its leader's answer to the last join makes it assign; empty if it does not lead. */
  assignments: Record<string, string>;
}

interface Drama {
  readonly made: TestCoordinators;
  readonly pick: (n: number) => number;
  readonly clients: Client[];
  /** Who was told to own a partition, in which generation. */
  readonly owners: Map<string, string>;
  /** Answered commits: what each partition was at last known to have. */
  readonly committed: number[];
  /** All that was ever sent: what a partition may have. */
  readonly sent: Set<number>[];
  isPeace: boolean;
  synced: number;
  commits: number;
}

/** Who is asked and whom it makes wait is random; leaders are deposed and may not know it. */
test("no partition has two owners in a generation, no commit is lost, nobody waits for ever", () => {
  let synced = 0;
  let commits = 0;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
      const drama = begin(seed);
      for (let at = 0; at < 300; at++) {
        act(drama);
        hear(drama);
      }
      end(drama);
      synced += drama.synced;
      commits += drama.commits;
    }),
    { numRuns: 100, endOnFailure: true },
  );
  expect(synced).toBeGreaterThan(1_000);
  expect(commits).toBeGreaterThan(500);
});

function begin(seed: number): Drama {
  const pick = picker(seed);
  const made = new TestCoordinators(3, pick, pick(2) * 1_000);
  const clients = Array.from({ length: 4 }, (_, at) => newClient(at === 0 ? "i" : null, pick));
  const committed = Array.from({ length: PARTITIONS }, () => -1);
  const sent = committed.map(() => new Set([-1]));
  const counts = { isPeace: false, synced: 0, commits: 0 };
  return { made, pick, clients, owners: new Map(), committed, sent, ...counts };
}

function newClient(instance: string | null, pick: (n: number) => number): Client {
  return {
    instance,
    sessionTimeoutMs: 6_000 + pick(3) * 3_000,
    memberId: "",
    generation: -1,
    node: 1,
    asked: null,
    hasJoined: false,
    partitions: [],
    assignments: {},
  };
}

function act(drama: Drama): void {
  const { made, pick, clients } = drama;
  const what = pick(40);
  if (what === 0) return made.move(1 + pick(3), pick(4), pick(2) === 0);
  if (what === 1) return [1, 2, 3].forEach((id) => made.demote(id));
  if (what === 2) {
    // It is gone without a word; a static one comes back.
    const at = pick(clients.length);
    clients[at] = newClient(clients[at]!.instance, pick);
  } else if (what < 8) {
    made.run(1_000 + pick(3_000), pick(3) > 0);
  } else if (what < 14) {
    made.replicate();
  } else {
    const client = clients[pick(clients.length)]!;
    if (client.asked === null) ask(drama, client);
  }
}

function ask(drama: Drama, client: Client): void {
  const { made, pick } = drama;
  const { memberId, generation, instance: groupInstanceId, node } = client;
  const member = { groupId: "g", generationId: generation, memberId, groupInstanceId };
  const via = { node, apiVersion: 3 + pick(7) };
  if (generation < 0) {
    const { sessionTimeoutMs } = client;
    const timeouts = { sessionTimeoutMs, rebalanceTimeoutMs: 8_000 };
    client.asked = made.ask(join(memberId, { ...timeouts, groupInstanceId }), via);
  } else if (!client.hasJoined) {
    const request = sync(generation, memberId, client.assignments, groupInstanceId);
    client.asked = made.ask(request, via);
  } else if (pick(3) === 0 && client.partitions.length > 0) {
    const partition = client.partitions[pick(client.partitions.length)]!;
    const committedOffset = drama.sent.reduce((sum, { size }) => sum + size, 0);
    drama.sent[partition]!.add(committedOffset);
    const offset = { topic: "orders", partition, committedOffset };
    const partitions = [{ ...offset, committedLeaderEpoch: 0, metadata: null }];
    client.asked = made.ask({ api: "offsetCommit", ...member, partitions }, via);
  } else if (!drama.isPeace && pick(12) === 0) {
    const members = [{ memberId, groupInstanceId, reason: null }];
    client.asked = made.ask({ api: "leaveGroup", groupId: "g", members }, via);
  } else {
    client.asked = made.ask({ api: "heartbeat", ...member }, via);
  }
}

/** Every client takes what it was answered. */
function hear(drama: Drama): void {
  for (const client of drama.clients) {
    const response = client.asked?.response ?? null;
    if (response === null) continue;
    const asked = client.asked!;
    client.asked = null;
    switch (response.api) {
      case "joinGroup":
        joined(drama, client, response);
        break;
      case "syncGroup":
        if (isWell(drama, client, response.errorCode)) {
          client.hasJoined = true;
          own(drama, client, utf8Decode(response.assignment));
        }
        break;
      case "offsetCommit":
        if (isWell(drama, client, response.partitions[0]!.errorCode)) answered(drama, asked);
        break;
      case "leaveGroup":
        Object.assign(client, newClient(client.instance, drama.pick));
        break;
      case "heartbeat":
        isWell(drama, client, response.errorCode);
        break;
      default:
        throw new Error(`nobody has asked for ${response.api}`);
    }
  }
}

/** After an error a consumer looks for the coordinator, joins again, or begins anew. */
function isWell({ made }: Drama, client: Client, errorCode: ErrorCode): boolean {
  const known: readonly ErrorCode[] = [0, 14, 15, 16, 22, 25, 27, 79, 82];
  expect(known).toContain(errorCode);
  if (errorCode === ErrorCode.NONE) return true;
  if (errorCode === ErrorCode.NOT_COORDINATOR) client.node = made.leader;
  if (errorCode === ErrorCode.UNKNOWN_MEMBER_ID || errorCode === ErrorCode.FENCED_INSTANCE_ID) {
    client.memberId = "";
  }
  client.generation = -1;
  client.hasJoined = false;
  client.partitions = [];
  return false;
}

function joined(
  drama: Drama,
  client: Client,
  {
    errorCode,
    memberId,
    generationId,
    members,
    leader,
    skipAssignment,
  }: AnswerOf<ReturnType<typeof join>>,
): void {
  if (errorCode === ErrorCode.MEMBER_ID_REQUIRED) client.memberId = memberId;
  if (!isWell(drama, client, errorCode)) return;
  expect(leader).not.toBe("");
  expect(members.length > 0).toBe(leader === memberId);
  client.memberId = memberId;
  client.generation = generationId;
  client.assignments = {};
  // A leader assigns as it likes: here what it owns differs with the die, so that two would show.
  const turn = drama.pick(PARTITIONS);
  for (const [at, member] of (skipAssignment ? [] : members).entries()) {
    const own = [...Array(PARTITIONS).keys()].filter((p) => (p + turn) % members.length === at);
    client.assignments[member.memberId] = own.join();
  }
}

function own(drama: Drama, client: Client, assigned: string): void {
  drama.synced++;
  client.partitions = assigned === "" ? [] : assigned.split(",").map(Number);
  for (const partition of client.partitions) {
    const key = `${client.generation} ${partition}`;
    // A static member is the same one under each of its ids.
    const name = client.instance ?? client.memberId;
    expect(drama.owners.get(key) ?? name, key).toBe(name);
    drama.owners.set(key, name);
  }
}

function answered(drama: Drama, { request }: Asked): void {
  if (request.api !== "offsetCommit") return;
  const { partition, committedOffset } = request.partitions[0]!;
  drama.committed[partition] = Math.max(drama.committed[partition]!, committedOffset);
  drama.commits++;
  expectKept(drama);
}

/** What the coordinator has of a partition is what was answered last, or what was sent since. */
function expectKept({ made, committed, sent }: Drama): void {
  const partitions = committed.map((_, partition) => ({ topic: "orders", partition }));
  const asked = made.ask({ api: "offsetFetch", groups: [{ groupId: "g", partitions }] });
  const { errorCode, partitions: fetched } = asked.response!.groups[0]!;
  expect(errorCode).toBe(ErrorCode.NONE);
  for (const { partition, committedOffset } of fetched) {
    expect(sent[partition]!.has(committedOffset)).toBe(true);
    expect(committedOffset).toBeGreaterThanOrEqual(committed[partition]!);
  }
}

/** In peace the group becomes stable, with an owner for each partition, and all is answered. */
function end(drama: Drama): void {
  const { made, clients } = drama;
  drama.isPeace = true;
  for (const id of [1, 2, 3]) made.demote(id);
  for (let at = 0; at < 60; at++) {
    made.run(1_000);
    hear(drama);
    for (const client of clients) if (client.asked === null) ask(drama, client);
    hear(drama);
  }
  expect(clients.flatMap(({ partitions }) => partitions).toSorted((a, b) => a - b)).toEqual([
    0, 1, 2, 3,
  ]);
  expectKept(drama);
  made.run(20_000);
  expect(made.waiting).toBe(0);
  made.move(1 + (made.leader % 3));
  expectKept(drama);
}

/** A generator that is good enough to pick disasters. */
function picker(seed: number): (n: number) => number {
  let state = Math.imul(seed, 0x9e3779b1);
  return (n) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x3d4d51cb) | 0;
    return ((state >>> 7) & 0xffffff) % n;
  };
}
