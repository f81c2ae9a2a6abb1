import type { Command } from "../command/command.ts";
import { messageCommands } from "../command/messageCommands.ts";
import { nodeCommands } from "../command/nodeCommands.ts";
import { selectCommands } from "../command/objectCommands.ts";
import { pageCommands } from "../command/pageCommands.ts";
import { branchCommands, timeCommands } from "../command/timeCommands.ts";
import type { PageState } from "../page.ts";

/** Keys that belong together, and what each does now. */
export interface KeyGroup {
  readonly title: string;
  readonly rows: readonly KeyRow[];
}

interface KeyRow {
  readonly keys: readonly string[];
  readonly meaning: string;
  /** Why it does nothing now. */
  readonly refusal: string | null;
}

/** Everything that a key does, read from the commands themselves. */
export function helpGroups(state: PageState): readonly KeyGroup[] {
  const node = state.selectedNode;
  return [
    { title: "Moving in time", rows: rowsOf([...timeCommands(state), ...branchCommands(state)]) },
    {
      title: `The selected node, ${node}`,
      rows: [...selectRow(selectCommands(state)), ...rowsOf(nodeCommands(node, state))],
    },
    { title: "A message that is pointed at", rows: rowsOf(messageCommands(null, state)) },
    { title: "The page", rows: [...rowsOf(pageCommands(state)), ...OBJECT_ROWS] },
  ];
}

function rowsOf(commands: readonly Command[]): readonly KeyRow[] {
  return commands.flatMap(({ key, name, refusal }) =>
    key === undefined ? [] : [{ keys: key.split("+").map(keyText), meaning: name, refusal }],
  );
}

/** One row for all of them. */
function selectRow(commands: readonly Command[]): readonly KeyRow[] {
  const keys = [commands[0]?.key, commands.at(-1)?.key].flatMap((key) => key ?? []);
  return [{ keys: [keys.join(" … ")], meaning: "Select a node", refusal: null }];
}

function keyText(key: string): string {
  return KEY_TEXTS.get(key) ?? key;
}

const KEY_TEXTS: ReadonlyMap<string, string> = new Map([
  ["ArrowLeft", "←"],
  ["ArrowRight", "→"],
  ["Escape", "Esc"],
]);

/** What is done with the hand on an object, which no single command can say. */
const OBJECT_ROWS: readonly KeyRow[] = [
  ["Tab", "Walk the nodes, messages and entries"],
  ["← → ↑ ↓", "Go from one to the next, where one has the focus"],
  ["Enter", "Open the menu of what has the focus"],
  ["right click", "Open the menu; a long press does too"],
  ["drag", "Across links on the stage: cut them"],
].map(([keys = "", meaning = ""]) => ({ keys: [keys], meaning, refusal: null }));
