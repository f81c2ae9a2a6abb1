/** Requests that a broker has much to do with: well formed, and wrong in what they say. */
import { leaderEpoch, nodeId, offset } from "../../core/base/ids.ts";
import type { Offset } from "../../core/base/ids.ts";
import { utf8Encode } from "../../core/base/utf8.ts";
import type { Chance } from "../../core/sim/chance.ts";
import {
  API_VERSIONS,
  encodeRecordBatch,
  encodeRequest,
  NO_TOPIC_ID,
} from "../../core/wire/index.ts";
import type { ClientApi, ClientRequest, FetchRequest } from "../../core/wire/index.ts";
import { COMPRESSED_BATCHES, withRightChecksum } from "../../core/wire/testing/compressed.ts";
import { pick } from "../../core/wire/testing/mutation.ts";

/** What the clients of a round have been told, so that some of what they say is true. */
export interface Known {
  readonly members: KnownMember[];
  readonly topicIds: string[];
}

interface KnownMember {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationId: number;
}

type GroupApi = (typeof GROUP_APIS)[number];

/** As long as a name can be in a version whose strings have lengths of 16 bits. */
const LONG_NAME = "n".repeat(32_767);
const LONG_NAME_EVERY = 40;
const TOPICS = ["orders", "orders", "events", "events", "nothing", "__consumer_offsets", "größe"];
const NEW_TOPICS = ["orders", "made-1", "made-2", "made.3", "made_4", "no name", ""];
const GROUPS = ["readers", "readers", "readers", "readers", "writers", ""];
const INSTANCES = ["seat-1", "seat-1", "seat-2", ""];
const GROUP_APIS = [
  "joinGroup",
  "syncGroup",
  "heartbeat",
  "leaveGroup",
  "offsetCommit",
  "offsetFetch",
] as const satisfies readonly ClientApi[];
const CONSUMERS = ["consumer", "consumer", "consumer", "consumer", "consumer", "consumer"];
const PROTOCOLS = ["range", "range", "sticky", ""];
const NUMBERS = [-1, 0, 1, 2, 3, 100, 10_000, 0x7fff_ffff, -0x8000_0000];
const PARTITIONS = [0, 0, 0, 1, 2, 5, -1, 6, 0x7fff_ffff, -0x8000_0000];
const OFFSETS = [0, 0, 1, 3, 40, 2 ** 40, Number.MAX_SAFE_INTEGER, -1, -2].map((at) => offset(at));
const EPOCHS = [-1, -1, -1, 0, 1, 2, 77].map((epoch) => leaderEpoch(epoch));
const TIMEOUTS_MS = [-1, 0, 0, 100, 500, 30_000, 0x7fff_ffff];
const RANGE = { name: "range", metadata: utf8Encode("orders") };
const SESSION_TIMEOUTS_MS = [
  6_000, 6_000, 45_000, 45_000, 45_000, 45_000, 45_000, 45_000, 1_800_000, 0, -1, 0x7fff_ffff,
];
const TIMESTAMPS_MS = [-5, -4, -3, -2, -1, 0, 1_000, 1_700_000_000_001, Number.MAX_SAFE_INTEGER];
const CONFIGS = [
  { name: "min.insync.replicas", value: "2" },
  { name: "min.insync.replicas", value: "none" },
  { name: "replication.mode", value: "raft" },
  { name: "unclean.leader.election.enable", value: "true" },
  { name: "cleanup.policy", value: null },
];

/** A well-formed frame in any of its versions. */
export function anyQuestion(chance: Chance, known: Known): Uint8Array {
  const { api, minVersion, maxVersion } = pick(chance, API_VERSIONS);
  const apiVersion = chance.between(minVersion, maxVersion);
  const clientId = pick(chance, ["fuzz", "fuzz", null, ""]);
  const correlationId = chance.below(0x7fff_ffff);
  const request = new Questions(chance, known, apiVersion).ask(api);
  return encodeRequest(request, { apiVersion, correlationId, clientId });
}

class Questions {
  readonly #chance: Chance;
  readonly #known: Known;
  readonly #version: number;

  constructor(chance: Chance, known: Known, version: number) {
    this.#chance = chance;
    this.#known = known;
    this.#version = version;
  }

