const STORED = "chronik.recentCommands";
const KEPT_MAX = 8;

/** The ids of the commands that were given by name last, the newest first. */
export function recentIds(): readonly string[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(STORED) ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string").slice(0, KEPT_MAX) : [];
  } catch {
    return [];
  }
}

export function remember(id: string): void {
  const ids = [id, ...recentIds().filter((one) => one !== id)].slice(0, KEPT_MAX);
  // A browser that keeps nothing offers nothing of it.
  try {
    localStorage.setItem(STORED, JSON.stringify(ids));
  } catch {}
}
