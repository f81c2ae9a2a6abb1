import { expect, type Locator, type Page } from "@playwright/test";

/**
 * How a command is given. Whatever can be done can be done in every one of these ways, and the
 * command has the same name in all of them: "Cut power of n2".
 */
export type Way = "palette" | "mouse" | "keyboard" | "touch";

/** Longer than the page waits before it takes a touch for a long one. */
const LONG_PRESS_MS = 700;
const MENU_ITEMS_MAX = 60;

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Given {
  /** The whole name of the command: of a menu item, or of an option of the palette. */
  readonly command: string | RegExp;
  /** The menu behind an item of the object's menu on which it stands: "Clock of n1". */
  readonly submenu?: string;
}

/** Gives a command to the object in the way that is asked for. */
export async function give(page: Page, way: Way, object: Locator, given: Given): Promise<void> {
  if (way === "palette") {
    await say(page, given.command);
    return;
  }
  const menu = await openMenu(page, way, object);
  const path = given.submenu === undefined ? [given.command] : [given.submenu, given.command];
  for (const name of path) await choose(page, way, menu, name);
  // What can be switched together stays open; Escape leaves first the inner menu, then the outer.
  for (let level = 0; level < 2 && (await menu.isVisible()); level++) {
    await page.keyboard.press("Escape");
  }
  await expect(menu).toBeHidden();
}

/** Types the command into the palette and chooses the one of exactly that name. */
export async function say(page: Page, command: string | RegExp, text = wordsOf(command)) {
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Commands" });
  await palette.getByRole("combobox", { name: "Command" }).fill(text);
  await palette.getByRole("option", { name: command, exact: true }).first().click();
  await expect(palette).toBeHidden();
}

/** Opens the menu of an object. The cluster runs on under it. */
export async function openMenu(
  page: Page,
  way: Exclude<Way, "palette">,
  object: Locator,
): Promise<Locator> {
  if (way === "mouse") {
    const { x, y } = await pointOn(object);
    await page.mouse.click(x, y, { button: "right" });
  } else if (way === "touch") await longPress(page, object);
  else {
    await object.focus();
    await page.keyboard.press("Enter");
  }
  const menu = page.getByRole("menu");
  await expect(menu).toBeVisible();
  return menu;
}

async function choose(
  page: Page,
  way: Exclude<Way, "palette">,
  menu: Locator,
  name: string | RegExp,
): Promise<void> {
  const item = itemOf(menu, name);
  if (way === "mouse") await item.click();
  else if (way === "touch") await item.tap();
  else {
    await walkMenuTo(page, menu, name);
    await page.keyboard.press("Enter");
  }
}

/** Arrow keys only, as somebody does who has no mouse. */
export async function walkMenuTo(page: Page, menu: Locator, name: string | RegExp): Promise<void> {
  const item = itemOf(menu, name);
  await expect(item).toBeVisible();
  for (let step = 0; step < MENU_ITEMS_MAX; step++) {
    if (await item.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("ArrowDown");
  }
  throw new Error(`arrow keys do not reach ${name}`);
}

function itemOf(menu: Locator, name: string | RegExp): Locator {
  const options = { name, exact: true };
  return menu
    .getByRole("menuitem", options)
    .or(menu.getByRole("menuitemcheckbox", options))
    .or(menu.getByRole("menuitemradio", options));
}

/** The middle of something, on the screen. */
export async function middleOf(object: Locator): Promise<Point> {
  const box = (await object.boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Of the width and the height: the middle, where a caption begins, and along a line that falls or rises. */
const PLACES: readonly (readonly [x: number, y: number])[] = [
  [0.5, 0.5],
  [0.1, 0.5],
  ...[0.35, 0.65, 0.25, 0.75].flatMap((t) => [[t, t] as const, [t, 1 - t] as const]),
];

/**
 * Where a pointer meets the object on the screen: a link is a line in a wide box, and a message may
 * be in front of it.
 */
async function pointOn(object: Locator): Promise<Point> {
  await object.scrollIntoViewIfNeeded();
  const found = await object.evaluate((element, places) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const points = places.map(([x, y]) => ({ x: left + x * width, y: top + y * height }));
    return points.find(({ x, y }) => element.contains(document.elementFromPoint(x, y)));
  }, PLACES);
  if (found === undefined) throw new Error("something lies over the object wherever it is tried");
  return found;
}

/** A finger that rests. Playwright's own touchscreen can only tap. */
async function longPress(page: Page, object: Locator): Promise<void> {
  const point = await pointOn(object);
  const devtools = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchEnd", touchPoints: readonly Point[]) =>
    devtools.send("Input.dispatchTouchEvent", { type, touchPoints: [...touchPoints] });
  await touch("touchStart", [point]);
  await page.waitForTimeout(LONG_PRESS_MS);
  await touch("touchEnd", []);
  await devtools.detach();
}

/** What somebody would type to find the command. */
function wordsOf(command: string | RegExp): string {
  return typeof command === "string" ? command : command.source.replaceAll(/[\^$\\]|\.\*/g, "");
}
