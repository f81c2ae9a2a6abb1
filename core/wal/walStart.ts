import type { NodeId } from "../base/ids.ts";
import type { WalSegment } from "./segmentBuffer.ts";
import { segmentFileName } from "./segmentHeader.ts";
import { WalIndex } from "./walIndex.ts";

/** Who a log is written for. */
export interface WalIdentity {
  readonly node: NodeId;
  /** For a log that has yet to be begun; one that is there knows its own. Default 0. */
  readonly generation?: number;
}

/** Where a writer goes on; made by `recoverWal`. */
export interface WalStart {
  readonly node: NodeId;
  readonly generation: number;
  /** The segment that is written to, and the file that holds it. */
  readonly segment: number;
  readonly file: string;
  /** Whether that file is there. */
  readonly exists: boolean;
  /** True when no record may be added to it, because its format is of an older version. */
  readonly closed: boolean;
  /** Size of that file once `truncate` is done; 0 when the segment has yet to be begun. */
  readonly sizeBytes: number;
  /** Sequence of the last record that is there, 0 when there is none. */
  readonly lastSequence: number;
  /** What the writer must cut off before its first append; null when the log ends cleanly. */
  readonly truncate: { readonly file: string; readonly sizeBytes: number } | null;
  /** Oldest first; the last is the one that is written to. */
  readonly segments: readonly WalSegment[];
  readonly index: WalIndex;
  /** Files of segments before the start of the log, which the writer removes. */
  readonly leftovers: readonly string[];
}

/** Where a log begins on an empty disk. */
export function freshWal({ node, generation = 0 }: WalIdentity): WalStart {
  const file = segmentFileName(1);
  return {
    node,
    generation,
    segment: 1,
    file,
    exists: false,
    closed: false,
    sizeBytes: 0,
    lastSequence: 0,
    truncate: null,
    segments: [{ segment: 1, file, firstSequence: 1, sizeBytes: 0 }],
    index: new WalIndex(),
    leftovers: [],
  };
}
