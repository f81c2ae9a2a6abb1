import { branchPath, placeBranches } from "../geometry/branchPlaces.ts";
import type { PlacedBranch } from "../geometry/branchPlaces.ts";
import type { RunScale } from "../geometry/runScale.ts";
import { usePage, useView } from "../pageContext.ts";
import type { PageState } from "../page.ts";
import { momentText } from "../timeText.ts";

type Branch = PageState["branch"]["others"][number];

/** From the foot of the band to the middle of the names, in the box of the run. */
const TOP = 12;
const LINE_Y = 38;

/** The branches that were kept when somebody acted in the past, hanging from their forks. */
export function RunBranches({ scale }: { scale: RunScale }) {
  const name = useView((state) => state.branch.name);
  const others = useView((state) => state.branch.others);
  if (others.length === 0) return null;
  const placed = placeBranches(
    others.map((other) => ({ forkedAtUs: other.forkedAtUs, label: textOf(other) })),
    scale,
  );
  const hidden = others.filter((_, index) => placed.every((one) => one.index !== index));
  return (
    <div className="branches micro quiet" role="group" aria-label={`Branches; this is ${name}`}>
      <svg width={scale.width} height={LINE_Y + 2} aria-hidden="true">
        {placed.map((branch) => (
          <path
            key={branch.index}
            className="stroke-line w15 none"
            d={branchPath(branch, TOP, LINE_Y)}
          />
        ))}
      </svg>
      {placed.map((place) => {
        const branch = others[place.index];
        return branch === undefined ? null : (
          <OneBranch key={branch.name} branch={branch} place={place} />
        );
      })}
      {hidden.length === 0 ? null : <HiddenBranches branches={hidden} />}
    </div>
  );
}

function OneBranch({ branch, place }: { branch: Branch; place: PlacedBranch }) {
  const { dispatch } = usePage();
  const compared = useView((state) => state.comparison?.name === branch.name);
  return (
    <span className="branch" style={{ left: place.x, width: place.width }}>
      <button
        type="button"
        className="cut-short"
        aria-label={`Switch to branch ${branch.name}`}
        title={`${textOf(branch)}, forked at ${momentText(branch.forkedAtUs)}: switch to it`}
        onClick={() => dispatch({ kind: "switchBranch", name: branch.name })}
      >
        {textOf(branch)}
      </button>
      <button
        type="button"
        aria-label={`Compare with branch ${branch.name}`}
        aria-pressed={compared}
        onClick={() => dispatch({ kind: "compare", branch: compared ? null : branch.name })}
      >
        compare
      </button>
    </span>
  );
}

/** Those for which there is no room in the row. */
function HiddenBranches({ branches }: { branches: readonly Branch[] }) {
  const { dispatch } = usePage();
  return (
    <select
      className="more-branches"
      aria-label="Switch to another branch"
      value=""
      onChange={(event) => dispatch({ kind: "switchBranch", name: event.target.value })}
    >
      <option value="">{branches.length} more</option>
      {branches.map((branch) => (
        <option key={branch.name} value={branch.name}>
          {textOf(branch)}
        </option>
      ))}
    </select>
  );
}

function textOf({ name, label }: Branch): string {
  return label === "" ? `Branch ${name}` : label;
}
