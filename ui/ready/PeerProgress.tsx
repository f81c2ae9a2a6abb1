import type { LogRowView } from "@chronik/core/view";
import { countText } from "../countText.ts";
import { useView } from "../pageContext.ts";
import type { PageState } from "../page.ts";

/** More peers than that are counted. */
const NAMED_MAX = 4;
const NONE: Readonly<Record<string, LogRowView>> = {};

/** Of a leader: how far each of the others has come, as far as it knows. */
export function PeerProgress({ node }: { node: string }) {
  const leads = useView((state) => isLeading(state, node));
  const logs = useView((state) => state.world?.logs ?? NONE);
  const last = logs[node]?.lastIndex ?? 0;
  const peers = Object.values(logs).flatMap(({ node: name, progress }) =>
    name === node || progress === null ? [] : [{ name, ...progress }],
  );
  if (!leads || peers.length === 0) return null;
  const all = peers
    .map(({ name, match, next, state, inflight }) => {
      const flying = inflight > 0 ? `, ${inflight} in flight` : "";
      return `${name}: match ${match}, next ${next}, ${state}${flying}`;
    })
    .join("\n");
  const upToDate = peers.filter(({ match }) => match >= last).length;
  return (
    <span className="peers micro quiet" title={all}>
      peers’ match
      <br />
      {peers.length <= NAMED_MAX
        ? peers.map(({ name, match }) => (
            <span key={name} data-ref={`node:${name}`}>
              {name} <b>{countText(match)}</b>{" "}
            </span>
          ))
        : `${upToDate} of ${peers.length} have ${countText(last)}`}
    </span>
  );
}

function isLeading({ world }: PageState, node: string): boolean {
  return world?.summary.leader === node;
}
