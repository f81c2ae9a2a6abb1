import { useCallback, useState } from "react";
import { usePage, useView } from "../pageContext.ts";

export type SidePanelName = "Partitions" | "Clients" | "Admin" | "Request" | "Compare";

export interface SidePanelChoice {
  readonly shown: SidePanelName;
  readonly show: (name: Exclude<SidePanelName, "Request">) => void;
  /** Shows the partitions, and takes the focus to the key of the next record. */
  readonly focusProduce: () => void;
  /** How often that was asked for. */
  readonly focusWanted: number;
}

/**
 * Which of the cluster's panels is shown. What is looked at byte by byte covers the others; a
 * comparison that begins takes their place until another is chosen, or it ends.
 */
export function useSidePanelChoice(): SidePanelChoice {
  const { dispatch, store } = usePage();
  const [chosen, setChosen] = useState<SidePanelName>("Partitions");
  /** The branch that another panel was preferred to. */
  const [passedOver, setPassedOver] = useState<string | null>(null);
  const [focusWanted, setFocusWanted] = useState(0);
  const isInspecting = useView((state) => state.inspected !== null);
  const compared = useView((state) => state.comparison?.name ?? null);
  const show = useCallback(
    (name: Exclude<SidePanelName, "Request">) => {
      const { inspected, comparison } = store.getState();
      if (name === "Compare") {
        setPassedOver(null);
      } else {
        setChosen(name);
        setPassedOver(comparison?.name ?? null);
      }
      if (inspected !== null) dispatch({ kind: "inspect", what: null });
    },
    [dispatch, store],
  );
  const focusProduce = useCallback(() => {
    show("Partitions");
    setFocusWanted((wanted) => wanted + 1);
  }, [show]);
  const underneath = compared !== null && compared !== passedOver ? "Compare" : chosen;
  return { shown: isInspecting ? "Request" : underneath, show, focusProduce, focusWanted };
}
