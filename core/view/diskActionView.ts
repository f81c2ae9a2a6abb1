import type { DiskFault } from "../sim/diskFaults.ts";
import type { Action } from "../sim/run.ts";
import { draft } from "./eventDraft.ts";
import type { EventDraft } from "./eventDraft.ts";
import { nodeNoun, say } from "./richText.ts";

/** What a person has done to disks and to the power. Null where what comes of it says more. */
export function diskActionView(action: Action): EventDraft | null {
  switch (action.kind) {
    case "powerCut":
      return draft(
        2,
        "bad",
        say`You cut the power of all nodes.`,
        say`Their memory is gone, and so is what their disks had not synced.`,
      );
    case "powerOn":
      return draft(
        2,
        "ok",
        say`You switched the power on.`,
        say`Every node starts from the bytes on its disk and from nothing else.`,
      );
    case "diskFault":
      return diskFault(action);
    case "failSync":
      return draft(
        2,
        "warn",
        say`The next fsync of ${nodeNoun(action.node)} will fail.`,
        say`A node whose fsync has failed must not go on: it cannot know what is on its disk.`,
      );
    case "tear":
      return draft(
        2,
        "warn",
        say`The next write of ${nodeNoun(action.node)} will be torn.`,
        say`Its power goes in the middle of that write, and a first part of it stays.`,
      );
    case "repair":
      return draft(
        2,
        "plain",
        say`You asked the cluster to do without ${nodeNoun(action.node)}.`,
        say`Then its disk is wiped, and it comes back as a learner.`,
      );
    default:
      return null;
  }
}

function diskFault({ node, fault, on }: Extract<Action, { kind: "diskFault" }>): EventDraft {
  const n = nodeNoun(node);
  const [what, why] = FAULT_TEXTS[fault];
  return on
    ? draft(2, "warn", say`On ${n}, ${what}.`, say`${why}`)
    : draft(2, "plain", say`You switched a fault of ${n} off.`, say`No longer: ${what}.`);
}

/** What goes wrong, and what there is to know of it. */
const FAULT_TEXTS: Readonly<Record<DiskFault, readonly [what: string, why: string]>> = {
  lostCache: [
    "a loss of power takes all that is not synced",
    "Without this fault any first part of it may survive.",
  ],
  tornSectors: [
    "a loss of power keeps any of the unsynced sectors",
    "A disk writes its sectors of 512 bytes in any order; one that is missing reads as zeros.",
  ],
  lostNames: [
    "a loss of power undoes new names of files",
    "That a file was created, renamed or removed needs a sync of the directory to survive.",
  ],
  lyingSync: ["an fsync saves nothing and says that it did", "Only a loss of power shows it."],
  slow: ["the disk is slow", "Whatever rests on one of its fsyncs waits longer."],
  full: ["the disk has no room left", "A write stops somewhere in its middle and fails."],
};
