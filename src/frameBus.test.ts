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

describe("frames", () => {
  test("move what travels every time, and write readouts where the picture changes", () => {
    const { frames, travels, readouts } = listened();
    frames.emit(1, true);
    frames.emit(2, false);
    frames.emit(3, true);
    frames.emit(4, false);
    expect(travels).toEqual([1, 2, 3, 4]);
    expect(readouts).toEqual([1, 3]);
  });

  test("write a readout at the latest in the third frame, though nothing else changes", () => {
    const { frames, readouts } = listened();
    for (let us = 1; us <= 7; us++) frames.emit(us, false);
    expect(readouts).toEqual([3, 6]);
  });

  test("leave no readout behind the moment at which time stands", () => {
    const { frames, readouts } = listened();
    frames.emit(5, true);
    frames.emit(6, false);
    frames.emit(6, false);
    expect(readouts).toEqual([5, 6]);
    expect(frames.nowUs()).toBe(6);
  });
});
