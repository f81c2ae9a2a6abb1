/**
 * Writes a text that changes every frame. The text node stays: with a new one the browser would lay
 * out everything around it again.
 */
export function setText(element: Element | null, text: string): void {
  if (element === null) return;
  const node = element.firstChild;
  if (node === null) element.textContent = text;
  else if (node.nodeValue !== text) node.nodeValue = text;
}
