import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

function fuzz(...args: readonly string[]) {
  const command = ["--conditions=source", "--import", "tsx", "scripts/fuzz.ts"];
  return spawnSync(process.execPath, [...command, ...args], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
  });
}

describe("npm run fuzz", () => {
  test.each([
    [["--count", "none"], '--count takes a whole number from 1, not "none".\n'],
    [["--seed", "-1"], ""],
    [["--shard", "3/2"], '--shard takes I/N, I from 1 to N, not "3/2".\n'],
    [["disk"], 'It is wire or broker that is to be fuzzed, not "disk".\n'],
    [["--shard", "2"], '--shard takes I/N, I from 1 to N, not "2".\n'],
  ])("refuses %j", (args, sentence) => {
    const { status, stdout, stderr } = fuzz(...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(sentence);
  });

  test("does a part of a round of brokers", () => {
    const { status, stdout } = fuzz("broker", "--count", "2100", "--shard", "2/2");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ +1 {2}rounds of new brokers$/m);
  });

  test("does its part and counts it", () => {
    const { status, stdout } = fuzz("--count", "100", "--shard", "2/3");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ +29 {2}frames\n +4 {2}batches$/m);
  });
});
