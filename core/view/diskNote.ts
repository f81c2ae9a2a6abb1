import { count, seconds } from "./richText.ts";
import type { ProcessSource } from "./source.ts";
import type { DiskView } from "./view.ts";

/** What a node found on its disk when it was started last. */
export interface Recovered {
  readonly atUs: number;
  readonly recordCount: number;
  readonly cutBytes: number;
}

type Note = DiskView["note"];

/** The one thing to say of a disk: what is wrong with it, else what a loss of power would take. */
export function diskNote(
  process: ProcessSource,
  disk: Omit<DiskView, "note">,
  recovered: Recovered | null,
): Note {
  return (
    damageNote(process, disk, recovered) ??
    stopNote(process) ??
    troubleNote(disk) ??
    recoveryNote(process, disk, recovered) ??
    cacheNote(disk)
  );
}

/** Damage found at a start, damage that a start would find, and damage that nobody knows of yet. */
function damageNote(
  { broker, remains, state }: ProcessSource,
  disk: Omit<DiskView, "note">,
  recovered: Recovered | null,
): Note | null {
  const found = broker?.damage ?? null;
  if (found !== null) return bad(found.sentence);
  const waiting = remains?.damage ?? null;
  if (waiting !== null) return bad(`A start will find damage. ${waiting.sentence}`);
  const { unreadable } = disk;
  if (unreadable === null) return null;
  const { kind, sequence, position, sizeBytes, text, segment } = unreadable;
  const where = `segment ${segment}, byte ${position}`;
  if (kind === "damaged") {
    return bad(
      `Record ${sequence} (${where}): ${text}. ${disk.node} does not know: it reads its log only when it starts.`,
    );
  }
  const size = count(sizeBytes, "byte", "bytes");
  if (state !== "running") {
    return warn(`A torn tail of ${size} (${where}): ${text}. A restart cuts it off.`);
  }
  if (recovered !== null && recovered.cutBytes > 0) {
    return warn(`It found a torn tail of ${size} (${where}) and cuts it off before it writes.`);
  }
  if (disk.isFull) {
    return warn(`There was no room for a write: ${size} of it are cut off before it is repeated.`);
  }
  return warn(`Record ${sequence} (${where}): ${text}. Nothing follows, so a restart cuts it off.`);
}

function stopNote({ broker, state }: ProcessSource): Note | null {
  const reason = broker?.stopped ?? null;
  return state === "stopped" && reason !== null ? bad(reason) : null;
}

function troubleNote({ node, isFull, segments, otherFiles }: Omit<DiskView, "note">): Note | null {
  if (isFull) return warn(`The disk is full: ${node} takes no writes until there is room.`);
  const lied = [...segments, ...otherFiles].reduce((sum, { liedBytes }) => sum + liedBytes, 0);
  if (lied === 0) return null;
  return bad(`The disk has lied: ${count(lied, "byte", "bytes")} that count as durable are not.`);
}

/** Until something is written, what the last start has found is the news. */
function recoveryNote(
  { incarnation, state }: ProcessSource,
  disk: Omit<DiskView, "note">,
  recovered: Recovered | null,
): Note | null {
  if (state !== "running" || recovered === null || incarnation === 1) return null;
  const { atUs, cutBytes, recordCount } = recovered;
  if (cutBytes > 0) {
    const tail = count(cutBytes, "byte", "bytes");
    return plain(`Its start at ${seconds(atUs)} has cut off a torn tail of ${tail}.`);
  }
  if (disk.sizeBytes > disk.durableBytes) return null;
  const records = count(recordCount, "record", "records");
  return plain(`It started at ${seconds(atUs)} with ${records}; the log ended cleanly.`);
}

function cacheNote({ sizeBytes, durableBytes, node }: Omit<DiskView, "note">): Note {
  if (sizeBytes === 0) return plain(`The disk of ${node} is empty.`);
  const cached = sizeBytes - durableBytes;
  if (cached === 0) return plain(`What ${node} has written survives a loss of power.`);
  const them = cached === 1 ? "it" : "them";
  return plain(`${count(cached, "byte", "bytes")} in the cache only: a crash takes ${them}.`);
}

const plain = (text: string): Note => ({ text, tone: "plain" });
const warn = (text: string): Note => ({ text, tone: "warn" });
const bad = (text: string): Note => ({ text, tone: "bad" });
