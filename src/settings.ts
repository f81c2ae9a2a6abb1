/** What a person has chosen for the next visits too. */

const AUTO_SLOW = "autoSlow";

export function readAutoSlow(): boolean {
  try {
    return localStorage.getItem(AUTO_SLOW) !== "off";
  } catch {
    return true;
  }
}

export function storeAutoSlow(on: boolean): void {
  try {
    if (on) localStorage.removeItem(AUTO_SLOW);
    else localStorage.setItem(AUTO_SLOW, "off");
  } catch {
    // Storage is blocked: the choice holds for this visit.
  }
}
