/* What recovery has found, as values and for people. */

export interface WalReport {
  readonly recordCount: number;
  readonly segmentCount: number;
  /** Size of the torn tail; 0 when the log ended cleanly. */
  readonly cutBytes: number;
  /** What was found, for people. */
  readonly sentence: string;
}

/** The log must not be served from: something that may have been promised is not readable. */
export interface WalDamaged {
  readonly outcome: "damaged";
  readonly segment: number;
  /** The sequence that the unreadable record should have; null when it is about the segment. */
  readonly recordNumber: number | null;
  readonly position: number;
  readonly reason: WalDamageReason;
  /** How many records behind that place can be read. */
  readonly validRecordsAfter: number;
  /** What was found and what follows from it, for people. */
  readonly sentence: string;
}

export type WalDamageReason =
  /** A later record says that the unreadable one had reached the disk. */
  | "durableRecordUnreadable"
  /** It does not look like a write that was interrupted. */
  | "recordUnreadable"
  | "earlierSegmentUnreadable"
  | "segmentMissing"
  | "segmentHeaderWrong"
  /** The log was written by another node. */
  | "otherNodesDisk"
  /** The bytes are as they were written, but do not fit together. */
  | "recordWrong";

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
