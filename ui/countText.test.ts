import * as fc from "fast-check";
import { expect, test } from "vitest";
import { countText } from "./countText.ts";

test("abbreviates from ten thousand on", () => {
  expect(countText(0)).toBe("0");
  expect(countText(9_999)).toBe("9999");
  expect(countText(10_000)).toBe("10.0k");
  expect(countText(12_345)).toBe("12.3k");
  expect(countText(999_949)).toBe("1000k");
  expect(countText(999_950)).toBe("1.00M");
  expect(countText(4_560_000)).toBe("4.56M");
});

test("keeps to five letters and to half a percent of the number", () => {
  fc.assert(
    fc.property(fc.nat(999_000_000), (count) => {
      const text = countText(count);
      expect(text.length).toBeLessThanOrEqual(5);
      const factor = text.endsWith("k") ? 1e3 : text.endsWith("M") ? 1e6 : 1;
      expect(Math.abs(Number.parseFloat(text) * factor - count)).toBeLessThanOrEqual(count / 200);
    }),
  );
});
