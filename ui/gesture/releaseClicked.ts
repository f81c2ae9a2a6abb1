/** A control that was clicked, not reached by keyboard, gives Space back; in a menu it is walked on. */
export function releaseClicked({ detail, target }: MouseEvent): void {
  const focused = document.activeElement;
  if (detail === 0 || !(target instanceof Element)) return;
  if (!(focused instanceof HTMLElement || focused instanceof SVGElement)) return;
  const pressed = target.closest("button, [role=button]");
  if (focused === pressed && pressed.closest("[role=menu]") === null) focused.blur();
}
