import { useMedia } from "./motion.ts";

/** Which of the four arrangements fits the window; see the grid in styles/page.css. */
export type Layout = "full" | "folded" | "tabbed" | "phone";

export function useLayout(): Layout {
  const full = useMedia("(min-width: 1360px)");
  const folded = useMedia("(min-width: 1120px)");
  const tabbed = useMedia("(min-width: 760px)");
  if (full) return "full";
  if (folded) return "folded";
  return tabbed ? "tabbed" : "phone";
}
