import { isSingleKey } from "./command/command.ts";
import type { Command } from "./command/command.ts";
import { draftCommands } from "./command/draftCommands.ts";
import { keyCommands } from "./command/objectCommands.ts";
import type { PageState } from "./page.ts";

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** The name of a key as commands have it: "K", "Shift+B", "Space", "Ctrl+K", "?". */
function pressedKey({ key, ctrlKey, metaKey, altKey, shiftKey }: Pressed): string {
  const name = key === " " ? "Space" : key.length === 1 ? key.toUpperCase() : key;
  if (altKey) return `Alt+${name}`;
  if (ctrlKey || metaKey) return `Ctrl+${name}`;
  return shiftKey && /^[A-Z]$/.test(name) ? `Shift+${name}` : name;
}

/** Of those, what works before there is a cluster. */
const EARLY = new Set(["?", "Escape", "Ctrl+K"]);

/**
 * What a key does now that was not typed into a field; null when nothing. `singleKeys` false: only
 * what is no letter, digit or sign (WCAG 2.1.4).
 */
export function keyCommand(
  pressed: Pressed,
  state: PageState,
  singleKeys: boolean,
): Command | null {
  const key = pressedKey(pressed);
  if (state.world === null && !EARLY.has(key)) return null;
  const commands = [...draftCommands(state), ...keyCommands(state)].filter(
    (command) => command.refusal === null && (singleKeys || !isSingleKey(command)),
  );
  const find = (name: string): Command | null =>
    commands.find((command) => command.key === name) ?? null;
  // A capital means the same as its letter, unless it has a meaning of its own.
  return find(key) ?? (key.startsWith("Shift+") ? find(key.slice("Shift+".length)) : null);
}
