import type { EventView } from "@chronik/core/view";
import { plainText } from "../glyph/Rich.tsx";

/** The id of the field that looks for an event. */
export const EVENT_SEARCH = "event-search";

/** Those that say all of the words, whatever their case and order. */
export function eventsWith(text: string, events: readonly EventView[]): readonly EventView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return events;
  return events.filter((event) => {
    const said = `${plainText(event.what)} ${plainText(event.why)}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
}
