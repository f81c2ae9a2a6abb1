/** Two entries on disk, one that is not yet: the mark is what the page is about. */
export function Brand({ compact }: { compact: boolean }) {
  return (
    <span className="brand">
      <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
        <rect className="fill-ink" x="0" y="3" width="6" height="9" rx="1.5" />
        <rect className="fill-ink" x="7" y="3" width="6" height="9" rx="1.5" />
        <rect
          className="stroke-ink w15 none"
          x="14.75"
          y="3.75"
          width="4.5"
          height="7.5"
          rx="1"
          strokeDasharray="2 1.5"
        />
        <path className="stroke-ink w2 none" d="M0 16h13" />
      </svg>
      <span className={compact ? "hidden-text" : "brand-name"}>Chronik Playground</span>
    </span>
  );
}
