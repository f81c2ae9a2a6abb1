import { expect, test } from "vitest";
import { timerFraction } from "./timerArc.ts";

test("an arc is what is left, as a share of the longest timeout possible", () => {
  const timer = { startedAtUs: 0, expiresAtUs: 1_000_000, longestUs: 2_000_000 };
  expect(timerFraction(timer, 0)).toBe(0.5);
  expect(timerFraction(timer, 500_000)).toBe(0.25);
  expect(timerFraction(timer, 1_000_000)).toBe(0);
  expect(timerFraction(timer, 9_000_000)).toBe(0);
  expect(timerFraction({ ...timer, longestUs: 0 }, 0)).toBe(0);
});
