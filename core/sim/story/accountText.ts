import { partitionKey } from "../../metadata/clusterMetadata.ts";
import { checkHistory, logsOf } from "../historyCheck.ts";
import type { HistoryReport } from "../historyCheck.ts";
import type { History } from "../history.ts";
import { errorName } from "../../wire/index.ts";
import type { World } from "../world.ts";
import { nameOf, namesText } from "./recordsText.ts";

/** What clients were promised, what they got, and what is there: all of the run so far. */
interface Account {
  readonly acknowledged: number;
  /** Records of which their clients know nothing in the end. */
  readonly givenUp: number;
  /** Offsets that consumers have read, each counted once for each group or lone consumer. */
  readonly read: number;
  /** Offsets that somebody has read who is not the first of that group. */
  readonly readAgain: number;
  /** Records that were committed, and are gone with an unclean election. */
  readonly uncleanlyLost: number;
  readonly report: HistoryReport;
}

export function accountOf({ history, processes, losses }: World): Account {
  const { acknowledged, unacknowledged } = history;
  const report = checkHistory(history, logsOf(processes));
  const readings = readOffsets(history);
  const counts = [...readings.values()];
  return {
    acknowledged: acknowledged.length,
    givenUp: unacknowledged.length,
    read: readings.size,
    readAgain: counts.filter((count) => count > 1).length,
    uncleanlyLost: losses.reduce((sum, { records }) => sum + records, 0),
    report,
  };
}

/** How often each record was read, by reader and place. */
function readOffsets({ reads }: History): ReadonlyMap<string, number> {
  return countsOf(
    reads.flatMap(({ client, group, topic, partition, firstOffset, values }) => {
      const at = `${group ?? `c${client}`} ${partitionKey(topic, partition)}`;
      return values.map((_, i) => `${at} ${firstOffset + i}`);
    }),
  );
}

/** The account in one line, and what is wrong with it by name. */
export function accountText(world: World): string {
  const { acknowledged, givenUp, read, readAgain, report } = accountOf(world);
  const again = readAgain === 0 ? "" : ` (${readAgain} of them twice)`;
  const lines = [
    `acknowledged ${acknowledged}, given up ${givenUp}, read ${read}${again}, lost ${report.lost.length}`,
  ];
  if (report.lost.length > 0) {
    lines.push(`lost: ${namesText(report.lost.map(({ key, value }) => nameOf(key, value)))}`);
  }
  for (const { topic, partition, leaderEpoch, records } of world.losses) {
    const key = partitionKey(topic, partition);
    lines.push(
      `the unclean election of epoch ${leaderEpoch} has cost ${key} ${records} ${records === 1 ? "record" : "records"}`,
    );
  }
  for (const { key, value, offsets } of report.duplicates) {
    lines.push(`${value} is in ${key} at offsets ${offsets.join(" and ")}`);
  }
  for (const { client, key, offset, value } of report.unsafeReads) {
    lines.push(
      `c${client} has read ${value} at offset ${offset} of ${key}, which is not there now`,
    );
  }
  return `${lines.join("\n")}\n`;
}

const COUNTED = ["produce", "fetch", "createTopics", "admin"];

/** How often each code came as an answer to what was written, read, made or changed, by its name. */
export function answerCounts({ history }: World): ReadonlyMap<string, number> {
  return countsOf(
    history.requests.flatMap(({ facts, outcome }) => {
      const isCounted = COUNTED.includes(facts.kind) && outcome.kind === "answered";
      return isCounted ? [errorName(outcome.errorCode)] : [];
    }),
  );
}

export function requestCounts({ history }: World): ReadonlyMap<string, number> {
  return countsOf(history.requests.map(({ facts }) => facts.kind));
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
