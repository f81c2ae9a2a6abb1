import { describe, expect, test } from "vitest";
import { createFrameBus } from "./frameBus.ts";

function listened() {
  const frames = createFrameBus();
  const travels: number[] = [];
  const readouts: number[] = [];
  frames.subscribe((nowUs) => travels.push(nowUs), "travel");
  frames.subscribe((nowUs) => readouts.push(nowUs), "readout");
  return { frames, travels, readouts };
}

const calm = { runs: true, changes: false };
const changing = { runs: true, changes: true };

describe("frames", () => {
  test("move what travels every time, and write readouts where the picture changes", () => {
    const { frames, travels, readouts } = listened();
    for (let us = 1; us <= 9; us++) frames.emit(us, us % 2 === 0 ? changing : calm);
    expect(travels).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(readouts).toEqual([4, 8]);
  });

  test("write a readout though nothing else changes", () => {
    const { frames, readouts } = listened();
    for (let us = 1; us <= 13; us++) frames.emit(us, calm);
    expect(readouts).toEqual([6, 12]);
  });

  test("write it at once where time does not run: one picture, one moment", () => {
    const { frames, readouts } = listened();
    frames.emit(5, calm);
    frames.emit(6, { runs: false, changes: true });
    frames.emit(2, { runs: false, changes: false });
    expect(readouts).toEqual([6, 2]);
    expect(frames.nowUs()).toBe(2);
  });
});
