/** The leader's crown; `x`, `y` is the middle of its foot. */
export function Crown({ x, y, small = false }: { x: number; y: number; small?: boolean }) {
  const path = small
    ? "M-4.5 0l-1-5.5 3 2.3 2.5-4.3 2.5 4.3 3-2.3-1 5.5z"
    : "M-8 0l-1.5-8 5 3.6 4.5-6.6 4.5 6.6 5-3.6-1.5 8z";
  return <path className="fill-ink" d={path} transform={`translate(${x} ${y})`} />;
}
