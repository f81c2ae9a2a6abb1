import { NO_NODE } from "../../base/ids.ts";
import { bareKeys, DirectiveError } from "../../raft/conformance/arguments.ts";
import type { Directive } from "../../raft/conformance/dataFile.ts";
import { bestInformed } from "../bestInformed.ts";
import { nodeName } from "../checkers/checker.ts";
import type { World } from "../world.ts";
import { accountOf, answerCounts, requestCounts } from "./accountText.ts";
import { hashOf } from "./clusterText.ts";
import { names } from "./eventText.ts";
import { recordsOf } from "./recordsText.ts";
import { nodeOf } from "./storyArguments.ts";

/** What has happened since the world began. */
interface Tally {
  /** By "n1 isrChanged": how many such events. */
  readonly events: ReadonlyMap<string, number>;
  /** By the name of the error: how many fetches of running consumers were refused with it. */
  readonly refusedFetches: ReadonlyMap<string, number>;
}

/** What can be claimed of a subject, each as a story writes it. */
type Facts = (name: string) => string | null;

/**
 * What must hold at this point of a story, whatever its transcripts say: a claim that does not hold is
 * refused, so that writing the story anew cannot make it true.
 *
 *     claim acknowledged=100 read=100 lost=0         of all clients, as `account` counts
 *     claim answers NOT_ENOUGH_REPLICAS=1            so many answers of that name
 *     claim requests produce=3 metadata=1            so many requests of that kind
 *     claim fetches FENCED_LEADER_EPOCH=1            so many refused fetches of running consumers
 *     claim events n1 replicaTruncated=2             so many events at a node
 *     claim cluster controller=n2 states=1           as the best informed node knows it
 *     claim orders-0 leader=n2 isr=(n2, n3)          of a partition
 *     claim orders-0 n3 end=5 hw=4 holds=(a=1, b=2)  of a replica
 *     claim c3 reads=(0, 1)                          of a running client
 */
export function claim(world: World, tally: Tally, d: Directive): string {
  const factOf = factsOf(world, tally, bareKeys(d));
  const claims = d.args.filter(({ values }) => values.length > 0);
  if (claims.length === 0) throw new DirectiveError("claim takes what is claimed: claim lost=0");
  const said = claims.map(({ key, values }) => {
    const actual = factOf(key);
    if (actual === null) throw new DirectiveError(`nothing is known of ${key} here`);
    const claimed = values.join(" ");
    if (actual !== claimed) {
      throw new DirectiveError(`${key} is ${actual === "" ? "nothing" : actual}, not ${claimed}`);
    }
    return `${key} ${actual === "" ? "nothing" : actual}`;
  });
  return said.join(", ");
}

function factsOf(world: World, tally: Tally, [subject, node]: readonly string[]): Facts {
  switch (subject) {
    case undefined:
      return accountFacts(world);
    case "answers":
      return countsFacts(answerCounts(world));
    case "requests":
      return countsFacts(requestCounts(world));
    case "fetches":
      return countsFacts(tally.refusedFetches);
    case "events":
      return (name) => String(tally.events.get(`${node} ${name}`) ?? 0);
    case "cluster":
      return clusterFacts(world);
    default:
      if (/^c\d+$/.test(subject)) return clientFacts(world, subject);
      return node === undefined
        ? partitionFacts(world, subject)
        : replicaFacts(world, subject, node);
  }
}

function countsFacts(counts: ReadonlyMap<string, number>): Facts {
  return (name) => String(counts.get(name) ?? 0);
}

function accountFacts(world: World): Facts {
  const { report, ...counts } = accountOf(world);
  return (name) => {
    for (const [key, count] of Object.entries(counts)) if (key === name) return String(count);
    for (const [key, list] of Object.entries(report)) if (key === name) return String(list.length);
    return null;
  };
}

function clusterFacts({ processes }: World): Facts {
  const known = bestInformed(processes);
  if (known === null) throw new DirectiveError("no node runs that could tell");
  return (name) => {
    switch (name) {
      case "controller": {
        const leader = known.raft?.status().lead ?? NO_NODE;
        return leader === NO_NODE ? "none" : nodeName(leader);
      }
      case "voters":
        return names(known.raft?.status().confState.voters ?? []);
      case "topics":
        return [...known.metadata.topics.keys()].join(" ");
      case "partitions":
        return String(known.metadata.partitions.size);
      case "states": {
        const running = processes.filter(({ state }) => state === "running");
        return String(new Set(running.map(({ broker }) => hashOf(broker!.metadata))).size);
      }
      default:
        return null;
    }
  };
}

function partitionFacts({ processes }: World, key: string): Facts {
  const partition = bestInformed(processes)?.metadata.partitions.get(key);
  if (partition === undefined) throw new DirectiveError(`there is no partition ${key}`);
  return (name) => {
    switch (name) {
      case "leader":
        return partition.leader === NO_NODE ? "none" : nodeName(partition.leader);
      case "epoch":
        return String(partition.leaderEpoch);
      case "isr":
        return names(partition.isr);
      case "replicas":
        return names(partition.replicas);
      default:
        return null;
    }
  };
}

function replicaFacts({ processes }: World, key: string, node: string): Facts {
  const process = processes.find((each) => each.node === nodeOf(node));
  const log = (process?.broker ?? process?.remains)?.replicas.get(key);
  return (name) => {
    if (name === "state") return log === undefined ? "none" : "held";
    if (log === undefined) throw new DirectiveError(`${node} holds nothing of ${key}`);
    switch (name) {
      case "end":
        return String(log.logEndOffset);
      case "hw":
        return String(log.highWatermark);
      case "holds":
        return recordsOf(log)
          .map((record) => record.name)
          .join(" ");
      default:
        return null;
    }
  };
}

function clientFacts({ clients }: World, name: string): Facts {
  const probe = clients.find(({ client }) => `c${client}` === name);
  if (probe === undefined || probe.kind === "person") {
    throw new DirectiveError(`${name} is not running`);
  }
  return (fact) => {
    if (fact === "reads" && probe.kind === "consumer") {
      return probe.assigned.map(({ partition }) => partition).join(" ");
    }
    const value = Object.entries(probe).find(([key]) => key === fact)?.[1];
    return typeof value === "number" || typeof value === "string" ? String(value) : null;
  };
}
