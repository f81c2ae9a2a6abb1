/** What a cluster must do for clients that ask for what is right, whatever others have sent. */
import { utf8Encode } from "../../core/base/utf8.ts";
import { offset } from "../../core/base/ids.ts";
import type { Broker } from "../../core/broker/index.ts";
import { encodeRecordBatch, encodeRequest, NO_TOPIC_ID } from "../../core/wire/index.ts";
import type { ClientRequest, RequestOf, ResponseOf } from "../../core/wire/index.ts";
import { API_VERSIONS } from "../../core/wire/index.ts";
import type { FuzzedBrokers } from "./brokers.ts";
import type { Clients } from "./clients.ts";

type Api = ClientRequest["api"];

const RECORDS = encodeRecordBatch({
  baseOffset: 0,
  leaderEpoch: -1,
  firstTimestampMs: 1_000,
  records: [{ key: null, value: utf8Encode("valid") }],
});
const NAMED_FETCH_VERSION = 12;
const GROUP = "valid";

/** The cluster stands, and has the topics that the samples speak of. */
export function prepare(brokers: FuzzedBrokers, clients: Clients): void {
  const { length } = brokers.brokers;
  brokers.runUntil(() => {
    const { controller } = brokers;
    return controller !== undefined && controller.metadata.nodes.size === length;
  });
  createTopic(brokers, clients, "orders", "isr");
  createTopic(brokers, clients, "events", length === 1 ? "isr" : "raft");
  for (const broker of brokers.brokers) coordinatorOf(brokers, clients, broker);
}

/** @throws Error when a valid request is refused, or not answered. */
export function expectService(brokers: FuzzedBrokers, clients: Clients): void {
  const topic = "after-all";
  createTopic(brokers, clients, topic, "isr");
  for (const name of ["orders", "events", topic]) expectRecords(brokers, clients, name);
  for (const broker of brokers.brokers) {
    const { topics } = ask(brokers, clients, broker, {
      api: "metadata",
      topics: [{ topic, topicId: NO_TOPIC_ID }],
      allowAutoTopicCreation: false,
    });
    expectNone(topics[0]?.errorCode, "metadata");
    const unnamed = { clientSoftwareName: "valid", clientSoftwareVersion: "1" };
    expectNone(
      ask(brokers, clients, broker, { api: "apiVersions", ...unnamed }).errorCode,
      "apiVersions",
    );
    const { errorCode } = ask(brokers, clients, broker, {
      api: "initProducerId",
      transactionalId: null,
      transactionTimeoutMs: 1_000,
      producerId: -1,
      producerEpoch: -1,
    });
    expectNone(errorCode, "initProducerId");
  }
  expectGroup(brokers, clients, topic);
}

/** What is written to a partition is read from it. */
function expectRecords(brokers: FuzzedBrokers, clients: Clients, topic: string): void {
  const leader = untilNone(
    brokers,
    () => {
      for (const broker of brokers.brokers) {
        const { partitions } = ask(brokers, clients, broker, {
          api: "produce",
          transactionalId: null,
          acks: -1,
          timeoutMs: 5_000,
          partitions: [{ topic, partition: 0, records: RECORDS }],
        });
        const { errorCode, baseOffset } = partitions[0]!;
        if (errorCode === 0) return { broker, baseOffset };
      }
      return null;
    },
    `a produce to ${topic}`,
  );
  const place = { topic, partition: 0, currentLeaderEpoch: -1 } as const;
  const { broker, baseOffset } = leader;
  const { partitions } = ask(brokers, clients, broker, {
    api: "fetch",
    replicaId: -1,
    replicaEpoch: -1,
    maxWaitMs: 1_000,
    minBytes: 1,
    maxBytes: 10_000,
    partitions: [
      {
        ...place,
        topicId: NO_TOPIC_ID,
        fetchOffset: offset(baseOffset),
        lastFetchedEpoch: -1,
        maxBytes: 10_000,
      },
    ],
  });
  expectNone(partitions[0]?.errorCode, "fetch");
  if (partitions[0]?.records.length !== RECORDS.length) throw new Error("the record is not there");
  const ends = ask(brokers, clients, broker, {
    api: "listOffsets",
    replicaId: -1,
    partitions: [{ ...place, timestampMs: -1 }],
  });
  expectNone(ends.partitions[0]?.errorCode, "listOffsets");
}

