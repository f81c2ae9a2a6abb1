/** What goes up and down, or from one of several to another, by itself. */
const MOVES_ITSELF =
  "input, select, textarea, [role=slider], [role=listbox], [role=tablist], [role=menu], [role=grid]";
const IS_WRITTEN_IN = "input:not([type=range], [type=radio], [type=checkbox]), select, textarea";

/**
 * Whether a control needs a key for itself: fields take every key but Escape, buttons take those
 * that press them, sliders those that move them.
 */
export function isTaken({ target, key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  if (!(target instanceof Element) || key === "Escape") return false;
  if (ctrlKey || metaKey) return key.toLowerCase() !== "k";
  if (target.closest(IS_WRITTEN_IN) !== null) return true;
  if (key === " ") return target.closest("button, [role=button], [type=checkbox]") !== null;
  if (key === "Enter") return target.closest("button, a, summary") !== null;
  if (/^(?:Arrow|Page|Home$|End$)/.test(key)) return target.closest(MOVES_ITSELF) !== null;
  return false;
}
