import { Icon } from "../glyph/Icon.tsx";
import { useMedia } from "../motion.ts";
import type { PageState } from "../page.ts";
import { usePage, useView } from "../pageContext.ts";

/** Light, dark, or what the system says; one button walks through them. */
export function ThemeToggle({ words = false }: { words?: boolean }) {
  const { dispatch } = usePage();
  const theme = useView((state) => state.theme);
  const systemDark = useMedia("(prefers-color-scheme: dark)");
  const next = nextTheme(theme, systemDark ? "dark" : "light");
  const label = next === "system" ? "Use the system’s theme" : `Use the ${next} theme`;
  return (
    <button
      type="button"
      className={words ? "button bare" : "button bare icon-only"}
      aria-label={label}
      title={label}
      onClick={() => dispatch({ kind: "setTheme", theme: next })}
    >
      <Icon name="theme" /> {words ? label : null}
    </button>
  );
}

/** First what the system does not say: that is why somebody presses the button. */
function nextTheme(theme: PageState["theme"], system: "light" | "dark"): PageState["theme"] {
  const other = system === "dark" ? "light" : "dark";
  if (theme === "system") return other;
  return theme === other ? system : "system";
}
