import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import { dataFilesHold, storiesHold } from "./dataFiles.contract.ts";
import { replay } from "./replay.ts";

/** Replays data files: our own stories, and etcd's files where they lie beside the checkout. */
const folder = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const REFERENCE = ["interaction", "quorum", "confchange"]
  .map((name) => folder(`../../../../shared/reference/${name}/`))
  .filter((path) => existsSync(path));

describe("stories", () => storiesHold(folder("../../stories/raft/"), replay));

describe.each(REFERENCE)("%s", (path) => dataFilesHold(path, replay));
