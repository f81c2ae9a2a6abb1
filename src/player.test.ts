import { beforeEach, describe, expect, test } from "vitest";
import { createActor } from "xstate";
import type { WorldView } from "@chronik/core/view";
import type { PageState } from "../ui/page.ts";
import { createFrameBus } from "./frameBus.ts";
import { playbackMachine } from "./machines/playback.ts";
import { Player } from "./player.ts";
import type { WorldPatch } from "./session/patch.ts";
import type { Command, Frame } from "./session/protocol.ts";
import { createPageStore } from "./store.ts";

const FRAME_MS = 16;
const WORLD = { nodeNames: [], events: [], sentence: { eventId: 0 } } as unknown as WorldView;

const FRAME: Frame = {
  kind: "frame",
  answers: 0,
  nowUs: 0,
  endUs: 0,
  inPast: false,
  exact: true,
  halted: false,
  traceHash: "",
  patch: null,
  branch: null,
  comparison: null,
  notice: null,
};

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
    comparison: null,
    sentence: null,
    playback: {
      mode: "paused",
      speed: 1 / 4,
      endUs: 0,
      inPast: false,
      seeking: null,
      autoSlow: true,
      slowedBy: null,
    },
  } as unknown as PageState);
  const frames = createFrameBus();
  const player = new Player({ port: () => port, store, frames, playback });
  let wallMs = 0;
  return {
    sent,
    store,
    frames,
    playback,
    player,
    /** All that was sent, but for the last so many. */
    answer(frame: Partial<Frame>, world: Partial<WorldView> = {}, leftCount = 0): void {
      port.answered = sent.length - leftCount;
      player.frameArrived({ ...FRAME, ...frame }, { ...WORLD, ...world }, null);
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

test("while time stands and nothing happens, nothing is told", () => {
  page.tick();
  let told = 0;
  page.frames.subscribe(() => (told += 1), "travel");
  for (let frame = 0; frame < 5; frame++) page.tick();
  expect(told).toBe(0);
  page.store.change({ brush: "node:n1" });
  page.tick();
  expect(told).toBe(1);
});

describe("a drag", () => {
  beforeEach(() => {
    page.playback.send({ type: "scrubStart" });
    page.player.scrub(700_000);
    page.answer({ nowUs: 500_000, endUs: 1_000_000, inPast: true, exact: false });
    page.tick();
    page.sent.length = 0;
    page.answer({ nowUs: 500_000, endUs: 1_000_000, inPast: true, exact: false });
  });

  test("shows the moment of the picture, and the moment itself once the pointer rests", () => {
    expect(page.frames.nowUs()).toBe(500_000);
    for (let frame = 0; frame < 4; frame++) page.tick();
    expect(page.sent).toEqual([]);
    for (let frame = 0; frame < 4; frame++) page.tick();
    expect(page.sent).toEqual([{ kind: "seek", toUs: 700_000 }]);
    page.answer({ nowUs: 700_000, endUs: 1_000_000, inPast: true });
    for (let frame = 0; frame < 20; frame++) page.tick();
    expect(page.sent).toHaveLength(1);
    page.player.endScrub();
    expect(page.sent).toHaveLength(1);
  });

  test("does not rest because frames take long", () => {
    for (let frame = 0; frame < 4; frame++) page.tick(400);
    expect(page.sent).toEqual([]);
    for (let frame = 0; frame < 4; frame++) page.tick(400);
    expect(page.sent).toEqual([{ kind: "seek", toUs: 700_000 }]);
  });

  test("has its picture on the page before the next frame, and none that is old by then", () => {
    const pictures: (number | undefined)[] = [];
    page.store.subscribe(() => pictures.push(page.store.getState().world?.nowUs));
    page.player.scrub(600_000);
    page.player.scrub(300_000);
    const shown = { endUs: 1_000_000, inPast: true, exact: false };
    page.answer({ ...shown, nowUs: 600_000 }, { nowUs: 600_000 }, 1);
    page.player.hurry();
    expect(pictures).toEqual([]);
    page.answer({ ...shown, nowUs: 300_000 }, { nowUs: 300_000 });
    page.player.hurry();
    expect(pictures).toEqual([300_000]);
    expect(page.frames.nowUs()).toBe(300_000);
    page.tick();
    page.tick();
    expect(pictures).toEqual([300_000]);
  });

  test("asks for the moment itself when it ends", () => {
    page.player.endScrub();
    expect(page.sent).toEqual([{ kind: "seek", toUs: 700_000 }]);
  });

  test("has nothing left to ask for where the moment itself was shown at once", () => {
    page.player.scrub(600_000);
    page.answer({ nowUs: 600_000, endUs: 1_000_000, inPast: true });
    page.sent.length = 0;
    page.player.endScrub();
    expect(page.sent).toEqual([]);
  });
});

describe("drama", () => {
  const event = (id: number, drama: string | null) =>
    ({ events: [{ id, atUs: 1_004_000, drama }] }) as unknown as Partial<WorldView>;
  const slowedBy = () => page.store.pending().playback.slowedBy;

  beforeEach(() => {
    page.playback.send({ type: "play" });
    page.tick();
  });

  test("slows time down to a quarter while it lasts, and says why", () => {
    page.answer({ nowUs: 1_004_000, endUs: 1_004_000 }, event(1, "election"));
    const fromUs = page.frames.nowUs();
    page.tick();
    expect(slowedBy()).toBe("an election");
    expect(page.frames.nowUs() - fromUs).toBe((FRAME_MS * 250) / 4);
    for (let frame = 0; frame < 500; frame++) {
      page.answer({ nowUs: page.player.nowUs(), endUs: page.player.nowUs() }, event(1, "election"));
      page.tick();
    }
    expect(slowedBy()).toBeNull();
    expect(page.frames.nowUs()).toBeGreaterThan(1_404_000);
  });

  test("does not where a person has switched that off, nor at what was jumped over", () => {
    page.answer({ nowUs: 1_004_000, endUs: 1_004_000 }, event(1, null));
    page.tick();
    expect(slowedBy()).toBeNull();
    page.player.jump({ kind: "seekEnd" });
    page.answer({ nowUs: 2_000_000, endUs: 2_000_000 }, event(2, "loss"));
    page.tick();
    expect(slowedBy()).toBeNull();
    const { playback } = page.store.pending();
    page.store.change({ playback: { ...playback, autoSlow: false } });
    page.answer({ nowUs: 2_004_000, endUs: 2_004_000 }, event(3, "loss"));
    page.tick();
    expect(slowedBy()).toBeNull();
  });
});

describe("what the page says", () => {
  const say = (eventId: number) => ({ sentence: { eventId, what: [], why: [] } });
  const said = () => page.store.pending().sentence?.eventId;

  test("stays long enough to be read while time runs", () => {
    page.answer({ nowUs: 1_000_000, endUs: 1_000_000 }, say(1));
    page.tick();
    page.tick();
    page.playback.send({ type: "play" });
    page.answer({ nowUs: 1_004_000, endUs: 1_004_000 }, say(2));
    page.tick();
    expect(said()).toBe(2);
    page.answer({ nowUs: 1_008_000, endUs: 1_008_000 }, say(3));
    for (let frame = 0; frame < 74; frame++) page.tick();
    expect(said()).toBe(2);
    page.tick();
    expect(said()).toBe(3);
  });

  test("does not outlast what it speaks of when time runs fast", () => {
    page.playback.send({ type: "setSpeed", speed: 10 });
    page.playback.send({ type: "play" });
    let frames = 0;
    page.answer({ nowUs: 1_000_000, endUs: 1_000_000 }, say(1));
    page.tick();
    for (; said() === 1; frames++) {
      page.answer({ nowUs: page.player.nowUs(), endUs: page.player.nowUs() }, say(2));
      page.tick();
    }
    expect(frames).toBeLessThan(8);
  });

  test("changes at once when a person acts, jumps or stops time", () => {
    page.playback.send({ type: "play" });
    page.answer({ nowUs: 1_000_000, endUs: 1_000_000 }, say(1));
    page.tick();
    page.player.stay({ kind: "act", action: { kind: "kill", node: 1 } });
    page.answer({ nowUs: 1_004_000, endUs: 1_004_000 }, say(2));
    page.tick();
    expect(said()).toBe(2);
    page.player.jump({ kind: "seek", toUs: 500_000 });
    page.answer({ nowUs: 500_000, endUs: 1_004_000, inPast: true }, say(3));
    page.tick();
    expect(said()).toBe(3);
    page.answer({ nowUs: 500_000, endUs: 1_004_000, inPast: true }, say(4));
    page.playback.send({ type: "pause" });
    page.tick();
    expect(said()).toBe(4);
  });
});

describe("a comparison", () => {
  const compares = () => page.sent.filter(({ kind }) => kind === "compare").length;

  test("is brought up to date five times a second while time runs, and once it stands", () => {
    page.player.compare("B");
    page.answer({ nowUs: 1_000_000, endUs: 1_000_000 });
    page.playback.send({ type: "play" });
    const patch: WorldPatch = [];
    for (let frame = 0; frame < 63; frame++) {
      const isCompared = page.sent.at(-1)?.kind === "compare";
      page.answer({
        nowUs: page.player.nowUs(),
        endUs: page.player.nowUs(),
        patch: isCompared ? null : patch,
      });
      page.tick();
    }
    expect(compares()).toBe(5);
    page.playback.send({ type: "pause" });
    for (let frame = 0; frame < 63; frame++) {
      page.answer({ nowUs: page.player.nowUs(), endUs: page.player.nowUs() });
      page.tick();
    }
    expect(compares()).toBe(6);
  });

  test("ends when the session says so, or with its replay", () => {
    page.player.compare("B");
    page.answer({ comparison: "off", patch: [] });
    for (let frame = 0; frame < 30; frame++) page.tick();
    expect(compares()).toBe(1);
    page.player.compare("B");
    page.player.cancel();
    page.answer({ patch: [] });
    for (let frame = 0; frame < 30; frame++) page.tick();
    expect(compares()).toBe(2);
  });
});
