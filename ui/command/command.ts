import type { ActionBody } from "@chronik/core/view";
import type { Intent } from "../page.ts";

/**
 * One thing that a person can do now, in words. Menus, keys, palette and help are four ways to the
 * same commands: what one of them is called and when it cannot be done is said once, here.
 */
export interface Command {
  /** Stays the same from frame to frame: what was chosen last is remembered by it. */
  readonly id: string;
  /** The whole: "Cut power of n1". */
  readonly name: string;
  /** On a menu that says already whose it is; always a part of the name. Default: the name. */
  readonly short?: string;
  /** Other words that somebody may look for. */
  readonly words?: string;
  /** As `pressedKey` names it: "K", "Shift+B", "Space". */
  readonly key?: string;
  /** Why it cannot be done now, in one sentence; null when it can. */
  readonly refusal: string | null;
  /** For what is switched on and off, or is one of several; otherwise absent. */
  readonly isOn?: boolean;
  /** Where it stands on a menu: a part of it, or a menu of its own. */
  readonly section: string;
  readonly submenu?: Submenu;
  /** Done in this order. */
  readonly does: readonly Deed[];
}

/** A menu behind an item: of things that are on or off each, or of which one is on. */
export interface Submenu {
  readonly name: string;
  /** On the menu that it stands on. */
  readonly short: string;
  readonly picks: "one" | "any";
}

/** An intent, or something that concerns the page's layout alone. */
export type Deed =
  | { readonly kind: "intent"; readonly intent: Intent }
  | { readonly kind: "layout"; readonly what: LayoutDeed }
  /** Opens the palette with this text in it. */
  | { readonly kind: "palette"; readonly text: string }
  | { readonly kind: "menu"; readonly ref: string };

/** What only the page's own layout knows. */
export type LayoutDeed =
  | "focusProduce"
  | "showAdmin"
  | "showDials"
  | "showClients"
  | "toggleDisk"
  | "findEvent"
  | "figures"
  | "share"
  | "toggleHelp"
  | "close";

export const does = (intent: Intent): readonly Deed[] => [{ kind: "intent", intent }];

export const acts = (action: ActionBody): readonly Deed[] => does({ kind: "act", action });

export const shows = (what: LayoutDeed): readonly Deed[] => [{ kind: "layout", what }];

/** The reason of the first thing that stands in the way. */
export function firstReason(
  ...obstacles: readonly (readonly [isThere: boolean, reason: string])[]
): string | null {
  return obstacles.find(([isThere]) => isThere)?.[1] ?? null;
}

export const isSingleKey = ({ key }: Command): boolean =>
  key !== undefined && (key.startsWith("Shift+") || key.length === 1);

/** For what a key would not mean: keys act on what is selected or pointed at. */
export function withoutKey(command: Command): Command {
  const { key: _, ...rest } = command;
  return rest;
}
