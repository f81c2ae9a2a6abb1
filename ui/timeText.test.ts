import { expect, test } from "vitest";
import { bytesText, momentText, spanText } from "./timeText.ts";

test("moments are in seconds with three decimals", () => {
  expect(momentText(8_676_000)).toBe("8.676 s");
  expect(momentText(0)).toBe("0.000 s");
});

test("short spans are in milliseconds, long ones in seconds", () => {
  expect(spanText(14_900)).toBe("14.9 ms");
  expect(spanText(324_000)).toBe("324 ms");
  expect(spanText(1_240_000)).toBe("1.240 s");
});

test("bytes stay exact while they are few", () => {
  expect(bytesText(126)).toBe("126 B");
  expect(bytesText(12_340)).toBe("12.3 kB");
});
