import { describe, expect, test } from "vitest";
import { nodeCommands } from "../command/nodeCommands.ts";
import { pageWith } from "../command/testing.ts";
import { entryText, menuEntries, typedAhead } from "./menuEntries.ts";

describe("a menu", () => {
  const commands = nodeCommands("n1", pageWith());

  test("has one line for everything that stands in a menu of its own", () => {
    const entries = menuEntries(commands, null);
    const texts = entries.map(entryText);
    expect(texts.filter((text) => text === "Disk")).toHaveLength(1);
    expect(texts).not.toContain("Torn sectors");
    const inside = entries.flatMap((entry) => (entry.kind === "submenu" ? entry.commands : []));
    const outside = entries.flatMap((entry) => (entry.kind === "command" ? [entry.command] : []));
    expect(new Set([...inside, ...outside])).toEqual(new Set(commands));
  });

  test("shows the lines of the one that is opened, and of no other", () => {
    const texts = menuEntries(commands, "Clock of n1").map(entryText);
    expect(texts).toEqual(["50 %", "100 %", "200 %", "another rate"]);
  });

  test("has a rule between its parts, never before the first", () => {
    const entries = menuEntries(commands, null);
    expect(entries[0]?.startsSection).toBe(false);
    const starts = entries.filter(({ startsSection }) => startsSection).map(entryText);
    expect(starts).toContain("Cut links");
    expect(starts).not.toContain("Restart");
  });
});

describe("typing ahead", () => {
  const texts = ["Cut power", "Pause", "Cut links", "Clock"];

  test("one letter goes from line to line, around the end", () => {
    expect(typedAhead(texts, "c", 0)).toBe(2);
    expect(typedAhead(texts, "c", 2)).toBe(3);
    expect(typedAhead(texts, "C", 3)).toBe(0);
  });

  test("more letters may still mean the line they are on", () => {
    expect(typedAhead(texts, "cut", 0)).toBe(0);
    expect(typedAhead(texts, "cl", 3)).toBe(3);
    expect(typedAhead(texts, "cut l", 0)).toBe(2);
  });

  test("letters that begin no line lead nowhere", () => {
    expect(typedAhead(texts, "x", 0)).toBeNull();
    expect(typedAhead([], "c", -1)).toBeNull();
  });
});
