import type { WalDamaged } from "./recoverWal.ts";

/** What recovery says to people. */
export function recoveredSentence(
  recordCount: number,
  segmentCount: number,
  cutBytes: number,
): string {
  if (segmentCount === 0) return "There is no log on this disk yet.";
  const found = `Recovered ${counted(recordCount, "record")} from ${counted(segmentCount, "segment")}`;
  if (cutBytes === 0) return `${found}; the log ends cleanly.`;
  return `${found}; cut off a torn tail of ${counted(cutBytes, "byte")} that no sync had covered.`;
}

export function damagedSentence(
  damage: Omit<WalDamaged, "outcome" | "sentence">,
  what: string,
): string {
  const { segment, recordNumber, position, reason, validRecordsAfter } = damage;
  const record = recordNumber === null ? "" : `, record ${recordNumber} (byte ${position})`;
  const mark =
    reason === "durableRecordUnreadable" ? ", and a later record says that it was durable" : "";
  return (
    `Segment ${segment}${record}: ${what}${mark}; ${follow(validRecordsAfter)}. ` +
    "This node does not serve or vote until it is repaired."
  );
}

function follow(validRecords: number): string {
  if (validRecords === 0) return "no valid record follows";
  return `${counted(validRecords, "valid record")} ${validRecords === 1 ? "follows" : "follow"}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