function expectGroup(brokers: FuzzedBrokers, clients: Clients, topic: string): void {
  const coordinator = coordinatorOf(brokers, clients, brokers.brokers[0]!);
  const partition = { topic, partition: 0 };
  const committed = { committedOffset: 1, committedLeaderEpoch: -1, metadata: null };
  const { partitions } = ask(brokers, clients, coordinator, {
    api: "offsetCommit",
    groupId: GROUP,
    generationId: -1,
    memberId: "",
    groupInstanceId: null,
    partitions: [{ ...partition, ...committed }],
  });
  expectNone(partitions[0]?.errorCode, "offsetCommit");
  const { groups } = ask(brokers, clients, coordinator, {
    api: "offsetFetch",
    groups: [{ groupId: GROUP, partitions: [partition] }],
  });
  if (groups[0]?.partitions[0]?.committedOffset !== 1) throw new Error("the commit is not there");
}

/** The broker that coordinates the group of the valid, once the topic for that is there. */
function coordinatorOf(brokers: FuzzedBrokers, clients: Clients, asked: Broker): Broker {
  return untilNone(
    brokers,
    () => {
      const request = { api: "findCoordinator", keyType: 0, keys: [GROUP] } as const;
      const [found] = ask(brokers, clients, asked, request).coordinators;
      if (found?.errorCode !== 0) return null;
      return brokers.brokers.find(({ id }) => id === found.nodeId) ?? null;
    },
    "findCoordinator",
  );
}

function createTopic(
  brokers: FuzzedBrokers,
  clients: Clients,
  topic: string,
  mode: "isr" | "raft",
): void {
  untilNone(
    brokers,
    () => {
      const { controller } = brokers;
      if (controller === undefined) return null;
      const { topics } = ask(brokers, clients, controller, {
        api: "createTopics",
        topics: [
          {
            topic,
            partitionCount: 3,
            replicationFactor: -1,
            assignments: [],
            configs: [{ name: "replication.mode", value: mode }],
          },
        ],
        timeoutMs: 10_000,
        validateOnly: false,
      });
      return topics[0]?.errorCode === 0 ? true : null;
    },
    "createTopics",
  );
}

/** Asks and waits, in the highest version; but Fetch in the last one with names. */
function ask<A extends Api>(
  brokers: FuzzedBrokers,
  clients: Clients,
  broker: Broker,
  request: RequestOf<A> & { readonly api: A },
): ResponseOf<A> {
  const { api } = request;
  const { maxVersion } = API_VERSIONS.find((range) => range.api === api)!;
  const apiVersion = api === "fetch" ? NAMED_FETCH_VERSION : maxVersion;
  const frame = encodeRequest(request, { apiVersion, correlationId: 1, clientId: "valid" });
  const connection = clients.connectAnew(broker);
  clients.lastAnswer = null;
  clients.sending(connection, frame);
  brokers.step(broker, { kind: "clientFrame", connection, frame });
  brokers.runUntil(() => clients.lastAnswer?.id === connection);
  clients.close(connection);
  brokers.step(broker, { kind: "clientDisconnected", connection });
  return clients.lastAnswer!.response as ResponseOf<A>;
}

function untilNone<Found>(
  brokers: FuzzedBrokers,
  attempt: () => Found | null,
  what: string,
): Found {
  for (let left = 50; left > 0; left--) {
    const found = attempt();
    if (found !== null) return found;
    for (let ticks = 0; ticks < 5; ticks++) brokers.tick();
  }
  throw new Error(`${what} is refused again and again`);
}

function expectNone(errorCode: number | undefined, what: string): void {
  if (errorCode !== 0) throw new Error(`${what} is answered with error ${errorCode}`);
}
