import { later, Nothing } from "../later.ts";

export type SheetName = "figures" | "help" | "legend" | "share";

/** They lie over the right side, never over the sentence; the cluster goes on beneath them. */
export const SHEETS = {
  figures: later(async () => (await import("../figures/FiguresSheet.tsx")).FiguresSheet, Nothing),
  help: later(async () => (await import("../notice/HelpSheet.tsx")).HelpSheet, Nothing),
  legend: later(async () => (await import("./LegendSheet.tsx")).LegendSheet, Nothing),
  share: later(async () => (await import("../share/ShareSheet.tsx")).ShareSheet, Nothing),
};
