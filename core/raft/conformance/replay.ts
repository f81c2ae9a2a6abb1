import { InvariantError } from "../../base/assert.ts";
import { DirectiveError } from "./arguments.ts";
import { CONF_CHANGE_COMMANDS, ConfChangeFile } from "./confChangeFile.ts";
import type { Directive, Part } from "./dataFile.ts";
import { Environment } from "./environment.ts";
import { answerQuorumDirective, QUORUM_COMMANDS } from "./quorumFile.ts";

/** What came of a directive. */
export interface Outcome {
  readonly directive: Directive;
  /** What it printed; or why it printed nothing, and then no transcript can be the right one. */
  readonly result:
    | { readonly kind: "transcript"; readonly text: string }
    | { readonly kind: "refused"; readonly why: string };
  readonly passed: boolean;
}

/** Carries out a directive and returns what it prints. */
export type Handler = (d: Directive) => string;

/** Replays one file in the language that it is written in. */
export function replay(parts: readonly Part[]): readonly Outcome[] {
  return replayWith(parts, handlerFor);
}

/**
 * Replays the directives of one file in their order, with a handler that is made for them. One that
 * fails does not end the replay.
 */
export function replayWith(
  parts: readonly Part[],
  handlerFor: (directives: readonly Directive[]) => Handler,
): readonly Outcome[] {
  const directives = parts.flatMap((part) => (part.kind === "directive" ? part.directive : []));
  const handle = handlerFor(directives);
  return directives.map((directive) => {
    const result = resultOf(() => handle(directive));
    const passed = result.kind === "transcript" && result.text === directive.expected;
    return { directive, result, passed };
  });
}

/** A file is in the language of the first command that only one of the languages has. */
function handlerFor(directives: readonly Directive[]): Handler {
  for (const { command } of directives) {
    if (Environment.knows(command)) break;
    if (QUORUM_COMMANDS.has(command)) return answerQuorumDirective;
    if (CONF_CHANGE_COMMANDS.has(command)) {
      const file = new ConfChangeFile();
      return (d) => file.handle(d);
    }
  }
  const environment = new Environment();
  return (d) => environment.handle(d);
}

function resultOf(handle: () => string): Outcome["result"] {
  try {
    const text = handle();
    return { kind: "transcript", text: text === "" || text.endsWith("\n") ? text : `${text}\n` };
  } catch (error) {
    if (error instanceof DirectiveError) return { kind: "refused", why: error.message };
    if (error instanceof InvariantError) {
      return { kind: "transcript", text: `panic: ${error.message}\n` };
    }
    // Whatever else happens is a fault of this program, and no reason to leave out what follows.
    return { kind: "refused", why: `unexpected ${String(error)}` };
  }
}
