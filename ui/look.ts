import type { LookedAt } from "@chronik/core/view";
import { useEffect } from "react";
import { usePage, useView } from "./pageContext.ts";

/**
 * What is much to send is asked for while something shows it. Until that of another one has come,
 * the view is as before.
 */
export function useLook(at: keyof LookedAt, name: string | null): void {
  const { dispatch } = usePage();
  // A session that is started anew after a failure has to be asked again.
  const isReady = useView((state) => state.boot === "ready");
  useEffect(() => {
    if (isReady) dispatch({ kind: "lookAt", what: { [at]: name } });
  }, [dispatch, at, name, isReady]);
  useEffect(() => () => dispatch({ kind: "lookAt", what: { [at]: null } }), [dispatch, at]);
}
