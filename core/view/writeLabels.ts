import type { BrokerEvent } from "../broker/event.ts";
import type { DiskWrite, WorldEvent } from "../sim/index.ts";
import type { DiskOperation } from "../wal/disk.ts";
import { count } from "./richText.ts";
import type { Readers } from "./source.ts";
import { partitionName } from "./story.ts";
import type { Story } from "./story.ts";

/** What a write holds, as far as it was told. */
export interface WriteLabel {
  readonly label: string;
  readonly term: number;
}

/** The first and the last of the entries in a write; 0 when there is none. */
export interface WrittenEntries {
  readonly firstIndex: number;
  readonly lastIndex: number;
  /** In which the write began. */
  readonly term: number;
}

/** What a node has handed to its log since its last write began. */
interface Gathered {
  firstIndex: number;
  lastIndex: number;
  hardState: boolean;
  readonly records: Map<string, number>;
}

const NO_ENTRIES: WrittenEntries = { firstIndex: 0, lastIndex: 0, term: 0 };
const LOG: WriteLabel = { label: "log", term: 0 };
const HISTORY_MAX = 24;
/** More than the writes of all nodes that a picture has: nine busy ones begin some hundreds a second. */
const LABELS_MAX = 2_048;
/** A write that takes longer has been shown by then, and keeps its label where it is shown. */
const LABEL_US = 30_000_000;

/**
 * Says what a disk is at work on. The disk sees bytes; what went into them is told by the events
 * between one write and the next: everything that gathers while the disk is busy goes out as one
 * write.
 */
export class WriteLabels {
  readonly #gathered = new Map<number, Gathered>();
  /** Where each node's log ends: what a Ready adds follows on from there. */
  readonly #lastIndex = new Map<number, number>();
  /** Oldest first. */
  readonly #labels = new Map<string, WriteLabel & { readonly atUs: number }>();
  /** When the sync began that a node waits for. */
  readonly #startedAtUs = new Map<number, number>();
  readonly #syncHistoryUs = new Map<number, readonly number[]>();
  /** Of the last write that each node began, and of the one in which it lost its power. */
  readonly #written = new Map<number, WrittenEntries>();
  readonly #torn = new Map<number, WrittenEntries>();
  readonly #terms = new Map<number, number>();
  readonly #segmentOf: Readers["segmentOfFileName"];

  constructor(segmentOfFileName: Readers["segmentOfFileName"]) {
    this.#segmentOf = segmentOfFileName;
  }

  observe({ node, atUs, event }: WorldEvent, story: Story): void {
    this.#terms.set(node, story.node(node).term);
    switch (event.kind) {
      case "powerLost":
        this.#gathered.delete(node);
        this.#startedAtUs.delete(node);
        this.#lastIndex.delete(node);
        break;
      case "writeTorn":
        this.#torn.set(node, this.#written.get(node) ?? NO_ENTRIES);
        break;
      case "processStarted":
        this.#torn.delete(node);
        break;
      case "recovered":
        this.#lastIndex.set(node, event.entryCount);
        break;
      case "logTruncated":
        this.#lastIndex.set(node, event.fromIndex - 1);
        break;
      case "readyTaken":
        this.#addReady(node, event);
        break;
      case "recordsAppended":
        addRecords(this.#gatheredOf(node), event);
        break;
      case "writeStarted":
        this.#start(node, atUs, event.sync, story);
        break;
      case "writeCompleted":
        this.#complete(node, atUs);
        break;
      default:
        break;
    }
  }

  of({ node, number, startedAtUs, operation }: DiskWrite): WriteLabel {
    if (operation.kind === "append" && this.#segmentOf(operation.file) !== null) {
      return this.#labels.get(`${node}:${startedAtUs}`) ?? LOG;
    }
    const key = `${node}#${number}`;
    const known = this.#labels.get(key);
    if (known !== undefined) return known;
    const label = { label: this.#chore(operation), term: this.#terms.get(node) ?? 0 };
    this.#keep(key, label, startedAtUs);
    return label;
  }

  /** What a disk does besides writing to the log. */
  #chore(operation: DiskOperation): string {
    if (operation.kind === "syncDirectory") return "names of files";
    const segment = this.#segmentOf(operation.file);
    const replica = REPLICA_SEGMENT.exec(operation.file)?.[1];
    const other = replica === undefined ? "snapshot" : `segment of ${replica}`;
    const file = segment === null ? other : `segment ${segment}`;
    switch (operation.kind) {
      case "create":
        return `new ${file}`;
      case "truncate":
        return "cut of a torn tail";
      case "remove":
        return `old ${file}`;
      default:
        return file;
    }
  }

  /** What was in the write in whose middle a node that is down lost its power. */
  tornEntries(node: number): WrittenEntries {
    return this.#torn.get(node) ?? NO_ENTRIES;
  }

  /** The last finished syncs of a node, oldest first. */
  syncHistoryUs(node: number): readonly number[] {
    return this.#syncHistoryUs.get(node) ?? [];
  }

  #addReady(node: number, event: Extract<BrokerEvent, { kind: "readyTaken" }>): void {
    const gathered = this.#gatheredOf(node);
    const before = this.#lastIndex.get(node) ?? 0;
    if (event.entryCount === 0) {
      gathered.hardState ||= event.mustSync;
      return;
    }
    const isFirst = gathered.firstIndex === 0 || before + 1 < gathered.firstIndex;
    if (isFirst) gathered.firstIndex = before + 1;
    gathered.lastIndex = before + event.entryCount;
    this.#lastIndex.set(node, gathered.lastIndex);
  }

