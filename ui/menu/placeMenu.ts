interface Box {
  readonly width: number;
  readonly height: number;
}

/** What a menu belongs to: a point has no size. */
interface Anchor extends Box {
  readonly x: number;
  readonly y: number;
}

/** From the edges of the window. */
const MARGIN = 8;
const GAP = 4;

/**
 * The left upper corner of a menu: under its anchor and aligned with its start; above where there
 * is more room; never outside the window, as long as it fits into it.
 */
export function placeMenu(
  anchor: Anchor,
  menu: Box,
  window: Box,
): { readonly left: number; readonly top: number } {
  const under = anchor.y + anchor.height + (anchor.height > 0 ? GAP : 0);
  const above = anchor.y - menu.height - (anchor.height > 0 ? GAP : 0);
  const roomUnder = window.height - MARGIN - under - menu.height;
  const top = roomUnder >= 0 || above < MARGIN ? under : above;
  const before = anchor.x + anchor.width - menu.width;
  const fitsAfter = anchor.x + menu.width <= window.width - MARGIN;
  const left = fitsAfter || before < MARGIN ? anchor.x : before;
  return {
    left: within(left, menu.width, window.width),
    top: within(top, menu.height, window.height),
  };
}

function within(start: number, size: number, room: number): number {
  return Math.max(MARGIN, Math.min(room - MARGIN - size, start));
}
