import type { DiskFile } from "../sim/diskFaults.ts";
import { diskItem } from "./diskItem.ts";
import type { DiskItem, FoundIn } from "./diskItem.ts";
import { SegmentScan } from "./segmentScan.ts";
import type { FoundUnreadable } from "./segmentScan.ts";
import { DISK_ITEMS_MAX } from "./view.ts";

/** One file of a log, and how the end of it is shown. */
export class SegmentFile {
  readonly #place: Omit<FoundIn, "bytes">;
  #scan: SegmentScan;
  /** Null while they are not shown: long logs would fill the memory with what nobody sees. */
  #items: readonly DiskItem[] | null = [];
  #damaged: DiskItem | null = null;
  #end: {
    readonly found: FoundUnreadable;
    readonly isTorn: boolean;
    readonly item: DiskItem;
  } | null = null;

  constructor(place: Omit<FoundIn, "bytes">) {
    this.#place = place;
    this.#scan = new SegmentScan(place.segment, place.readers);
  }

  /** The last ones, oldest first, at most `DISK_ITEMS_MAX`. */
  get items(): readonly DiskItem[] {
    const items = this.#items ?? [];
    return this.#end === null ? items : [...items, this.#end.item];
  }

  /** The first that cannot be read. */
  get unreadable(): DiskItem | null {
    return this.#damaged ?? this.#end?.item ?? null;
  }

  get recordCount(): number {
    return this.#scan.recordCount;
  }

  get lastSequence(): number {
    return this.#scan.lastSequence;
  }

  /** `isLast`: no other segment follows, so that its end may be torn. */
  read(file: DiskFile, lastSequence: number, isLast: boolean, isShown: boolean): void {
    if (isShown && this.#items === null) {
      this.#scan = new SegmentScan(this.#place.segment, this.#place.readers);
    }
    const { isNew, found } = this.#scan.read(file, lastSequence);
    const place = { ...this.#place, bytes: file.bytes.subarray(0, file.sizeBytes) };
    if (isNew) {
      this.#items = [];
      this.#damaged = null;
    }
    if (!isShown) {
      this.#items = null;
    } else if (found.length > 0) {
      const described = found.slice(-DISK_ITEMS_MAX).map((one) => diskItem(one, place, false));
      this.#items = [...(this.#items ?? []), ...described].slice(-DISK_ITEMS_MAX);
    }
    const damaged = found.find(({ kind }) => kind === "unreadable");
    if (damaged !== undefined) this.#damaged ??= diskItem(damaged, place, false);
    this.#readEnd(place, isLast);
  }

  #readEnd(place: FoundIn, isLast: boolean): void {
    const found = this.#scan.end;
    const isTorn = isLast && found !== null && found.isUnfinished;
    if (found === null) this.#end = null;
    else if (this.#end?.found !== found || this.#end.isTorn !== isTorn) {
      this.#end = { found, isTorn, item: diskItem(found, place, isTorn) };
    }
  }
}
