const HUES = [0, 1, 2, 3, 4, 5];
const ROTATED = "rotate(45)";

/** The hatchings and arrow tips that every drawing refers to: hatched is what a crash takes. */
export function Definitions() {
  return (
    <svg className="definitions" aria-hidden="true" width="0" height="0">
      <defs>
        {HUES.map((hue) => (
          <Hatch key={hue} id={`hatch-${hue}`} className={`term-${hue}`} />
        ))}
        <Hatch id="hatch-ink" className="fill-ink-2" />
        <Tip id="tip-append" className="fill-append" />
        <Tip id="tip-vote" className="fill-vote" />
        <Tip id="tip-snapshot" className="fill-snapshot" />
        <Tip id="tip-client" className="fill-client" />
        <OpenTip id="open-append" className="stroke-append" />
        <OpenTip id="open-vote" className="stroke-vote" />
        <OpenTip id="open-snapshot" className="stroke-snapshot" />
        <OpenTip id="open-client" className="stroke-client" />
        <OpenTip id="open-ghost" className="stroke-line" />
      </defs>
    </svg>
  );
}

function Hatch({ id, className }: { id: string; className: string }) {
  return (
    <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform={ROTATED}>
      <rect className="hatch-ground" width="5" height="5" />
      <rect className={className} width="2.4" height="5" />
    </pattern>
  );
}

function Tip({ id, className }: { id: string; className: string }) {
  return (
    <marker id={id} {...TIP_BOX}>
      <path className={className} d="M0 .8 7.5 4 0 7.2Z" />
    </marker>
  );
}

function OpenTip({ id, className }: { id: string; className: string }) {
  return (
    <marker id={id} {...TIP_BOX}>
      <path className={`${className} thin none`} d="M.8 1 7 4 .8 7" />
    </marker>
  );
}

const TIP_BOX = {
  viewBox: "0 0 8 8",
  refX: 7,
  refY: 4,
  markerWidth: 7,
  markerHeight: 7,
  orient: "auto",
  markerUnits: "userSpaceOnUse",
} as const;
