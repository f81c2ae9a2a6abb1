import type { ReadyStage } from "@chronik/core/view";
import { usePage, useView } from "../pageContext.ts";

/** What can be done while a Ready waits at a stage that somebody holds. */
export function HeldHere({ node, stage }: { node: string; stage: ReadyStage }) {
  const { dispatch } = usePage();
  const id = useView((state) => state.world?.nodes[node]?.id ?? 0);
  const release = { kind: "holdStage", node: id, stage, on: false } as const;
  return (
    <div className="held-here">
      <button
        type="button"
        className="button primary"
        onClick={() => dispatch({ kind: "act", action: release })}
      >
        Release
      </button>
      <button type="button" className="button" onClick={() => dispatch({ kind: "kill", node })}>
        Crash here
      </button>
    </div>
  );
}
