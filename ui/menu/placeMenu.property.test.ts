import * as fc from "fast-check";
import { expect, test } from "vitest";
import { placeMenu } from "./placeMenu.ts";

const WINDOW = { width: 1440, height: 900 };
const MENU = { width: 200, height: 300 };

test("a menu stands at the pointer", () => {
  expect(placeMenu({ x: 100, y: 50, width: 0, height: 0 }, MENU, WINDOW)).toEqual({
    left: 100,
    top: 50,
  });
});

test("a menu stands under its object, above it where there is no room", () => {
  const anchor = { x: 100, y: 50, width: 60, height: 30 };
  expect(placeMenu(anchor, MENU, WINDOW)).toEqual({ left: 100, top: 84 });
  expect(placeMenu({ ...anchor, y: 800 }, MENU, WINDOW)).toEqual({ left: 100, top: 496 });
});

test("at the right edge a menu ends where its object ends", () => {
  const anchor = { x: 1_350, y: 50, width: 60, height: 30 };
  expect(placeMenu(anchor, MENU, WINDOW).left).toBe(1_210);
});

test("a menu that fits into the window is never outside it", () => {
  const size = (max: number) => fc.integer({ min: 0, max });
  fc.assert(
    fc.property(
      fc.record({ width: size(2_000), height: size(2_000) }),
      fc.record({ width: size(400), height: size(600) }),
      fc.record({ x: size(2_000), y: size(2_000), width: size(200), height: size(200) }),
      (window, menu, anchor) => {
        fc.pre(menu.width + 16 <= window.width && menu.height + 16 <= window.height);
        const { left, top } = placeMenu(anchor, menu, window);
        expect(left).toBeGreaterThanOrEqual(8);
        expect(top).toBeGreaterThanOrEqual(8);
        expect(left + menu.width).toBeLessThanOrEqual(window.width - 8);
        expect(top + menu.height).toBeLessThanOrEqual(window.height - 8);
      },
    ),
  );
});
