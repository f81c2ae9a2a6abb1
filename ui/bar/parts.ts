import { later, Nothing } from "../later.ts";

/** What the bar's buttons open: nobody needs it before pressing one. */
export const RuleList = later(async () => (await import("./RuleList.tsx")).RuleList, Nothing);
export const ScenarioList = later(
  async () => (await import("./ScenarioList.tsx")).ScenarioList,
  Nothing,
);
export const SeedForm = later(async () => (await import("./SeedForm.tsx")).SeedForm, Nothing);
export const BarMenu = later(async () => (await import("./BarMenu.tsx")).BarMenu, Nothing);
