import type { Command } from "../command/command.ts";
import { allCommands, keyCommands } from "../command/objectCommands.ts";
import { scenarioCommands } from "../command/pageCommands.ts";
import { PHRASE_COMMANDS, readPhrase } from "../command/phrases.ts";
import { searchCommands } from "../command/search.ts";
import { eventCommands } from "../command/timeCommands.ts";
import type { PageState, ScenarioTitle } from "../page.ts";

const OPTIONS_MAX = 40;

/**
 * What is offered for a text, best first: what it says outright, then what its words may mean, of
 * that what is impossible now at the end. Without a text: what was done last, what can be said, what
 * keys do.
 */
export function paletteOptions(
  text: string,
  state: PageState,
  recentIds: readonly string[],
  scenarios: readonly ScenarioTitle[],
): readonly Command[] {
  const all = [...allCommands(state), ...scenarioCommands(scenarios)];
  if (text.trim() === "") {
    const recent = recentIds.flatMap((id) => all.find((command) => command.id === id) ?? []);
    return offered([], [...recent, ...PHRASE_COMMANDS, ...keyCommands(state)]);
  }
  const said = readPhrase(text, state);
  const found = searchCommands([...all, ...PHRASE_COMMANDS, ...eventCommands(state)], text);
  return offered(said === null ? [] : [said], found);
}

/** Enter gives the first: what was said outright stays it even if it is refused. */
function offered(said: readonly Command[], found: readonly Command[]): readonly Command[] {
  const possible = found.filter(({ refusal }) => refusal === null);
  const impossible = found.filter(({ refusal }) => refusal !== null);
  return distinct([...said, ...possible, ...impossible]).slice(0, OPTIONS_MAX);
}

/** The first of those with the same name. */
function distinct(commands: readonly Command[]): readonly Command[] {
  const byName = new Map<string, Command>();
  for (const command of commands) {
    if (!byName.has(command.name)) byName.set(command.name, command);
  }
  return [...byName.values()];
}
