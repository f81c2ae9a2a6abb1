import { useBrush } from "../brush.ts";
import { useView } from "../pageContext.ts";

/** What the cluster agrees on. Figures change in place. */
export function Facts({ compact }: { compact: boolean }) {
  const summary = useView((state) => state.world?.summary ?? null);
  const { brush } = useBrush(`node:${summary?.leader ?? ""}`);
  if (summary === null) return <dl className="facts" />;
  return (
    <dl className="facts">
      <div className="term">
        <dt>Term</dt>
        <dd>
          <i className={`swatch hue-${summary.term % 6}`} />
          {summary.term}
        </dd>
      </div>
      <div {...brush}>
        <dt className={compact ? "hidden-text" : ""}>Leader</dt>
        <dd>
          {summary.leader ?? (compact ? "nobody" : "none")}
          {compact ? <small> leads</small> : null}
        </dd>
      </div>
      {compact ? null : (
        <div>
          <dt>Commit</dt>
          <dd>
            {summary.commit} <small>of {summary.lastIndex}</small>
          </dd>
        </div>
      )}
    </dl>
  );
}
