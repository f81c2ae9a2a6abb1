/** "9999", "12.3k", "4.56M": counts and indexes that keep to five letters. */
export function countText(count: number): string {
  if (Math.abs(count) < 10_000) return String(count);
  if (Math.abs(count) < 999_950) return `${threeDigits(count / 1e3)}k`;
  return `${threeDigits(count / 1e6)}M`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}
