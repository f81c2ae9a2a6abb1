import { useRef } from "react";
import type { Command } from "../command/command.ts";
import { objectCommands } from "../command/objectCommands.ts";
import type { ObjectCommands } from "../command/objectCommands.ts";
import type { PageState } from "../page.ts";
import { useView } from "../pageContext.ts";

/** What can be done to an object now; keeps its identity while the menu would read the same. */
export function useObjectCommands(ref: string): ObjectCommands | null {
  const last = useRef<ObjectCommands | null>(null);
  const seen = useRef<PageState | null>(null);
  return useView((state) => {
    if (seen.current === state) return last.current;
    seen.current = state;
    const now = objectCommands(ref, state);
    if (!readsTheSame(last.current, now)) last.current = now;
    return last.current;
  });
}

function readsTheSame(one: ObjectCommands | null, other: ObjectCommands | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.commands.length === other.commands.length &&
    one.commands.every((command, at) => isSame(command, other.commands[at]))
  );
}

/** What a command does follows from what it says, but for figures that its object carries along. */
function isSame(one: Command, other: Command | undefined): boolean {
  return (
    one.id === other?.id &&
    one.name === other.name &&
    one.refusal === other.refusal &&
    one.isOn === other.isOn
  );
}
