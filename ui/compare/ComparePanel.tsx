import type { EventView } from "@chronik/core/view";
import { useMemo } from "react";
import { plainText } from "../glyph/Rich.tsx";
import type { ComparisonState } from "../page.ts";
import { usePage, useView } from "../pageContext.ts";
import type { PanelProps } from "../partitions/SidePanel.tsx";
import { momentText } from "../timeText.ts";
import { comparedNodes, comparedPartitions, firstDifference } from "./differences.ts";
import type { Side } from "./differences.ts";
import { NODE_COLUMNS, PARTITION_COLUMNS } from "./differences.ts";
import { DifferenceTable } from "./DifferenceTable.tsx";
import "../styles/compare.css";

/** This branch beside another one, at the same moment: what is not the same, and since when. */
export function ComparePanel({ head }: PanelProps) {
  const comparison = useView((state) => state.comparison);
  const world = useView((state) => state.world);
  const name = useView((state) => state.branch.name);
  return (
    <section className="partitions compare" aria-label="Comparison">
      <div className="panel-head">{head}</div>
      {comparison === null || world === null ? (
        <p className="small quiet">There is no branch to compare with.</p>
      ) : (
        <Comparison mine={world} name={name} comparison={comparison} />
      )}
    </section>
  );
}

interface ComparisonProps {
  readonly mine: Side;
  readonly name: string;
  readonly comparison: ComparisonState;
}

function Comparison({ mine, name, comparison }: ComparisonProps) {
  const { dispatch } = usePage();
  const { other, forkedAtUs } = comparison;
  const nodes = useMemo(() => comparedNodes(mine, other), [mine, other]);
  const partitions = useMemo(() => comparedPartitions(mine, other), [mine, other]);
  const parting = useMemo(
    () => firstDifference(mine.events, other.events, forkedAtUs),
    [mine.events, other.events, forkedAtUs],
  );
  const ended = other.nowUs < mine.nowUs;
  return (
    <>
      <div className="compared-sides small">
        <SideSentence title={`${name}, this one`} side={mine} />
        <SideSentence
          title={ended ? `${comparison.name}, at its end` : comparison.name}
          side={other}
        />
      </div>
      <p className="small quiet">
        The same until {momentText(forkedAtUs)}. <b>≠</b> stands where they differ: {name} before
        it, {comparison.name} behind it.
      </p>
      <DifferenceTable label="Nodes" columns={NODE_COLUMNS} rows={nodes} />
      {partitions.length === 0 ? (
        <p className="small quiet">All partitions are the same.</p>
      ) : (
        <DifferenceTable
          label="Partitions that differ"
          columns={PARTITION_COLUMNS}
          rows={partitions}
        />
      )}
      {parting === null ? null : (
        <dl className="compared-events small">
          <FirstEvent branch={name} event={parting.mine} />
          <FirstEvent branch={comparison.name} event={parting.theirs} />
        </dl>
      )}
      <div className="compared-acts">
        <button
          type="button"
          className="button"
          onClick={() => dispatch({ kind: "switchBranch", name: comparison.name })}
        >
          Switch to branch {comparison.name}
        </button>
        <button
          type="button"
          className="button"
          onClick={() => dispatch({ kind: "compare", branch: null })}
        >
          Close the comparison
        </button>
      </div>
    </>
  );
}

function SideSentence({ title, side }: { title: string; side: Side }) {
  return (
    <div>
      <h2>
        {title} <span className="quiet">{momentText(side.nowUs)}</span>
      </h2>
      <p>{plainText(side.sentence.what)}</p>
      <p className="quiet">{plainText(side.sentence.why)}</p>
    </div>
  );
}

function FirstEvent({ branch, event }: { branch: string; event: EventView | null }) {
  return (
    <div>
      <dt>{branch} first</dt>
      <dd>
        {event === null ? (
          <span className="quiet">nothing new so far</span>
        ) : (
          <>
            <span className="quiet">{momentText(event.atUs)}</span> {plainText(event.what)}
          </>
        )}
      </dd>
    </div>
  );
}
