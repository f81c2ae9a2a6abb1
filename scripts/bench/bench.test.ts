import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

function bench(...args: readonly string[]) {
  const command = ["--conditions=source", "--import", "tsx", "scripts/bench.ts"];
  return spawnSync(process.execPath, [...command, ...args], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
  });
}

describe("npm run bench", () => {
  test.each([
    [["tea"], 'There is no suite "tea": choose from raft, wal, wire, broker.\n'],
    [["raft", "z"], 'There is no workload "z" in raft: choose from a, b, b1, c, d, ea, eb.\n'],
    [["raft", "--runs", "0"], '--runs takes a whole number from 1, not "0".\n'],
    [["raft", "--fast"], "Unknown option '--fast'. See npm run bench -- --help.\n"],
  ])("refuses %j", (args, sentence) => {
    expect(bench(...args)).toMatchObject({ status: 1, stdout: "", stderr: sentence });
  });

  test("explains itself", () => {
    const { status, stdout } = bench("--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ {2}b1 {3}3 nodes, 64 commands in one proposal$/m);
  });

  test("measures in a process of its own and prints one object", () => {
    const { status, stdout } = bench("raft", "b1", "--runs", "1", "--json");
    expect(status).toBe(0);
    const [result, ...others] = JSON.parse(stdout).results;
    expect(others).toEqual([]);
    expect(result).toMatchObject({
      suite: "raft",
      workload: "b1",
      unit: "commits",
      units: 100_032,
      runs: 1,
      counters: { readys: 9_378, messages: 12_504, applied: 300_096 },
    });
    expect(result.perCpuSecond.median).toBeGreaterThan(0);
    expect(result.peakRssBytes).toBeGreaterThan(10_000_000);
  });

  test("writes a profile and says where the time went", () => {
    const folder = mkdtempSync(join(tmpdir(), "chronik-profile-"));
    const { status, stdout } = bench("raft", "b1", "--profile", folder);
    const files = readdirSync(folder);
    rmSync(folder, { recursive: true });
    expect(status).toBe(0);
    expect(files).toEqual(["raft-b1.cpuprofile"]);
    expect(stdout).toMatch(/^ +\d+\.\d %  \S.* \w+\.mjs:\d+$/m);
  });
});
