import type { Part } from "../../raft/conformance/dataFile.ts";
import { replayWith } from "../../raft/conformance/replay.ts";
import type { Outcome } from "../../raft/conformance/replay.ts";
import { StoryWorld } from "./storyWorld.ts";

/** Plays one story, in a world of its own. */
export function replayStory(parts: readonly Part[]): readonly Outcome[] {
  const story = new StoryWorld();
  return replayWith(parts, () => (d) => story.handle(d));
}
