import { Icon } from "../glyph/Icon.tsx";
import { useMedia } from "../motion.ts";
import { usePage, useView } from "../pageContext.ts";

/** Light or dark; until somebody chooses, what the system says. */
export function ThemeToggle({ words = false }: { words?: boolean }) {
  const { dispatch } = usePage();
  const theme = useView((state) => state.theme);
  const systemDark = useMedia("(prefers-color-scheme: dark)");
  const dark = theme === "dark" || (theme === "system" && systemDark);
  const label = dark ? "Use the light theme" : "Use the dark theme";
  return (
    <button
      type="button"
      className={words ? "button bare" : "button bare icon-only"}
      aria-label={label}
      onClick={() => dispatch({ kind: "setTheme", theme: dark ? "light" : "dark" })}
    >
      <Icon name="theme" /> {words ? label : null}
    </button>
  );
}
