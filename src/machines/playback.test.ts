import { beforeEach, describe, expect, test } from "vitest";
import { createActor } from "xstate";
import { playbackMachine, SPEED_DEFAULT, SPEED_MAX, SPEED_MIN } from "./playback.ts";

let actor = createActor(playbackMachine);
const mode = (): string => actor.getSnapshot().value;

beforeEach(() => {
  actor = createActor(playbackMachine).start();
});

describe("playback", () => {
  test("starts paused and plays live at the end of the branch", () => {
    expect(mode()).toBe("paused");
    actor.send({ type: "play" });
    expect(mode()).toBe("live");
    actor.send({ type: "pause" });
    expect(mode()).toBe("paused");
  });

  test("playing in the past replays and becomes live at the end", () => {
    actor.send({ type: "positionChanged", inPast: true });
    actor.send({ type: "play" });
    expect(mode()).toBe("replaying");
    actor.send({ type: "positionChanged", inPast: true });
    expect(mode()).toBe("replaying");
    actor.send({ type: "positionChanged", inPast: false });
    expect(mode()).toBe("live");
  });

  test("a drag keeps scrubbing through its seeks and then goes on as before", () => {
    actor.send({ type: "play" });
    actor.send({ type: "scrubStart" });
    actor.send({ type: "jump" });
    actor.send({ type: "positionChanged", inPast: true });
    expect(mode()).toBe("scrubbing");
    actor.send({ type: "scrubEnd" });
    expect(mode()).toBe("replaying");
  });

  test("a drag of a paused page ends paused", () => {
    actor.send({ type: "scrubStart" });
    actor.send({ type: "positionChanged", inPast: true });
    actor.send({ type: "scrubEnd" });
    expect(mode()).toBe("paused");
  });

  test("a jump, a step and a broken rule stop time", () => {
    for (const type of ["jump", "halt"] as const) {
      actor.send({ type: "play" });
      actor.send({ type });
      expect(mode()).toBe("paused");
    }
  });

  test("Live leaves the past from every state", () => {
    actor.send({ type: "positionChanged", inPast: true });
    actor.send({ type: "goLive" });
    expect(mode()).toBe("live");
    actor.send({ type: "positionChanged", inPast: false });
    expect(mode()).toBe("live");
  });

  test("keeps the speed within its bounds", () => {
    const speedAfter = (speed: number): number => {
      actor.send({ type: "setSpeed", speed });
      return actor.getSnapshot().context.speed;
    };
    expect(speedAfter(1)).toBe(1);
    expect(speedAfter(1e9)).toBe(SPEED_MAX);
    expect(speedAfter(0)).toBe(SPEED_MIN);
    expect(speedAfter(Number.NaN)).toBe(SPEED_DEFAULT);
  });
});
