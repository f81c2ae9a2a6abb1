import type { SafetyView } from "@chronik/core/view";
import { Icon } from "../glyph/Icon.tsx";
import { useView } from "../pageContext.ts";
import { momentText } from "../timeText.ts";
import { Popover } from "./Popover.tsx";

/** Whether every safety rule held after every step; opens the list of them. */
export function SafetyChip({ compact }: { compact: boolean }) {
  const safety = useView((state) => state.world?.safety ?? null);
  if (safety === null) return null;
  const text = chipText(safety, compact);
  return (
    <Popover
      label={text}
      side="start"
      className={`safety ${safety.violation === null ? "tone-ok" : "tone-bad"}`}
      button={
        <>
          <Icon name={safety.violation === null ? "check" : "bad"} /> {text}
        </>
      }
    >
      {() => <Rules safety={safety} />}
    </Popover>
  );
}

function Rules({ safety }: { safety: SafetyView }) {
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

function chipText(safety: SafetyView, compact: boolean): string {
  if (safety.violation !== null) return `${safety.violation.rule} violated`;
  return compact ? `${safety.rules.length} hold` : `${safety.rules.length} invariants hold`;
}
