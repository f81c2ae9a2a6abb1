import type { PageState, PanelName } from "../../ui/page.ts";
import type { Checked } from "./runSchema.ts";

/** How the address wants the page to be shown. It does not change what runs. */
export interface Presentation {
  /** Null: all of it. */
  readonly embed: readonly PanelName[] | null;
  /** For this visit only; null: as the visitor has chosen. */
  readonly theme: PageState["theme"] | null;
  readonly speed: number | null;
  readonly paused: boolean;
}

const PANELS: readonly PanelName[] = ["cluster", "log", "ready", "partitions", "time", "events"];
const PANELS_DEFAULT: readonly PanelName[] = ["cluster", "time"];
const THEMES: readonly PageState["theme"][] = ["light", "dark", "system"];
const SPEED_MIN = 0.001;
const SPEED_MAX = 10;

/** Of these parameters each may stand once; others than these are nobody's business here. */
export function parsePresentation(query: URLSearchParams): Checked<Presentation> {
  const [embed, panels, theme, speed, paused] = ["embed", "panels", "theme", "speed", "paused"].map(
    (name) => query.get(name),
  );
  const isEmbedded = switchOf(embed);
  if (isEmbedded === null) return breach("embed is not 1");
  const isPaused = switchOf(paused);
  if (isPaused === null) return breach("paused is not 1");
  const chosen = panels === null || panels === undefined ? PANELS_DEFAULT : panels.split(",");
  if (!chosen.every(isPanel)) return breach(`panels is not a list of ${PANELS.join(", ")}`);
  const shown = THEMES.find((name) => name === theme) ?? null;
  if (typeof theme === "string" && shown === null) {
    return breach(`theme is not one of ${THEMES.join(", ")}`);
  }
  const figure = typeof speed === "string" ? Number(speed) : null;
  const isSpeed = figure === null || (figure >= SPEED_MIN && figure <= SPEED_MAX);
  if (!isSpeed || speed === "")
    return breach(`speed is not a number from ${SPEED_MIN} to ${SPEED_MAX}`);
  const names = PANELS.filter((name) => chosen.includes(name));
  return {
    ok: true,
    value: { embed: isEmbedded ? names : null, theme: shown, speed: figure, paused: isPaused },
  };
}

/** Null when it is neither on nor left out. */
function switchOf(text: string | null | undefined): boolean | null {
  if (text === null || text === undefined) return false;
  return text === "1" ? true : null;
}

const isPanel = (name: string): name is PanelName => PANELS.some((panel) => panel === name);

const breach = (sentence: string): Checked<never> => ({ ok: false, breach: sentence });
