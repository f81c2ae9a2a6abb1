import { Icon } from "../glyph/Icon.tsx";
import { entryText } from "./menuEntries.ts";
import type { MenuEntry } from "./menuEntries.ts";

/** One line. What cannot be done now stays where it is, with the reason. */
export function MenuItem({ entry, onChoose }: { entry: MenuEntry; onChoose: () => void }) {
  const text = entryText(entry);
  const base = {
    type: "button",
    className: "menu-item",
    tabIndex: -1,
    "data-text": text,
    onClick: onChoose,
  } as const;
  const rule = entry.startsSection ? <hr className="menu-rule" /> : null;
  if (entry.kind === "submenu") {
    return (
      <>
        {rule}
        <button {...base} role="menuitem" aria-haspopup="menu" aria-label={entry.submenu.name}>
          <span>{text}</span>
          <span className="more" aria-hidden="true">
            ›
          </span>
        </button>
      </>
    );
  }
  const { name, key, refusal, isOn, submenu } = entry.command;
  // Of what is on already nobody asks why it cannot be switched on.
  const reason = isOn === true ? null : refusal;
  return (
    <>
      {rule}
      <button
        {...base}
        role={roleOf(isOn, submenu?.picks)}
        aria-label={name}
        {...(isOn === undefined ? {} : { "aria-checked": isOn })}
        {...(refusal === null ? {} : { "aria-disabled": true, title: refusal })}
        {...(key === undefined ? {} : { "aria-keyshortcuts": key })}
      >
        <span>
          {isOn === undefined ? null : (
            <span className="mark">{isOn ? <Icon name="check" /> : null}</span>
          )}
          {text}
          {reason === null ? null : <span className="micro reason">{reason}</span>}
        </span>
        {key === undefined ? null : <kbd>{key}</kbd>}
      </button>
    </>
  );
}

function roleOf(isOn: boolean | undefined, picks: "one" | "any" | undefined) {
  if (isOn === undefined) return "menuitem";
  return picks === "one" ? "menuitemradio" : "menuitemcheckbox";
}
