import { Icon } from "../glyph/Icon.tsx";
import { useView } from "../pageContext.ts";
import { momentText } from "../timeText.ts";

/** Every safety rule, and which of them was broken when. */
export function RuleList() {
  const safety = useView((state) => state.world?.safety ?? null);
  if (safety === null) return null;
  const { violation } = safety;
  return (
    <div className="rules">
      {violation === null ? (
        <p className="quiet">Checked after every step of every node.</p>
      ) : (
        <p className="tone-bad">
          {violation.text} Time stopped at {momentText(violation.atUs)}.
        </p>
      )}
      <ul>
        {safety.rules.map((rule) => {
          const broken = violation?.rule === rule.name;
          return (
            <li key={rule.name}>
              <span className={broken ? "tone-bad" : "tone-ok"}>
                <Icon name={broken ? "bad" : "check"} />
              </span>
              <span>
                <b>{rule.name}</b> <span className="quiet">{rule.meaning}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
