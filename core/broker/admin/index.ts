/** The console's side of administration: a typed line becomes a command, its result a text. */
export { adminText } from "./adminText.ts";
export { COMMAND_HELP, parseAdminCommand } from "./commandLine.ts";
export type { CommandParsed } from "./commandLine.ts";
