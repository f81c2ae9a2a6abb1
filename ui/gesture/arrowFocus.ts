import { nearest } from "./nearest.ts";
import type { Direction, Spot } from "./nearest.ts";

const OBJECTS = "[data-ref][tabindex]";
const ROW_HALF_HEIGHT = 8;

/**
 * Arrow keys inside a drawing go from object to object, Home and End to the ends of the row; in a
 * list of buttons up and down go from one to the next. True when the key was used.
 */
export function moveFocus(event: KeyboardEvent): boolean {
  const { target, key } = event;
  const next =
    target instanceof SVGElement
      ? nextObject(target, key)
      : target instanceof HTMLElement
        ? nextInList(target, key)
        : null;
  if (next === null) return false;
  event.preventDefault();
  next.focus();
  return true;
}

function nextObject(target: SVGElement, key: string): SVGElement | null {
  const drawing = target.ownerSVGElement;
  if (drawing === null || !target.matches(OBJECTS)) return null;
  const others = [...drawing.querySelectorAll<SVGElement>(OBJECTS)].filter((one) => one !== target);
  const spots = others.map(spotOf);
  const from = spotOf(target);
  switch (key) {
    case "ArrowLeft":
    case "ArrowRight":
    case "ArrowUp":
    case "ArrowDown":
      return at(others, nearest(from, spots, key satisfies Direction));
    case "Home":
      return at(others, endOfRow(from, spots, -1));
    case "End":
      return at(others, endOfRow(from, spots, 1));
    default:
      return null;
  }
}

const at = (elements: readonly SVGElement[], index: number | null): SVGElement | null =>
  index === null ? null : (elements[index] ?? null);

function spotOf(element: Element): Spot {
  const { x, y, width, height } = element.getBoundingClientRect();
  return { x: x + width / 2, y: y + height / 2 };
}

/** The spot of the same row that stands outermost on a side. */
function endOfRow(from: Spot, spots: readonly Spot[], side: 1 | -1): number | null {
  let best: number | null = null;
  let bestX = from.x * side;
  spots.forEach(({ x, y }, index) => {
    if (Math.abs(y - from.y) > ROW_HALF_HEIGHT || x * side <= bestX) return;
    best = index;
    bestX = x * side;
  });
  return best;
}

function nextInList(target: HTMLElement, key: string): HTMLElement | null {
  if (key !== "ArrowDown" && key !== "ArrowUp") return null;
  const item = target.closest("li");
  const next = key === "ArrowDown" ? item?.nextElementSibling : item?.previousElementSibling;
  return next?.querySelector("button") ?? null;
}
