import type { NodeId } from "../../base/ids.ts";
import type { BrokerEvent } from "../../broker/event.ts";
import { nodeName } from "../checkers/checker.ts";
import type { Happening, WorldEvent } from "../worldEvent.ts";

/**
 * What an event says in any story: who leads the cluster, what was stored, lost, cut and repaired. Null
 * for the traffic of requests and messages, and for what every follower repeats.
 */
export function eventText({ event }: WorldEvent): string | null {
  return happeningText(event) ?? storageText(event) ?? membershipText(event);
}

type Event = BrokerEvent | Happening;

function happeningText(event: Event): string | null {
  switch (event.kind) {
    case "processStarted":
      return event.incarnation === 1 ? null : `starts, for the ${ordinal(event.incarnation)} time`;
    case "powerLost": {
      const when = event.writeInterrupted ? " in the middle of a write" : "";
      const loss = `${event.lostBytes} unsynced bytes are lost, ${event.keptBytes} stay`;
      return `loses power${when}: ${loss}`;
    }
    case "writeTorn":
      return `a write to ${event.file} tears: ${event.keptBytes} bytes stay, ${event.lostBytes} are lost`;
    case "syncFailed":
      return "a sync fails";
    case "syncLied":
      return "a sync says that it is done, and has done nothing";
    case "bitFlipped":
      return `bit ${event.bit} of byte ${event.byte} of ${event.file} flips`;
    case "diskWiped":
      return `its disk is wiped, and is of generation ${event.generation} now`;
    case "actionRefused":
      return `${event.action.kind} is refused: ${event.message}`;
    case "ruleBroken":
      return `"${event.violation.rule}" is broken: ${event.violation.text}`;
    default:
      return null;
  }
}

function storageText(event: Event): string | null {
  switch (event.kind) {
    case "recovered": {
      const { term, vote, commit, snapshotIndex, entryCount } = event;
      const log = `${entryCount} entries${snapshotIndex > 0 ? ` after snapshot ${snapshotIndex}` : ""}`;
      const tail =
        event.cutBytes > 0
          ? `; cuts off a torn tail of ${event.cutBytes} ${event.cutBytes === 1 ? "byte" : "bytes"}`
          : "";
      const ignored = event.ignored.map(({ file, reason }) => `; ignores ${file}: ${reason}`);
      return `has term ${term}, vote ${voteName(vote)}, commit ${commit}, ${log}${tail}${ignored.join("")}`;
    }
    // Also that of damage, which is its own event, and tells the same.
    case "stopped":
      return `stops: ${event.reason}`;
    case "logTruncated":
      return `cuts entries ${event.fromIndex} to ${event.toIndex} off its log`;
    case "replicaTruncated": {
      const { topic, partition, fromOffset, toOffset, committedCount } = event;
      const loss = committedCount === 0 ? "" : `: ${committedCount} of these were committed`;
      return `cuts ${topic}-${partition} from offset ${fromOffset} back to ${toOffset}${loss}`;
    }
    case "snapshotTaken":
      return `has taken a snapshot at ${event.index} of term ${event.term}`;
    case "snapshotInstalled":
      return `installs the snapshot at ${event.index} of term ${event.term} from ${nodeName(event.from)}`;
    case "snapshotSent":
      return `sends ${nodeName(event.to)} the snapshot at ${event.index}`;
    case "snapshotSendFailed":
      return `gives up sending ${nodeName(event.to)} a snapshot`;
    case "segmentStarted":
      return `starts segment ${event.segment}`;
    case "segmentsRemoved":
      return `removes segments ${event.from} to ${event.to}`;
    case "diskFull":
      return "finds its disk full";
    case "diskSpaceReturned":
      return "finds space on its disk again";
    default:
      return null;
  }
}

function membershipText(event: Event): string | null {
  switch (event.kind) {
    case "roleChanged":
      if (event.to === "leader") return `leads term ${event.term}`;
      return event.from === "leader" ? `leads no more: ${CAUSES[event.cause]}` : null;
    case "joinAsked":
      return `asks to join with a disk of generation ${event.generation}`;
    case "membershipChanged": {
      const learners = event.learners.length === 0 ? "" : `, learners ${names(event.learners)}`;
      return `acts on voters ${names(event.voters)}${learners}`;
    }
    default:
      return null;
  }
}

const CAUSES: Readonly<Record<Extract<BrokerEvent, { kind: "roleChanged" }>["cause"], string>> = {
  electionTimeout: "its election timer ran out",
  askedToTimeOut: "it was asked to time out",
  preVoteWon: "it has won a pre-election",
  electionWon: "it has won an election",
  electionLost: "it has lost an election",
  higherTerm: "there is a higher term",
  leaderFound: "it has found a leader",
  quorumLost: "it has lost its quorum",
};

export const names = (nodes: readonly NodeId[]): string => nodes.map(nodeName).join(" ");

export const voteName = (vote: NodeId): string => (vote === 0 ? "none" : nodeName(vote));

function ordinal(n: number): string {
  return ["first", "second", "third"][n - 1] ?? `${n}th`;
}
