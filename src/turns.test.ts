import { expect, test } from "vitest";
import type { PageState } from "../ui/page.ts";
import { createPageStore } from "./store.ts";
import { createTurns, JUMP_US, STANDS_FRAMES, TURN_FRAMES } from "./turns.ts";

const state = (mode: PageState["playback"]["mode"], picture: number, nowUs = 0): PageState =>
  ({ playback: { mode }, picture, world: { nowUs } }) as unknown as PageState;

function openPage() {
  const store = createPageStore(state("paused", 0));
  const turns = createTurns(store);
  const followers = Object.values(turns.stores);
  let renders = 0;
  for (const one of followers) one.subscribe(() => (renders += 1));
  return {
    show(mode: PageState["playback"]["mode"], picture: number, nowUs = 0): void {
      store.change(state(mode, picture, nowUs));
      store.flush();
    },
    frame: () => turns.next(),
    renders: () => renders,
    /** How many panels show what the page shows. */
    upToDate: () => followers.filter((one) => one.getState() === store.getState()).length,
    count: followers.length,
  };
}

test("all panels show the same whenever nobody drags", () => {
  const page = openPage();
  for (const mode of ["paused", "live", "replaying"] as const) {
    page.show(mode, 1);
    expect(page.upToDate()).toBe(page.count);
  }
  expect(page.renders()).toBe(3 * page.count);
  page.frame();
  expect(page.renders()).toBe(3 * page.count);
});

test("while pictures come, one panel follows from time to time, and none is left out", () => {
  const page = openPage();
  for (let picture = 1; picture <= 10 * TURN_FRAMES; picture++) {
    page.show("scrubbing", picture);
    expect(page.upToDate()).toBe(0);
    page.frame();
    expect(page.renders()).toBe(Math.floor(picture / TURN_FRAMES));
  }
});

test("when the pointer stands all follow, one a frame", () => {
  const page = openPage();
  page.show("scrubbing", 1);
  for (let frame = 1; frame < STANDS_FRAMES; frame++) page.frame();
  expect(page.renders()).toBe(0);
  for (let panel = 1; panel <= page.count; panel++) {
    page.frame();
    expect(page.upToDate()).toBe(panel);
  }
  page.frame();
  expect(page.renders()).toBe(page.count);
});

test("each has its turn before any has it twice", () => {
  const store = createPageStore(state("scrubbing", 0));
  const turns = createTurns(store);
  const told: string[] = [];
  for (const [name, one] of Object.entries(turns.stores)) one.subscribe(() => told.push(name));
  for (let picture = 1; picture <= 8 * TURN_FRAMES; picture++) {
    store.change(state("scrubbing", picture));
    store.flush();
    turns.next();
  }
  expect(new Set(told.slice(0, 4)).size).toBe(4);
  expect(told.slice(4)).toEqual(told.slice(0, 4));
});

test("after the end of a drag all follow, one a frame, also if more is shown meanwhile", () => {
  const page = openPage();
  page.show("scrubbing", 1);
  for (let frame = 0; frame < page.count * STANDS_FRAMES; frame++) page.frame();
  page.show("paused", 2);
  page.show("paused", 3);
  for (let panel = 0; panel < page.count; panel++) {
    expect(page.upToDate()).toBe(panel);
    page.frame();
  }
  expect(page.upToDate()).toBe(page.count);
  page.show("paused", 4);
  expect(page.upToDate()).toBe(page.count);
});

test("after a jump all follow, one a frame, also while time runs on", () => {
  for (const stepUs of [0, 25_000]) {
    const page = openPage();
    page.show("live", 1, JUMP_US);
    expect(page.upToDate()).toBe(0);
    for (let panel = 1; panel <= page.count; panel++) {
      page.frame();
      page.show("live", 1 + panel, JUMP_US + panel * stepUs);
      expect(page.upToDate()).toBe(panel);
    }
    expect(page.renders()).toBeGreaterThanOrEqual(page.count);
  }
});

test("as fast as time can be played, no picture is a jump", () => {
  const page = openPage();
  page.show("live", 1, JUMP_US - 1);
  expect(page.upToDate()).toBe(page.count);
});
