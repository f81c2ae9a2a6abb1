/// <reference types="node" />
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/**
 * Hues that mean different things must stay apart for everybody: CIEDE2000 between any two of a
 * set, as seen with normal vision and as Machado, Oliveira and Fernandes (2009) simulate the three
 * dichromacies at full severity.
 */
type Triple = readonly [number, number, number];
type Vision = keyof typeof SIMULATIONS;

const SIMULATIONS = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;

const TERMS = [0, 1, 2, 3, 4, 5].map((hue) => `term-${hue}`);
const MESSAGES = ["vote", "append", "snapshot", "client"].map((kind) => `message-${kind}`);
const STATUSES = ["status-ok", "status-warn", "status-bad"];

/** What the design measured, rounded down. A status also has an icon and a word, always. */
const LEAST = {
  light: {
    terms: { normal: 25, protan: 20, deutan: 16.8, tritan: 11.6 },
    neighbours: 24.8,
    messages: 24.7,
    statuses: { normal: 36, protan: 20.9, deutan: 22.3, tritan: 8.9 },
  },
  dark: {
    terms: { normal: 20.1, protan: 17.5, deutan: 16.6, tritan: 14.6 },
    neighbours: 21.6,
    messages: 25.6,
    statuses: { normal: 49, protan: 25.6, deutan: 27.3, tritan: 26.5 },
  },
} as const;

const tokensCss = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
const visions = Object.keys(SIMULATIONS) as Vision[];

describe.each(["light", "dark"] as const)("hues in %s", (theme) => {
  const tokens = parseTokens(theme === "light" ? 0 : 1);
  const least = LEAST[theme];

  test.each(visions)("terms, %s", (vision) => {
    expect(leastOf(tokens, pairsOf(TERMS), vision)).toBeGreaterThanOrEqual(least.terms[vision]);
  });

  test("terms that follow each other, deutan", () => {
    const neighbours = TERMS.map((hue, i): [string, string] => [hue, TERMS[(i + 1) % 6]!]);
    expect(leastOf(tokens, neighbours, "deutan")).toBeGreaterThanOrEqual(least.neighbours);
  });

  test("messages, deutan", () => {
    expect(leastOf(tokens, pairsOf(MESSAGES), "deutan")).toBeGreaterThanOrEqual(least.messages);
  });

  test.each(visions)("statuses, %s", (vision) => {
    const figure = leastOf(tokens, pairsOf(STATUSES), vision);
    expect(figure).toBeGreaterThanOrEqual(least.statuses[vision]);
  });
});

test("the distance is that of the paper’s own examples", () => {
  // Sharma, Wu and Dalal (2005), table 1: pairs 1, 7, 17 and 25.
  expect(ciede2000([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
  expect(ciede2000([50, 0, 0], [50, -1, 2])).toBeCloseTo(2.3669, 4);
  expect(ciede2000([50, 2.5, 0], [73, 25, -18])).toBeCloseTo(27.1492, 4);
  expect(ciede2000([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387])).toBeCloseTo(
    1.2644,
    4,
  );
});

function parseTokens(theme: 0 | 1): ReadonlyMap<string, string> {
  const tokens = new Map<string, string>();
  for (const match of tokensCss.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);/g)) {
    tokens.set(match[1]!, match[2 + theme]!);
  }
  return tokens;
}

function pairsOf(names: readonly string[]): readonly [string, string][] {
  return names.flatMap((one, i) =>
    names.slice(i + 1).map((other): [string, string] => [one, other]),
  );
}

function leastOf(
  tokens: ReadonlyMap<string, string>,
  pairs: readonly (readonly [string, string])[],
  vision: Vision,
): number {
  const seen = (name: string): Triple => labOf(simulate(linearOf(tokens.get(name)!), vision));
  return Math.min(...pairs.map(([one, other]) => ciede2000(seen(one), seen(other))));
}

function linearOf(hex: string): Triple {
  const channel = (at: number): number => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** In linear light, and what no screen can show is cut off. */
function simulate(rgb: Triple, vision: Vision): Triple {
  const [red, green, blue] = multiply(SIMULATIONS[vision], rgb);
  const within = (value: number): number => Math.min(1, Math.max(0, value));
  return [within(red), within(green), within(blue)];
}

function multiply([r1, r2, r3]: readonly [Triple, Triple, Triple], column: Triple): Triple {
  const [x, y, z] = column;
  const product = ([a, b, c]: Triple): number => a * x + b * y + c * z;
  return [product(r1), product(r2), product(r3)];
}

/** CIELAB under D65. */
function labOf(rgb: Triple): Triple {
  const [x, y, z] = multiply(
    [
      [0.4124564, 0.3575761, 0.1804375],
      [0.2126729, 0.7151522, 0.072175],
      [0.0193339, 0.119192, 0.9503041],
    ],
    rgb,
  );
  const f = (share: number): number =>
    share > 216 / 24389 ? Math.cbrt(share) : ((24389 / 27) * share + 16) / 116;
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

/** Sharma, Wu and Dalal (2005), with all weights 1. */
function ciede2000([l1, a1, b1]: Triple, [l2, a2, b2]: Triple): number {
  const meanC = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(meanC ** 7 / (meanC ** 7 + 25 ** 7)));
  const [c1, h1] = polar(a1 * (1 + g), b1);
  const [c2, h2] = polar(a2 * (1 + g), b2);
  const turn = c1 * c2 === 0 ? 0 : ((h2 - h1 + 540) % 360) - 180;
  const dH = 2 * Math.sqrt(c1 * c2) * sin(turn / 2);
  const l = (l1 + l2) / 2;
  const c = (c1 + c2) / 2;
  const h = c1 * c2 === 0 ? h1 + h2 : h1 + turn / 2;
  const t =
    1 - 0.17 * cos(h - 30) + 0.24 * cos(2 * h) + 0.32 * cos(3 * h + 6) - 0.2 * cos(4 * h - 63);
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const sc = 1 + 0.045 * c;
  const sh = 1 + 0.015 * c * t;
  const fromBlue = (((h + 360) % 360) - 275) / 25;
  const bend = 30 * Math.exp(-(fromBlue ** 2));
  const rt = -2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) * sin(2 * bend);
  const [dl, dc, dh] = [(l2 - l1) / sl, (c2 - c1) / sc, dH / sh];
  return Math.sqrt(dl ** 2 + dc ** 2 + dh ** 2 + rt * dc * dh);
}

/** Chroma, and hue from 0 to 360 degrees. */
function polar(a: number, b: number): readonly [number, number] {
  return [Math.hypot(a, b), ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360];
}

function sin(degrees: number): number {
  return Math.sin((degrees * Math.PI) / 180);
}

function cos(degrees: number): number {
  return Math.cos((degrees * Math.PI) / 180);
}
