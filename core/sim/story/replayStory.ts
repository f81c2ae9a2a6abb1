import { DirectiveError } from "../../raft/conformance/arguments.ts";
import type { Part } from "../../raft/conformance/dataFile.ts";
import type { Outcome } from "../../raft/conformance/replay.ts";
import { StoryWorld } from "./storyWorld.ts";

/** Plays the directives of one story in their order. One that fails does not end it. */
export function replayStory(parts: readonly Part[]): readonly Outcome[] {
  const story = new StoryWorld();
  const directives = parts.flatMap((part) => (part.kind === "directive" ? part.directive : []));
  return directives.map((directive) => {
    const result = resultOf(() => story.handle(directive));
    const passed = result.kind === "transcript" && result.text === directive.expected;
    return { directive, result, passed };
  });
}

function resultOf(handle: () => string): Outcome["result"] {
  try {
    const text = handle();
    return { kind: "transcript", text: text.endsWith("\n") ? text : `${text}\n` };
  } catch (error) {
    if (error instanceof DirectiveError) return { kind: "refused", why: error.message };
    // Whatever else happens is a fault of this program, and no reason to leave out what follows.
    return { kind: "refused", why: `unexpected ${String(error)}` };
  }
}
