import { useBrush } from "../brush.ts";
import type { RingLayout } from "../geometry/ringLayout.ts";
import { hatchClass, termClass } from "../glyph/hues.ts";
import { useView } from "../pageContext.ts";

const SQUARE = 16;
const PITCH = 22;
/** The link between the two upper nodes of five passes above. */
const BELOW_CENTER = 12;
const ORDER = { disk: 0, memory: 1, none: 2 };

/** How many disks hold the newest entry that is not committed, and how many must. */
export function QuorumMeter({ ring }: { ring: RingLayout }) {
  const quorum = useView((state) => state.world?.quorum ?? null);
  const term = useView((state) => state.world?.summary.term ?? 0);
  const { lit, brush } = useBrush(`entry:${quorum?.index ?? 0}`);
  if (quorum === null) return null;

  const holders = quorum.holders.toSorted((a, b) => ORDER[a.state] - ORDER[b.state]);
  const onDisk = holders.filter((holder) => holder.state === "disk").length;
  const left = (-(holders.length - 1) * PITCH - SQUARE) / 2;
  const barX = left + quorum.needed * PITCH - (PITCH - SQUARE) / 2;
  const disks = onDisk === 1 ? "1 disk" : `${onDisk} disks`;
  return (
    <g
      transform={`translate(${ring.center.x} ${ring.center.y + BELOW_CENTER})`}
      role="img"
      aria-label={`Entry ${quorum.index} is on ${disks} and needs ${quorum.needed}`}
      {...brush}
    >
      <rect
        className="fill-stage"
        x={left - 6}
        y="-16"
        width={holders.length * PITCH + 6}
        height="32"
      />
      <text className="t-m halo middle" y="-24">
        entry {quorum.index}
      </text>
      {holders.map((holder, i) => (
        <rect
          key={holder.node}
          className={holderClass(holder.state, term)}
          x={left + i * PITCH}
          y={-SQUARE / 2}
          width={SQUARE}
          height={SQUARE}
          rx="2"
        />
      ))}
      <path className="stroke-ink w2 none" d={`M${barX}-14v28`} />
      <text className="t-s halo middle" y="24">
        on {disks}, needs {quorum.needed}
      </text>
      {lit ? (
        <rect
          className="stroke-ink w2 none"
          x={left - 6}
          y="-16"
          width={holders.length * PITCH + 6}
          height="32"
          rx="5"
        />
      ) : null}
    </g>
  );
}

function holderClass(state: "disk" | "memory" | "none", term: number): string {
  if (state === "disk") return termClass(term);
  return state === "memory" ? hatchClass(term) : "stroke-line slot none";
}
