import { useCallback, useState } from "react";

type NodePanelName = "ready" | "disk";

export interface NodePanelChoice {
  readonly shown: (isRunning: boolean) => NodePanelName;
  readonly choose: (name: NodePanelName, isRunning: boolean) => void;
  readonly toggle: (isRunning: boolean) => void;
}

/**
 * Which of a node's two panels is shown. A node that does not run has no Ready, so its disk is shown
 * until something else is wanted of such nodes.
 */
export function useNodePanelChoice(): NodePanelChoice {
  const [running, setRunning] = useState<NodePanelName>("ready");
  const [down, setDown] = useState<NodePanelName>("disk");
  const toggle = useCallback((isRunning: boolean) => {
    const set = isRunning ? setRunning : setDown;
    set((shown) => (shown === "ready" ? "disk" : "ready"));
  }, []);
  return {
    shown: (isRunning) => (isRunning ? running : down),
    choose: (name, isRunning) => (isRunning ? setRunning(name) : setDown(name)),
    toggle,
  };
}
