/// <reference types="node" />
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

// Read from the disk: the test runner empties every style sheet that is imported.
const tokensCss = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

/** WCAG 2: text needs 4.5, graphics that carry meaning 3. */
const TEXT = 4.5;
const GRAPHIC = 3;
const SURFACES = ["surface-stage", "surface-panel", "surface-selected"];
const TERMS = [0, 1, 2, 3, 4, 5];
const MESSAGES = ["vote", "append", "snapshot", "client"];
const STATUSES = ["status-ok", "status-warn", "status-bad"];

const themes = { light: parseTokens(0), dark: parseTokens(1) };

describe.each(Object.entries(themes))("contrast in %s", (_, tokens) => {
  test.each(SURFACES)("text on %s", (surface) => {
    for (const ink of ["ink", "ink-secondary", ...STATUSES]) {
      expect(contrast(tokens, ink, surface), ink).toBeGreaterThanOrEqual(TEXT);
    }
  });

  test("text on the inverse surface", () => {
    expect(contrast(tokens, "ink-inverse", "surface-inverse")).toBeGreaterThanOrEqual(TEXT);
    expect(contrast(tokens, "ink-inverse", "ink")).toBeGreaterThanOrEqual(TEXT);
  });

  test.each(SURFACES)("graphics on %s", (surface) => {
    for (const token of ["line-graphic", ...TERMS.map((i) => `term-${i}`)]) {
      expect(rounded(contrast(tokens, token, surface)), token).toBeGreaterThanOrEqual(GRAPHIC);
    }
    for (const kind of MESSAGES) {
      expect(contrast(tokens, `message-${kind}`, surface), kind).toBeGreaterThanOrEqual(GRAPHIC);
    }
  });

  test("labels on the hues that carry them", () => {
    for (const i of TERMS) {
      expect(contrast(tokens, `term-${i}-label`, `term-${i}`), `${i}`).toBeGreaterThanOrEqual(TEXT);
    }
    for (const kind of MESSAGES) {
      const figure = contrast(tokens, "message-label", `message-${kind}`);
      expect(figure, kind).toBeGreaterThanOrEqual(TEXT);
    }
    expect(contrast(tokens, "message-label", "status-bad")).toBeGreaterThanOrEqual(TEXT);
  });

  test("letters of hollow messages on the stage", () => {
    for (const kind of MESSAGES) {
      const figure = contrast(tokens, `message-${kind}`, "surface-stage");
      expect(figure, kind).toBeGreaterThanOrEqual(TEXT);
    }
  });
});

test("the figures that the design measured still hold", () => {
  expect(rounded(contrast(themes.light, "ink", "surface-stage"))).toBe(17.5);
  expect(rounded(contrast(themes.light, "term-2", "surface-panel"))).toBe(11.1);
  expect(rounded(contrast(themes.dark, "ink-secondary", "surface-selected"))).toBe(7.2);
});

/** Every `--name: light-dark(#…, #…)` of the file, for one of the two themes. */
function parseTokens(theme: 0 | 1): ReadonlyMap<string, string> {
  const tokens = new Map<string, string>();
  for (const match of tokensCss.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);/g)) {
    tokens.set(match[1]!, match[2 + theme]!);
  }
  return tokens;
}

function contrast(tokens: ReadonlyMap<string, string>, above: string, below: string): number {
  const [light, dark] = [luminance(tokens, above), luminance(tokens, below)].toSorted(
    (a, b) => b - a,
  );
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(tokens: ReadonlyMap<string, string>, name: string): number {
  const hex = tokens.get(name);
  if (hex === undefined) throw new Error(`tokens.css has no --${name}`);
  const [red, green, blue] = [1, 3, 5].map((at) =>
    linear(parseInt(hex.slice(at, at + 2), 16) / 255),
  );
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

function rounded(figure: number): number {
  return Math.round(figure * 10) / 10;
}
