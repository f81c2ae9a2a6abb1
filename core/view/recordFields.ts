import { utf8Decode, utf8Encode } from "../base/index.ts";
import type { FormatVersion, SegmentHeader, WalRecord } from "../wal/index.ts";
import { nodeName } from "./richText.ts";
import type { RecordReader } from "./recordReader.ts";
import type { FoundRecord } from "./segmentScan.ts";
import type { DiskFieldView } from "./view.ts";

type Role = DiskFieldView["role"];

/** Lays fields out one behind the other; the format itself is told in `core/wal`. */
class Layout {
  readonly fields: DiskFieldView[] = [];
  readonly #bytes: Uint8Array;
  #position = 0;

  /** `bytes` are those of the item, from its start on. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  add(name: string, sizeBytes: number, value: string | number, role: Role = "frame"): void {
    if (sizeBytes > 0) {
      this.fields.push({ name, position: this.#position, sizeBytes, value: String(value), role });
    }
    this.#position += sizeBytes;
  }

  /** Little endian, as all numbers of the log. */
  checksum(name: string): void {
    const at = this.#position;
    const digits = this.#bytes.slice(at, at + 4).reverse();
    this.add(name, 4, hexOf(digits), "checksum");
  }
}

/** Two digits a byte. */
export function hexOf(bytes: Uint8Array): string {
  // Joined, it is one piece. Added up byte by byte, engines keep every step of the way.
  return Array.from(bytes, (byte) => HEX[byte]).join("");
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** What the bytes at the head of a segment mean. */
export function segmentHeaderFields(
  bytes: Uint8Array,
  header: SegmentHeader,
): readonly DiskFieldView[] {
  const layout = new Layout(bytes);
  layout.add("magic", 4, utf8Decode(bytes.subarray(0, 4)));
  layout.add("version", 4, header.version);
  layout.add("segment", 8, header.segment);
  layout.add("predecessor", 8, header.predecessor === 0 ? "none" : header.predecessor);
  layout.add("first sequence", 8, header.firstSequence);
  if (header.owner !== null) {
    layout.add("node", 4, nodeName(header.owner.node));
    layout.add("generation", 4, header.owner.generation);
  }
  layout.checksum("header crc");
  return layout.fields;
}

/** What the bytes of a record mean: those of its header, then those of its payload. */
export function recordFields(
  bytes: Uint8Array,
  found: FoundRecord,
  batches: RecordReader,
): readonly DiskFieldView[] {
  const { header, record, version } = found;
  const layout = new Layout(bytes);
  if (version === 1) layout.add("payload length", 4, header.payloadBytes);
  layout.add("kind", 1, record.kind);
  if (version !== 1) layout.add("payload length", 4, header.payloadBytes);
  layout.add("group", 4, header.group);
  layout.add("sequence", 8, header.sequence);
  layout.add("durable before", 8, header.durableBefore);
  layout.checksum("payload crc");
  layout.checksum("header crc");
  addPayload(layout, record, version, batches);
  if (version !== 1) layout.add("end mark", 1, "ee");
  return layout.fields;
}

function addPayload(
  layout: Layout,
  record: WalRecord,
  version: FormatVersion,
  batches: RecordReader,
): void {
  switch (record.kind) {
    case "entry":
      return addEntry(layout, record, version);
    case "hardState":
      layout.add("term", 8, record.term, "term");
      layout.add("vote", 8, record.vote === 0 ? "nobody" : nodeName(record.vote), "vote");
      layout.add("commit", 8, record.commit, "raft");
      return;
    case "produce":
      addTopic(layout, record.topic, record.partition);
      layout.add("batch length", 4, record.batch.length, "client");
      layout.add("batch", record.batch.length, batchText(record.batch, batches), "client");
      layout.add("base offset", 8, record.baseOffset, "client");
      layout.add("last offset", 8, record.lastOffset, "client");
      layout.add("record count", 4, record.recordCount, "client");
      layout.add("leader epoch", 4, record.leaderEpoch, "client");
      return;
    case "truncateReplica":
      addTopic(layout, record.topic, record.partition);
      layout.add("to offset", 8, record.toOffset, "client");
      return;
    case "openReplica":
      addTopic(layout, record.topic, record.partition);
      layout.add("topic id length", 2, record.topicId.length, "client");
      layout.add("topic id", record.topicId.length, record.topicId, "client");
      return;
    case "snapshot":
      layout.add("index", 8, record.index, "snapshot");
      layout.add("term", 8, record.term, "term");
      layout.add("installed", 1, record.installed ? "yes" : "no", "snapshot");
      return;
    case "logStart":
      layout.add("first segment", 8, record.segment);
      layout.add("carried count", 4, record.carriedCount);
  }
}

function addEntry(
  layout: Layout,
  { term, index, entryType, context, data }: Extract<WalRecord, { kind: "entry" }>,
  version: FormatVersion,
): void {
  layout.add("term", 8, term, "term");
  layout.add("index", 8, index, "raft");
  layout.add("entry type", 1, entryType, "raft");
  if (version !== 1) layout.add("context length", 4, context?.length ?? "none", "raft");
  layout.add("context", context?.length ?? 0, "of the proposer", "raft");
  const text = entryType === "EntryNormal" ? utf8Decode(data) : "a change of who votes";
  layout.add("data", data.length, text, "raft");
}

function addTopic(layout: Layout, topic: string, partition: number): void {
  const sizeBytes = utf8Encode(topic).length;
  layout.add("topic length", 2, sizeBytes, "client");
  layout.add("topic", sizeBytes, topic, "client");
  layout.add("partition", 4, partition, "client");
}

function batchText(batch: Uint8Array, batches: RecordReader): string {
  const records = batches.recordsOf(batch, true);
  return records.map(({ key, value }) => `${key} = ${value}`).join(", ");
}
