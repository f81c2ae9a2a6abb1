import type { DiskFault, DiskView } from "@chronik/core/view";
import { usePage, useView } from "../pageContext.ts";

/** What can go wrong with this disk: for as long as it is switched on, or once. */
export function FaultControls({ disk }: { disk: DiskView }) {
  const { dispatch } = usePage();
  const { node, faults } = disk;
  const runs = useView((state) => state.world?.nodes[node]?.process === "running");
  return (
    <div className="faults">
      <div className="switches" role="group" aria-label={`Faults of the disk of ${node}`}>
        {SWITCHES.map(([fault, word, meaning]) => (
          <button
            key={fault}
            type="button"
            aria-pressed={faults[fault]}
            aria-label={`${word}: ${meaning}`}
            title={meaning}
            onClick={() => dispatch({ kind: "diskFault", node, fault, on: !faults[fault] })}
          >
            {word}
          </button>
        ))}
      </div>
      <div className="once" role="group" aria-label="Once">
        {ONCE.map(([kind, word, meaning]) => {
          const armed = kind !== "snapshot" && faults[kind];
          return (
            <button
              key={kind}
              type="button"
              className="button small-button"
              aria-label={`${word}: ${meaning}`}
              aria-pressed={kind === "snapshot" ? undefined : armed}
              title={armed ? `Armed: ${meaning}` : meaning}
              disabled={!runs}
              onClick={() => {
                if (!armed) dispatch({ kind, node });
              }}
            >
              {word}
            </button>
          );
        })}
      </div>
    </div>
  );
}

const SWITCHES: readonly (readonly [fault: DiskFault, word: string, meaning: string])[] = [
  ["lostCache", "cache", "a loss of power takes everything that is not synced"],
  ["tornSectors", "sectors", "a loss of power keeps any of the unsynced sectors, in no order"],
  ["lostNames", "names", "a loss of power undoes new names of files"],
  ["lyingSync", "lies", "an fsync says that it is done and saves nothing"],
  ["slow", "slow", "everything takes far longer"],
  ["full", "full", "there is no room for a write"],
];

const ONCE: readonly (readonly [
  kind: "tear" | "failSync" | "snapshot",
  word: string,
  meaning: string,
])[] = [
  ["tear", "Tear", "the power goes in the middle of the next write"],
  ["failSync", "Fail fsync", "the next fsync fails, and the node stops"],
  ["snapshot", "Snapshot", "the node takes a snapshot of its metadata now"],
];
