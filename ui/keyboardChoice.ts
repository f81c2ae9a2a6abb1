import { useSyncExternalStore } from "react";

/** Whether keys of one letter, digit or sign do something. Who dictates or mistypes turns it off. */
const STORED = "chronik.singleKeys";
const listeners = new Set<() => void>();
let on = read();

export function singleKeys(): boolean {
  return on;
}

export function setSingleKeys(wanted: boolean): void {
  on = wanted;
  // A browser that keeps nothing forgets it with the page.
  try {
    localStorage.setItem(STORED, wanted ? "on" : "off");
  } catch {}
  for (const listener of listeners) listener();
}

export function useSingleKeys(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, singleKeys);
}

function read(): boolean {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}
