/** "8.676 s": moments, to the millisecond. */
export function momentText(atUs: number): string {
  return `${(atUs / 1e6).toFixed(3)} s`;
}

/** "14.9 ms" or "1.240 s": spans. */
export function spanText(us: number): string {
  if (us >= 1_000_000) return `${(us / 1e6).toFixed(3)} s`;
  if (us >= 100_000) return `${Math.round(us / 1000)} ms`;
  return `${(us / 1000).toFixed(1)} ms`;
}

export function bytesText(bytes: number): string {
  return bytes < 10_000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}
