import { useCallback, useState } from "react";
import { usePage, useView } from "../pageContext.ts";

export type SidePanelName = "Partitions" | "Clients" | "Admin" | "Request";

export interface SidePanelChoice {
  readonly shown: SidePanelName;
  readonly show: (name: Exclude<SidePanelName, "Request">) => void;
}

/** Which of the cluster's panels is shown; what is looked at byte by byte covers the others. */
export function useSidePanelChoice(): SidePanelChoice {
  const { dispatch, store } = usePage();
  const [chosen, setChosen] = useState<SidePanelName>("Partitions");
  const isInspecting = useView((state) => state.inspected !== null);
  const show = useCallback(
    (name: SidePanelName) => {
      setChosen(name);
      if (store.getState().inspected !== null) dispatch({ kind: "inspect", what: null });
    },
    [dispatch, store],
  );
  return { shown: isInspecting ? "Request" : chosen, show };
}
