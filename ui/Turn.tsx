import { useMemo } from "react";
import type { ReactNode } from "react";
import { PageProvider, usePage } from "./pageContext.ts";
import type { PanelTurn } from "./pageContext.ts";

/** A panel that may be a few pictures behind while somebody drags through time. */
export function Turn({ of, children }: { of: PanelTurn; children: ReactNode }) {
  const page = usePage();
  const own = useMemo(() => {
    const { frames, dispatch, scenarios, turns } = page;
    return { frames, dispatch, scenarios, turns, store: turns[of] };
  }, [page, of]);
  return <PageProvider value={own}>{children}</PageProvider>;
}