  ask(api: ClientApi): ClientRequest {
    switch (api) {
      case "produce":
        return this.#produce();
      case "fetch":
        return this.#fetch();
      case "listOffsets":
        return {
          api,
          replicaId: this.#of([-1, -1, nodeId(2)]),
          partitions: this.#some(3, () => ({
            ...this.#partition(),
            currentLeaderEpoch: this.#of(EPOCHS),
            timestampMs: this.#of(TIMESTAMPS_MS),
          })),
        };
      case "metadata":
        return {
          api,
          topics: this.#of([
            null,
            this.#some(3, () => ({ topic: this.#name(TOPICS), topicId: this.#topicId() })),
          ]),
          allowAutoTopicCreation: this.#maybe(),
        };
      case "findCoordinator": {
        const keys = this.#version < 4 ? [this.#group()] : this.#some(3, () => this.#group());
        return { api, keyType: this.#of([0, 0, 0, 1, -1]), keys };
      }
      case "createTopics":
        return this.#createTopics();
      case "apiVersions":
        return { api, clientSoftwareName: "fuzz", clientSoftwareVersion: "1" };
      case "initProducerId": {
        const ids = { producerId: this.#of(NUMBERS), producerEpoch: this.#of([-1, 0, 0x7fff]) };
        const transactionalId = this.#of([null, null, null, "tx"]);
        return { api, transactionalId, transactionTimeoutMs: this.#of(TIMEOUTS_MS), ...ids };
      }
      default:
        return this.#askOfGroup(api);
    }
  }

  #askOfGroup(api: GroupApi): ClientRequest {
    const { groupId, generationId, ...member } = this.#member(api === "leaveGroup" ? 8 : 1);
    const { groupInstanceId } = member;
    const protocolType = this.#name([...CONSUMERS, "connect", ""]);
    switch (api) {
      case "joinGroup": {
        const more = this.#some(2, () => ({
          name: this.#name(PROTOCOLS),
          metadata: utf8Encode(this.#of(["orders", "", "events"])),
        }));
        const protocols = this.#of([[RANGE, ...more], [RANGE, ...more], more]);
        const sessionTimeoutMs = this.#of(SESSION_TIMEOUTS_MS);
        const rebalanceTimeoutMs = this.#of(TIMEOUTS_MS);
        const timeouts = { sessionTimeoutMs, rebalanceTimeoutMs, reason: this.#of([null, "why"]) };
        return { api, groupId, ...member, ...timeouts, protocolType, protocols };
      }
      case "syncGroup": {
        const assignments = this.#some(3, () => ({
          memberId: this.#memberId(),
          assignment: utf8Encode("orders 0"),
        }));
        const protocolName = this.#of([null, this.#name(PROTOCOLS)]);
        return { api, groupId, generationId, ...member, protocolType, protocolName, assignments };
      }
      case "heartbeat":
        return { api, groupId, generationId, ...member };
      case "leaveGroup": {
        const reason = this.#of([null, this.#name([""])]);
        const more = this.#some(2, () => ({ memberId: this.#memberId(), groupInstanceId, reason }));
        return {
          api,
          groupId,
          members: [{ ...member, reason }, ...(this.#version < 3 ? [] : more)],
        };
      }
      case "offsetCommit": {
        const partitions = this.#some(3, () => ({
          ...this.#partition(),
          committedOffset: this.#of(OFFSETS),
          committedLeaderEpoch: this.#of(EPOCHS),
          metadata: this.#of([null, this.#name(["", "half"])]),
        }));
        return { api, groupId, generationId, ...member, partitions };
      }
      case "offsetFetch": {
        const group = () => ({
          groupId: this.#group(),
          partitions:
            this.#version >= 2 && this.#maybe() ? null : this.#some(3, () => this.#partition()),
        });
        return { api, groups: this.#version < 8 ? [group()] : this.#some(3, group) };
      }
    }
  }

  #produce(): ClientRequest {
    const partitions = this.#some(3, () => ({ ...this.#partition(), records: this.#records() }));
    const transactionalId = this.#of([null, null, null, null, null, "tx"]);
    const acks = this.#of([-1, -1, 1, 1, 0, 2]);
    return { api: "produce", transactionalId, acks, timeoutMs: this.#of(TIMEOUTS_MS), partitions };
  }

  #fetch(): FetchRequest {
    return {
      api: "fetch",
      replicaId: -1,
      replicaEpoch: -1,
      maxWaitMs: this.#of(TIMEOUTS_MS),
      minBytes: this.#of(NUMBERS),
      maxBytes: this.#of(NUMBERS),
      partitions: this.#some(3, () => ({
        ...this.#partition(),
        topicId: this.#topicId(),
        fetchOffset: this.#of<Offset>(OFFSETS),
        currentLeaderEpoch: this.#of(EPOCHS),
        lastFetchedEpoch: this.#of(EPOCHS),
        maxBytes: this.#of(NUMBERS),
      })),
    };
  }

  #createTopics(): ClientRequest {
    const topics = this.#some(3, () => ({
      topic: this.#name(NEW_TOPICS),
      partitionCount: this.#of([-1, -1, 1, 4, 0, 2_001, -2]),
      replicationFactor: this.#of([-1, -1, 1, 3, 0, 0x7fff]),
      assignments: this.#of([
        [],
        [],
        this.#some(3, () => ({
          partition: this.#of(PARTITIONS),
          brokerIds: this.#some(3, () => nodeId(this.#of([1, 2, 3, 4, 0x7fff_ffff]))),
        })),
      ]),
      configs: this.#of([[], [], this.#some(2, () => this.#config())]),
    }));
    const timeoutMs = this.#of(TIMEOUTS_MS);
    return { api: "createTopics", topics, timeoutMs, validateOnly: this.#maybe() };
  }

  /** Batches that are right, that a producer has numbered, and that lie behind a right checksum. */
  #records(): Uint8Array | null {
    const chance = this.#chance;
    if (chance.below(12) === 0) return this.#of([null, new Uint8Array(0), new Uint8Array(61)]);
    if (chance.below(8) === 0) return this.#of(COMPRESSED_BATCHES);
    const isNumbered = this.#maybe();
    const batch = encodeRecordBatch({
      baseOffset: 0,
      leaderEpoch: -1,
      firstTimestampMs: this.#of([-1, 0, 1_700_000_000_000]),
      producerId: isNumbered ? this.#of([0, 1, 2, 1_000]) : -1,
      producerEpoch: isNumbered ? this.#of([0, 0, 1, 0x7fff]) : -1,
      baseSequence: isNumbered ? this.#of([0, 1, 2, 3, 0x7fff_ffff]) : -1,
      records: Array.from({ length: 1 + chance.below(4) }, () => {
        return { key: null, value: new Uint8Array(this.#of([0, 10, 200])) };
      }),
    });
    if (chance.below(6) === 0) {
      batch[chance.below(batch.length)]! ^= 1 << chance.below(8);
      withRightChecksum(batch);
    }
    return batch;
  }

  #partition(): { readonly topic: string; readonly partition: number } {
    return { topic: this.#name(TOPICS), partition: this.#of(PARTITIONS) };
  }

  #topicId(): string {
    return this.#of([NO_TOPIC_ID, "f".repeat(32), ...this.#known.topicIds]);
  }

  #group(): string {
    return this.#name(GROUPS);
  }

  /** Mostly, or more rarely, one that is in a group, or may join it. */
  #member(rarity: number): KnownMember {
    const { members } = this.#known;
    if (members.length > 0 && this.#chance.below(3 + rarity) > rarity) return this.#of(members);
    return {
      groupId: this.#group(),
      memberId: this.#memberId(),
      groupInstanceId: this.#maybe() ? null : this.#name(INSTANCES),
      generationId: this.#of([-1, 1, 2, 7]),
    };
  }

  #memberId(): string {
    const known = this.#known.members.map(({ memberId }) => memberId);
    return this.#name(["", "", "", "somebody", ...known]);
  }

  #config(): { readonly name: string; readonly value: string | null } {
    const { name, value } = this.#of(CONFIGS);
    return { name: this.#name([name]), value: value && this.#name([value]) };
  }

  #name(names: readonly string[]): string {
    return this.#chance.below(LONG_NAME_EVERY) === 0 ? LONG_NAME : this.#of(names);
  }

  #maybe(): boolean {
    return this.#chance.below(2) === 0;
  }

  #of<Item>(items: readonly Item[]): Item {
    return pick(this.#chance, items);
  }

  #some<Item>(most: number, make: () => Item): Item[] {
    return Array.from({ length: this.#chance.below(most + 1) }, make);
  }
}
