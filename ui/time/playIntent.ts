import type { Intent, PlaybackState } from "../page.ts";

/** What the play button and Space mean now. */
export function playIntent(mode: PlaybackState["mode"]): Intent {
  return mode === "live" || mode === "replaying" ? { kind: "pause" } : { kind: "play" };
}
