import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatDataFile, parseDataFile } from "./dataFile.ts";
import type { Part } from "./dataFile.ts";
import { Environment } from "./environment.ts";

/**
 * Replays story files. Ours are in core/stories/raft; REWRITE=1 writes what they give now, and the
 * diff is the review. CONFORMANCE_DIR names a further folder, such as etcd's own interaction files.
 */
const OURS = new URL("../../stories/raft/", import.meta.url).pathname;
const THEIRS = process.env["CONFORMANCE_DIR"];
const isRewriting = process.env["REWRITE"] === "1";

function replay(path: string): void {
  const parts = parseDataFile(readFileSync(path, "utf8"));
  const environment = new Environment();
  const actual = new Map<Part, string>();
  for (const part of parts) {
    if (part.kind === "text") continue;
    const got = environment.handle(part.directive);
    actual.set(part, got);
    if (isRewriting && path.startsWith(OURS)) continue;
    const where = `${path}:${part.directive.line} ${part.directive.command}`;
    expect(got, where).toBe(part.directive.expected);
  }
  if (isRewriting && path.startsWith(OURS)) writeFileSync(path, formatDataFile(parts, actual));
}

describe.each([OURS, ...(THEIRS === undefined ? [] : [THEIRS])])("%s", (folder) => {
  const files = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith(".txt"))
    : [];
  test.each(files)("%s", (name) => {
    replay(join(folder, name));
  });
});
