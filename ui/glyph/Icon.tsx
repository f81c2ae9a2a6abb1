import type { ReactNode } from "react";

export type IconName = keyof typeof SHAPES;

/** A 16 px line drawing in the colour of its text. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      {SHAPES[name]}
    </svg>
  );
}

const SHAPES = {
  check: <path d="M3.5 8.5 6.5 11.5 12.5 4.8" />,
  bad: <path d="m4 4 8 8m0-8-8 8" />,
  share: <path d="M8 2.5v7.5M5 5l3-2.5L11 5M3.5 8.5v4.5h9V8.5" />,
  legend: (
    <>
      <circle className="solid" cx="4" cy="4.5" r="1.5" />
      <circle cx="4" cy="11.5" r="1.5" />
      <path d="M8 4.5h5.5M8 11.5h5.5" />
    </>
  ),
  figures: <path d="M4 12.5v-4M8 12.5v-9M12 12.5v-6" strokeWidth="2" />,
  down: <path d="m4 6.5 4 4 4-4" />,
  find: <path d="M7 11.5a4.5 4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9zM10.3 10.3l3.2 3.2" />,
  help: <path d="M5.8 6.2a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.5M8 11.8v.3" />,
  warning: <path d="M8 2.5 14 13H2zM8 6.5v3M8 11.2v.3" />,
  branch: (
    <>
      <circle cx="4" cy="4" r="1.5" />
      <circle cx="4" cy="12" r="1.5" />
      <circle cx="12" cy="6" r="1.5" />
      <path d="M4 5.5v5M12 7.5c0 2.5-4 2.5-7 3.5" />
    </>
  ),
  theme: (
    <>
      <circle cx="8" cy="8" r="5.2" />
      <path className="solid" d="M8 2.8v10.4A5.2 5.2 0 0 0 8 2.8z" />
    </>
  ),
  scissors: (
    <>
      <circle cx="4.5" cy="11.5" r="2" />
      <circle cx="11.5" cy="11.5" r="2" />
      <path d="M5.6 9.8 10.5 2.5M10.4 9.8 5.5 2.5" />
    </>
  ),
  previous: (
    <>
      <path className="solid" d="M11.5 3.5 6 8l5.5 4.5z" />
      <path d="M4 3.5v9" />
    </>
  ),
  next: (
    <>
      <path className="solid" d="M4.5 3.5 10 8l-5.5 4.5z" />
      <path d="M12 3.5v9" />
    </>
  ),
  play: <path className="solid" d="M5 3.2v9.6L12.8 8z" />,
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" strokeWidth="2.5" />,
  live: <circle className="solid" cx="8" cy="8" r="3.5" />,
  menu: <path d="M3 4.5h10M3 8h10M3 11.5h10" />,
} satisfies Record<string, ReactNode>;