  #start(node: number, atUs: number, sync: boolean, story: Story): void {
    if (sync) this.#startedAtUs.set(node, atUs);
    const gathered = this.#gatheredOf(node);
    const { term } = story.node(node);
    this.#written.set(node, { ...gathered, term });
    this.#keep(`${node}:${atUs}`, { label: labelOf(gathered), term }, atUs);
    this.#gathered.delete(node);
  }

  #gatheredOf(node: number): Gathered {
    let gathered = this.#gathered.get(node);
    if (gathered === undefined) {
      gathered = { firstIndex: 0, lastIndex: 0, hardState: false, records: new Map() };
      this.#gathered.set(node, gathered);
    }
    return gathered;
  }

  #keep(key: string, { label, term }: WriteLabel, atUs: number): void {
    this.#labels.set(key, { label, term, atUs });
    for (const [oldest, { atUs: startedAtUs }] of this.#labels) {
      if (this.#labels.size <= LABELS_MAX && startedAtUs >= atUs - LABEL_US) return;
      this.#labels.delete(oldest);
    }
  }

  #complete(node: number, atUs: number): void {
    const startedAtUs = this.#startedAtUs.get(node);
    if (startedAtUs === undefined) return;
    this.#startedAtUs.delete(node);
    const history = [...this.syncHistoryUs(node), atUs - startedAtUs];
    this.#syncHistoryUs.set(node, history.slice(-HISTORY_MAX));
  }
}

function addRecords(
  { records }: Gathered,
  event: Extract<BrokerEvent, { kind: "recordsAppended" }>,
): void {
  const place = partitionName(event.topic, event.partition);
  const number = event.lastOffset - event.baseOffset + 1;
  records.set(place, (records.get(place) ?? 0) + number);
}

/** Of a partition's records: its name, the start of its topic's id, and its first offset. */
const REPLICA_SEGMENT = /^(.+-\d+)(?:\.g\d+)?\.[0-9a-f]{8}\.\d{20}\.log$/;

/** "entry 20", "term and vote", "3 records of orders-1", or several of them. */
function labelOf({ firstIndex, lastIndex, hardState, records }: Gathered): string {
  const parts: string[] = [];
  if (firstIndex > 0) {
    const isOne = firstIndex === lastIndex;
    parts.push(isOne ? `entry ${firstIndex}` : `entries ${firstIndex} to ${lastIndex}`);
  }
  if (hardState) parts.push("term and vote");
  for (const [place, number] of records) {
    parts.push(`${count(number, "record", "records")} of ${place}`);
  }
  return parts.length === 0 ? "commit index" : parts.join(", ");
}
