import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const GOOD = "simple\nv1\n----\nvoters=(1)\n1: StateProbe match=0 next=1\n";
const BAD = "vote cfg=(1) votes=(y)\n----\nVoteWon\n\nvote cfg=(1) votes=(n)\n----\nVoteWon\n";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "chronik-conformance-"));
  for (const name of ["all/deep", "good", "empty"])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "good/one.txt"), GOOD);
  writeFileSync(join(folder, "good/comment.txt"), "# nothing yet\n");
  writeFileSync(join(folder, "all/a.txt"), GOOD);
  writeFileSync(join(folder, "all/deep/b.txt"), BAD);
  writeFileSync(join(folder, "all/malformed.txt"), "# first\nsimple\nv1\n");
  writeFileSync(join(folder, "all/notes.md"), "not a data file");
  writeFileSync(join(folder, "other.data"), GOOD);
});

afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: readonly string[]) {
  const command = ["--conditions=source", "--import", "tsx", "scripts/conformance.ts"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command, ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return { status, stdout: stdout.replaceAll(folder, "DIR"), stderr };
}

describe("npm run conformance", () => {
  test("replays folders and files, prints what differs, and fails for it", () => {
    const { status, stdout } = run(join(folder, "all"), join(folder, "other.data"));
    expect(stdout).toBe(`ok      1 of 1 passed  DIR/all/a.txt
DIR/all/deep/b.txt:5: vote cfg=1 votes=n
--- expected
+++ actual
@@ -1,1 +1,1 @@
-VoteWon
+VoteLost

FAILED  1 of 2 passed  DIR/all/deep/b.txt
DIR/all/malformed.txt:2: simple has no ---- line: write one after it, and what it prints below that
FAILED  not replayed  DIR/all/malformed.txt
ok      1 of 1 passed  DIR/other.data
3 passed, 2 failed
`);
    expect(status).toBe(1);
  });

  test("succeeds when nothing differs", () => {
    const { status, stdout } = run(join(folder, "good"));
    expect(stdout).toMatch(/\n1 passed, 0 failed\n$/);
    expect(status).toBe(0);
  });

  test.each([
    [["missing"], "does not exist: name a folder of data files, or a file."],
    [["empty"], "holds no *.txt file: name a folder of data files."],
    [["good/comment.txt"], "These files hold no directive: nothing was replayed."],
    [[], "Use: npm run conformance -- PATH..."],
  ])("fails on %j with a sentence", (names, sentence) => {
    const { status, stdout, stderr } = run(...names.map((name) => join(folder, name)));
    expect(stderr).toContain(sentence);
    expect(stdout).not.toContain("passed,");
    expect(status).toBe(1);
  });
});
