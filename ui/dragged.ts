import type { PageState } from "./page.ts";

/**
 * Somebody drags through time: each picture is another one, and wanted for a moment only. What is
 * many is drawn with less detail until the drag rests.
 */
export const isDragged = ({ playback }: PageState): boolean => playback.mode === "scrubbing";
