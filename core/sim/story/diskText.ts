import { unreachable } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import { partitionKey } from "../../metadata/clusterMetadata.ts";
import { recoverWal, segmentOfFileName, snapshotOfFileName } from "../../wal/index.ts";
import type { WalRecord } from "../../wal/index.ts";
import { DISK_FAULTS } from "../diskFaults.ts";
import type { DiskFile, DiskFaults, DiskProbe } from "../diskFaults.ts";
import { voteName } from "./eventText.ts";
import { rangeOf } from "./logText.ts";

/** The files of a disk, what of them is durable, and the log's last `recordCount` records. */
export function diskText(node: NodeId, disk: DiskProbe, recordCount: number): string {
  const files = disk.files.map((file) => `${fileText(file)}\n`).join("");
  const faults = faultsText(disk.faults);
  return (files === "" ? "no files\n" : files) + faults + recordsText(node, disk, recordCount);
}

function fileText({ name, sizeBytes, durableBytes, liedBytes, isNameDurable }: DiskFile): string {
  const durable = durableBytes === sizeBytes ? "all durable" : `${durableBytes} of them durable`;
  const lie = liedBytes === 0 ? "" : `, but its disk lies about the last ${liedBytes} of these`;
  return `${name}  ${sizeBytes} bytes, ${durable}${lie}${isNameDurable ? "" : "; its name is not"}`;
}

function faultsText(faults: DiskFaults): string {
  const on: string[] = DISK_FAULTS.filter((fault) => faults[fault]);
  if (faults.failSync) on.push("the next sync fails");
  if (faults.tear) on.push("the next write tears");
  return on.length === 0 ? "" : `faults: ${on.join(", ")}\n`;
}

function recordsText(node: NodeId, disk: DiskProbe, recordCount: number): string {
  const image = new Map<string, Uint8Array>();
  for (const { name, bytes, sizeBytes } of disk.files)
    image.set(name, bytes.subarray(0, sizeBytes));
  const rows: string[] = [];
  const recovery = recoverWal(image, { node }, ({ sequence, segment, record }) => {
    rows.push(`#${sequence} in segment ${segment}: ${recordText(record)}\n`);
  });
  const last = recordCount === 0 ? [] : rows.slice(-recordCount);
  if (recovery.outcome === "damaged") return `${last.join("")}${recovery.sentence}\n`;
  return `${last.join("")}${recovery.report.sentence}\n`;
}

function recordText(record: WalRecord): string {
  switch (record.kind) {
    case "entry":
      return `entry ${record.index} of term ${record.term}`;
    case "hardState":
      return `term ${record.term}, vote ${voteName(record.vote)}, commit ${record.commit}`;
    case "produce": {
      const { topic, partition, baseOffset, lastOffset } = record;
      return `${partitionKey(topic, partition)} offset ${rangeOf(baseOffset, lastOffset)}`;
    }
    case "truncateReplica":
      return `${partitionKey(record.topic, record.partition)} cut back to ${record.toOffset}`;
    case "openReplica":
      return `${partitionKey(record.topic, record.partition)} begins`;
    case "snapshot": {
      const from = record.installed ? "the leader's" : "its own";
      return `snapshot at ${record.index} of term ${record.term}, ${from}`;
    }
    case "logStart":
      return `the log starts at segment ${record.segment}`;
    default:
      return unreachable(record);
  }
}

/** Where a bit is to flip: a place that is the same whenever the story is told. */
export function placeOnDisk(
  disk: DiskProbe,
  place: "last" | "middle" | "snapshot",
): { readonly file: string; readonly byte: number } | null {
  const numberOf = place === "snapshot" ? snapshotOfFileName : segmentOfFileName;
  const files = disk.files.filter(
    ({ name, sizeBytes }) => numberOf(name) !== null && sizeBytes > 0,
  );
  const file = place === "middle" ? files[0] : files.at(-1);
  if (file === undefined) return null;
  const { name, sizeBytes } = file;
  return { file: name, byte: place === "last" ? sizeBytes - 1 : sizeBytes >>> 1 };
}
