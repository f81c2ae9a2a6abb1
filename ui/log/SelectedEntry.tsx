import { useView } from "../pageContext.ts";
import { bytesText } from "../timeText.ts";

/** One entry on one node. */
export interface EntryPlace {
  readonly node: string;
  readonly index: number;
}

interface SelectedEntryProps {
  readonly place: EntryPlace;
  readonly onClose: () => void;
}

/** What a cell that was clicked holds, in the place of the legend. */
export function SelectedEntry({ place, onClose }: SelectedEntryProps) {
  const { node, index } = place;
  const cell = useView((state) =>
    state.world?.logs[node]?.cells.find((one) => one.index === index),
  );
  return (
    <p className="small end cut-short" role="status" data-ref={`entry:${index}`}>
      <b>entry {index}</b> on {node}{" "}
      {cell === undefined ? (
        <span className="quiet">is not there now</span>
      ) : (
        <>
          of term {cell.term}, {CELL_WORDS[cell.state]}: {cell.command},{" "}
          <span className="code">{bytesText(cell.bytes)}</span>
        </>
      )}{" "}
      <button
        type="button"
        className="link quiet"
        aria-label="Close what the entry holds"
        onClick={onClose}
      >
        ✕
      </button>
    </p>
  );
}

export const CELL_WORDS = {
  memory: "in memory",
  disk: "on disk, not committed",
  committed: "committed",
};
