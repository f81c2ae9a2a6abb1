/** Explains the cells, on the panel that uses them. */
export function LogLegend() {
  return (
    <span className="legend end" aria-hidden="true">
      <span className="key">
        <svg width="16" height="12">
          <rect className="fill-ink-2" width="16" height="12" rx="2" />
        </svg>
        committed
      </span>
      <span className="key">
        <svg width="20" height="14">
          <rect className="stroke-line slot none" x=".5" y=".5" width="19" height="13" rx="3" />
          <rect className="fill-ink-2" x="3" y="3" width="14" height="8" rx="1" />
        </svg>
        on disk
      </span>
      <span className="key">
        <svg width="20" height="14">
          <rect className="stroke-line slot none" x=".5" y=".5" width="19" height="13" rx="3" />
          <rect className="hatched-ink" x="3" y="3" width="14" height="8" rx="1" />
        </svg>
        in memory
      </span>
      <span className="key">
        <svg width="6" height="16">
          <path className="stroke-ink w2 none" d="M3 3v13" />
          <circle className="fill-ink" cx="3" cy="3" r="3" />
        </svg>
        commit, applied
      </span>
      <span className="key">
        <svg width="16" height="8">
          <path className="stroke-ink-2 w3 none" d="M0 4h16" />
        </svg>
        WAL
      </span>
    </span>
  );
}
