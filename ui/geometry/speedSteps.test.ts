import { describe, expect, test } from "vitest";
import { SPEEDS, speedAtStep, speedStep, speedText } from "./speedSteps.ts";

describe("speed steps", () => {
  test("every offered speed is its own step", () => {
    SPEEDS.forEach((speed, step) => {
      expect(speedStep(speed)).toBe(step);
      expect(speedAtStep(step)).toBe(speed);
    });
  });

  test("a speed between two steps takes the nearer one by ratio", () => {
    expect(speedAtStep(speedStep(0.3))).toBe(0.25);
    expect(speedAtStep(speedStep(0.004))).toBe(0.005);
  });

  test("ends hold", () => {
    expect(speedAtStep(-1)).toBe(0.001);
    expect(speedAtStep(99)).toBe(10);
  });

  test("reads as a share of real time", () => {
    expect(SPEEDS.map(speedText)).toEqual([
      "1/1000",
      "1/500",
      "1/200",
      "1/100",
      "1/50",
      "1/20",
      "1/10",
      "1/4",
      "1/2",
      "1×",
      "2×",
      "5×",
      "10×",
    ]);
  });
});
