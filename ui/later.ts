import { lazy } from "react";
import type { ComponentType } from "react";

/**
 * A component that is loaded when it is shown first. Where that fails, as when the network does,
 * `instead` takes its place, and the page goes on.
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  instead: ComponentType<Props>,
) {
  return lazy(async () => ({ default: await load().catch(() => instead) }));
}

/** Shows nothing. */
export const Nothing = (): null => null;
