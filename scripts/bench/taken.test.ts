import { expect, test } from "vitest";
import { watchTaken } from "./taken.ts";

const stat = (idle: number, steal: number): string =>
  `cpu  10 0 10 ${idle} 0 0 0 ${steal} 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n`;

test("says which share of the time was taken, since it was asked to watch", () => {
  const texts = [stat(100, 7), stat(175, 32)];
  const taken = watchTaken(() => texts.shift() ?? "");
  expect(taken()).toBe(0.25);
});

test("says none where the system does not tell", () => {
  expect(watchTaken(() => "")()).toBe(0);
  const texts = ["cpu  1 2 3\n", "cpu  2 2 4\n"];
  expect(watchTaken(() => texts.shift() ?? "")()).toBe(0);
});
