import type { NodeId } from "../base/ids.ts";
import type { DiskFile } from "../sim/diskFaults.ts";
import type { DiskItem } from "./diskItem.ts";
import { diskNote } from "./diskNote.ts";
import type { Recovered } from "./diskNote.ts";
import { diskSuggestions } from "./diskSuggestion.ts";
import { Memos } from "./memo.ts";
import { RecordReader } from "./recordReader.ts";
import { nodeName } from "./richText.ts";
import { SegmentFile } from "./segmentFile.ts";
import type { ProcessSource, Readers, WorldSource } from "./source.ts";
import { DISK_ITEMS_MAX } from "./view.ts";
import type { DiskBytesView, DiskFileView, DiskItemView, DiskView } from "./view.ts";

/** For so long a node's start is what there is to say of its disk. */
const RECOVERY_IS_NEWS_US = 20_000_000;

/** A file of the log, as it is and as far as it was read. */
interface LogFile {
  readonly file: DiskFile;
  readonly segment: number;
  readonly log: SegmentFile;
}

/** What is told of a disk from its files alone. */
interface Contents {
  readonly contents: Omit<DiskView, "node" | "segmentBytesMax" | "note" | "faults" | "isFull">;
  /** Of every item that is listed. */
  readonly bytes: Readonly<Record<string, DiskBytesView>>;
}

/** What every node's disk holds. Each file is read once, as it grows. */
export class DiskViews {
  readonly suggestions = diskSuggestions;
  readonly #readers: Readers;
  readonly #batches: RecordReader;
  /** By node, then by name of the file. */
  readonly #known = new Map<number, ReadonlyMap<string, SegmentFile>>();
  readonly #contents = new Memos<number, Contents>();

  constructor(readers: Readers) {
    this.#readers = readers;
    this.#batches = new RecordReader(readers.decodeRecordBatch);
  }

  /** And the bytes of every item that it lists. `recovered` is of the last start. */
  view(
    world: Pick<WorldSource, "disk" | "nowUs" | "options">,
    process: ProcessSource,
    recovered: Recovered | null,
  ): { readonly disk: DiskView; readonly bytes: Contents["bytes"] } {
    const { files, faults } = world.disk(process.node);
    const make = (): Contents => this.#read(process.node, files);
    const { contents, bytes } = this.#contents.at(process.node).of(factsOf(files), make);
    const view = {
      ...contents,
      node: nodeName(process.node),
      segmentBytesMax: world.options.segmentBytes,
      faults,
      isFull: process.broker?.isDiskFull ?? false,
    };
    const isNews = recovered !== null && world.nowUs < recovered.atUs + RECOVERY_IS_NEWS_US;
    const note = diskNote(process, view, isNews ? recovered : null);
    return { disk: { ...view, note }, bytes };
  }

  #read(id: NodeId, files: readonly DiskFile[]): Contents {
    const node = nodeName(id);
    const logs = this.#logFiles(id, files);
    const logNames = new Set(logs.map(({ file }) => file.name));
    const bytes: Record<string, DiskBytesView> = {};
    const items = shownItems(logs, bytes);
    const recordCount = logs.reduce((sum, { log }) => sum + log.recordCount, 0);
    const contents = {
      segments: logs.map(({ file, segment, log }) => ({
        ...fileView(node, file, `segment ${segment}`),
        segment,
        recordCount: log.recordCount,
      })),
      removedSegmentCount: Math.max(0, (logs[0]?.segment ?? 1) - 1),
      otherFiles: files
        .filter(({ name }) => !logNames.has(name))
        .map((file) => fileView(node, file, this.#textOf(file.name))),
      items,
      earlierCount: recordCount - items.filter(isRecord).length,
      unreadable: firstUnreadable(logs, bytes),
      sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      durableBytes: files.reduce((sum, file) => sum + reallyDurableBytes(file), 0),
    };
    return { contents, bytes };
  }

  /** Brings the files of the log up to date, in order of their numbers. */
  #logFiles(node: NodeId, files: readonly DiskFile[]): readonly LogFile[] {
    const before = this.#known.get(node);
    const logs = files
      .flatMap((file): LogFile[] => {
        const segment = this.#readers.segmentOfFileName(file.name);
        if (segment === null) return [];
        const place = { node: nodeName(node), segment, file: file.name };
        const parts = { readers: this.#readers, batches: this.#batches };
        const log = before?.get(file.name) ?? new SegmentFile({ ...place, ...parts });
        return [{ file, segment, log }];
      })
      .sort((a, b) => a.segment - b.segment);
    this.#known.set(node, new Map(logs.map(({ file, log }) => [file.name, log])));
    let lastSequence = 0;
    const shownFrom = firstShown(logs);
    for (const [at, { file, log }] of logs.entries()) {
      log.read(file, lastSequence, at === logs.length - 1, at >= shownFrom);
      lastSequence = log.lastSequence;
    }
    return logs;
  }

  #textOf(file: string): string {
    const snapshot = this.#readers.snapshotOfFileName(file);
    return snapshot === null ? file : `snapshot up to ${snapshot.index}`;
  }
}

/** Whose items can be among the last of all; by what is known before they are read on. */
function firstShown(logs: readonly LogFile[]): number {
  let at = logs.length - 1;
  for (let later = 0; at > 0 && later < DISK_ITEMS_MAX; at--) {
    later += logs[at]?.log.recordCount ?? 0;
  }
  return at;
}

/** The last items of all files together. */
function shownItems(
  logs: readonly LogFile[],
  bytes: Record<string, DiskBytesView>,
): readonly DiskItemView[] {
  const items: DiskItemView[] = [];
  for (let at = logs.length - 1; at >= 0 && items.length < DISK_ITEMS_MAX; at--) {
    const { log, file } = logs[at]!;
    const room = DISK_ITEMS_MAX - items.length;
    items.unshift(...log.items.slice(-room).map((item) => shown(item, file, bytes)));
  }
  return items;
}

function firstUnreadable(
  logs: readonly LogFile[],
  bytes: Record<string, DiskBytesView>,
): DiskItemView | null {
  for (const { log, file } of logs) {
    if (log.unreadable !== null) return shown(log.unreadable, file, bytes);
  }
  return null;
}

function shown(item: DiskItem, file: DiskFile, bytes: Record<string, DiskBytesView>): DiskItemView {
  const view = item.view(reallyDurableBytes(file), file.liedBytes);
  bytes[view.id] = item.bytes;
  return view;
}

/** All about files but their bytes, which are others only if their size or version is. */
function factsOf(files: readonly DiskFile[]): readonly unknown[] {
  const facts: unknown[] = [];
  for (const { name, version, sizeBytes, durableBytes, liedBytes, isNameDurable } of files) {
    facts.push(name, version, sizeBytes, durableBytes, liedBytes, isNameDurable);
  }
  return facts;
}

const isRecord = ({ kind }: DiskItemView): boolean =>
  kind !== "segmentHeader" && kind !== "torn" && kind !== "damaged";

const reallyDurableBytes = (file: DiskFile): number => file.durableBytes - file.liedBytes;

function fileView(node: string, file: DiskFile, text: string): DiskFileView {
  const { name, sizeBytes, liedBytes, isNameDurable } = file;
  return {
    id: `${node}:${name}`,
    file: name,
    sizeBytes,
    durableBytes: reallyDurableBytes(file),
    liedBytes,
    isNameDurable,
    text,
  };
}
