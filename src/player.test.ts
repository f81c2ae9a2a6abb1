import { beforeEach, describe, expect, test } from "vitest";
import { createActor } from "xstate";
import type { WorldView } from "@chronik/core/view";
import type { PageState } from "../ui/page.ts";
import { createFrameBus } from "./frameBus.ts";
import { playbackMachine } from "./machines/playback.ts";
import { createPlayer } from "./player.ts";
import type { Command, Frame } from "./session/protocol.ts";
import { createPageStore } from "./store.ts";

const FRAME_MS = 16;
const WORLD = { nodeNames: [] } as unknown as WorldView;

/** A session that answers when the test says so. */
function setUp() {
  const sent: Command[] = [];
  const port = {
    answered: 0,
    send: (command: Command) => void sent.push(command),
    idle: () => port.answered === sent.length,
    close: () => {},
  };
  const playback = createActor(playbackMachine).start();
  const store = createPageStore({
    world: null,
    playback: { mode: "paused", speed: 1 / 4, endUs: 0, inPast: false, seeking: null },
  } as unknown as PageState);
  const frames = createFrameBus();
  const player = createPlayer({ port: () => port, store, frames, playback });
  let wallMs = 0;
  return {
    sent,
    store,
    frames,
    playback,
    player,
    answer(frame: Partial<Frame>): void {
      port.answered = sent.length;
      player.frameArrived(
        { nowUs: 0, endUs: 0, inPast: false, halted: false, ...frame } as Frame,
        WORLD,
      );
    },
    tick(passedMs = FRAME_MS): void {
      wallMs += passedMs;
      player.tick(wallMs);
    },
  };
}

let page = setUp();

beforeEach(() => {
  page = setUp();
  page.player.jump({ kind: "seekEnd" });
  page.answer({ nowUs: 1_000_000, endUs: 1_000_000 });
  page.tick();
  page.sent.length = 0;
  page.answer({ nowUs: 1_000_000, endUs: 1_000_000 });
});

describe("live", () => {
  test("time runs with the frames, at the speed that is set", () => {
    page.playback.send({ type: "play" });
    page.tick();
    expect(page.frames.nowUs()).toBe(1_000_000 + FRAME_MS * 250);
    expect(page.sent).toEqual([{ kind: "advance", toUs: 1_004_000 }]);
  });

  test("one request is under way at a time, and time waits for a world that is slow", () => {
    page.playback.send({ type: "play" });
    for (let frame = 0; frame < 60; frame++) page.tick();
    expect(page.sent).toHaveLength(1);
    expect(page.frames.nowUs()).toBe(1_000_000 + 50_000 / 4);
    page.answer({ nowUs: 1_002_000, endUs: 1_002_000 });
    page.tick();
    expect(page.sent).toHaveLength(2);
  });

  test("a page that was hidden goes on where it was", () => {
    page.playback.send({ type: "play" });
    page.tick(60_000);
    expect(page.frames.nowUs()).toBeLessThanOrEqual(1_000_000 + 50_000 / 4);
  });

  test("a pause shows the world at the very moment that was shown last", () => {
    page.playback.send({ type: "play" });
    page.tick();
    page.tick();
    page.playback.send({ type: "pause" });
    page.answer({ nowUs: 1_004_000, endUs: 1_004_000 });
    page.tick();
    expect(page.sent.at(-1)).toEqual({ kind: "advance", toUs: 1_008_000 });
    page.answer({ nowUs: 1_008_000, endUs: 1_008_000 });
    page.tick();
    page.tick();
    expect(page.sent).toHaveLength(2);
    expect(page.frames.nowUs()).toBe(1_008_000);
  });

  test("a broken rule stops time", () => {
    page.playback.send({ type: "play" });
    page.tick();
    page.answer({ nowUs: 1_000_500, endUs: 1_000_500, halted: true });
    page.tick();
    expect(page.store.getState().playback.mode).toBe("paused");
    expect(page.frames.nowUs()).toBe(1_000_500);
  });
});

describe("the past", () => {
  test("a jump shows the moment of the world, not of the request", () => {
    page.playback.send({ type: "jump" });
    page.player.jump({ kind: "seek", toUs: 400_000 });
    page.tick();
    expect(page.frames.nowUs()).toBe(1_000_000);
    page.player.progressed({ kind: "progress", answers: 1, atUs: 100_000, toUs: 400_000 });
    page.tick();
    expect(page.store.getState().playback.seeking).toEqual({ atUs: 100_000, toUs: 400_000 });
    page.answer({ nowUs: 400_000, endUs: 1_000_000, inPast: true });
    page.tick();
    expect(page.frames.nowUs()).toBe(400_000);
    expect(page.store.getState().playback).toMatchObject({
      mode: "paused",
      endUs: 1_000_000,
      inPast: true,
      seeking: null,
    });
  });

  test("replaying ends at the end of the branch and goes on live", () => {
    page.player.jump({ kind: "seek", toUs: 998_000 });
    page.answer({ nowUs: 998_000, endUs: 1_000_000, inPast: true });
    page.playback.send({ type: "play" });
    page.tick();
    expect(page.store.getState().playback.mode).toBe("replaying");
    expect(page.sent.at(-1)).toEqual({ kind: "advance", toUs: 1_000_000 });
    page.answer({ nowUs: 1_000_000, endUs: 1_000_000 });
    page.tick();
    expect(page.store.getState().playback.mode).toBe("live");
    expect(page.frames.nowUs()).toBe(1_004_000);
  });
});

test("the page hears of all changes of a frame at once", () => {
  let heard = 0;
  page.tick();
  page.store.subscribe(() => (heard += 1));
  page.store.change({ brush: "node:n1" });
  page.store.change({ theme: "dark" });
  expect(page.store.getState().brush).not.toBe("node:n1");
  page.tick();
  expect(page.store.getState()).toMatchObject({ brush: "node:n1", theme: "dark" });
  page.tick();
  expect(heard).toBe(1);
});
