import type { WalRecord } from "../wal/index.ts";
import { entryText } from "./commandText.ts";
import { nodeName } from "./richText.ts";
import type { Readers } from "./source.ts";
import { partitionName } from "./story.ts";

/** What a record of the log says, on one line. */
export function recordText(
  record: WalRecord,
  group: number,
  decodeCommand: Readers["decodeCommand"],
): string {
  switch (record.kind) {
    case "entry": {
      const { index, term, entryType, data } = record;
      // Only the entries of the metadata log hold commands; those of a partition hold its records.
      if (group > 0) return `entry ${index} of term ${term} of the partition with group ${group}`;
      const decoded = data.length === 0 ? null : decodeCommand(data);
      const command = decoded?.ok === true ? decoded.command : null;
      return `entry ${index} of term ${term}: ${entryText({ type: entryType }, command)}`;
    }
    case "hardState": {
      const vote = record.vote === 0 ? "no vote" : `vote ${nodeName(record.vote)}`;
      return `term ${record.term}, ${vote}, commit ${record.commit}`;
    }
    case "produce": {
      const { baseOffset, lastOffset } = record;
      const place = partitionName(record.topic, record.partition);
      return baseOffset === lastOffset
        ? `${place}, offset ${baseOffset}`
        : `${place}, offsets ${baseOffset} to ${lastOffset}`;
    }
    case "truncateReplica": {
      const place = partitionName(record.topic, record.partition);
      return `${place} is cut back to offset ${record.toOffset}`;
    }
    case "openReplica":
      return `${partitionName(record.topic, record.partition)} begins, of topic id ${record.topicId}`;
    case "snapshot":
      return record.installed
        ? `snapshot up to entry ${record.index}, from the leader`
        : `snapshot up to entry ${record.index}, taken here`;
    case "logStart":
      return `the log begins with segment ${record.segment}`;
  }
}
