import type { Command, Submenu } from "../command/command.ts";

/** A line of a menu; `startsSection`: a rule stands before it. */
export type MenuEntry = { readonly startsSection: boolean } & (
  | { readonly kind: "command"; readonly command: Command }
  | {
      readonly kind: "submenu";
      readonly submenu: Submenu;
      readonly commands: readonly Command[];
    }
);

/** The lines of the whole menu, or of one of the menus in it. */
export function menuEntries(
  commands: readonly Command[],
  opened: string | null,
): readonly MenuEntry[] {
  const shown =
    opened === null ? commands : commands.filter(({ submenu }) => submenu?.name === opened);
  const seen = new Set<string>();
  const entries: MenuEntry[] = [];
  let section: string | null = null;
  for (const command of shown) {
    const { submenu } = command;
    const startsSection = section !== null && command.section !== section;
    if (submenu === undefined || opened !== null) {
      entries.push({ kind: "command", command, startsSection });
    } else if (!seen.has(submenu.name)) {
      seen.add(submenu.name);
      const own = commands.filter((one) => one.submenu?.name === submenu.name);
      // Menus behind items stand together, whatever they are about.
      const follows = entries.at(-1)?.kind === "submenu";
      entries.push({
        kind: "submenu",
        submenu,
        commands: own,
        startsSection: startsSection && !follows,
      });
    } else continue;
    ({ section } = command);
  }
  return entries;
}

export const entryText = (entry: MenuEntry): string =>
  entry.kind === "submenu" ? entry.submenu.short : (entry.command.short ?? entry.command.name);

/** The next line that begins with these letters, after the one that has the focus. */
export function typedAhead(texts: readonly string[], letters: string, from: number): number | null {
  const wanted = letters.toLowerCase();
  // One letter goes on to the next such line; more of them may still mean this one.
  const start = letters.length > 1 ? from : from + 1;
  for (let step = 0; step < texts.length; step++) {
    const at = (start + step) % texts.length;
    if (texts[at]?.toLowerCase().startsWith(wanted) === true) return at;
  }
  return null;
}
