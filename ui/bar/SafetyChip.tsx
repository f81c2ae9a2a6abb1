import type { SafetyView } from "@chronik/core/view";
import { Icon } from "../glyph/Icon.tsx";
import { useView } from "../pageContext.ts";
import { RuleList } from "./parts.ts";
import { Popover } from "./Popover.tsx";

/** Whether every safety rule held after every step; opens the list of them. */
export function SafetyChip({ compact }: { compact: boolean }) {
  const safety = useView((state) => state.world?.safety ?? null);
  if (safety === null) return null;
  const text = chipText(safety, compact);
  const holds = safety.violation === null;
  return (
    <Popover
      label={text}
      side="start"
      className={`safety ${holds ? "tone-ok" : "tone-bad"}`}
      button={
        <>
          <Icon name={holds ? "check" : "bad"} /> {text}
        </>
      }
    >
      {() => <RuleList />}
    </Popover>
  );
}

function chipText(safety: SafetyView, compact: boolean): string {
  if (safety.violation !== null) return compact ? "1 broken" : `Broken: ${safety.violation.rule}`;
  return compact ? `${safety.rules.length} hold` : `${safety.rules.length} invariants hold`;
}
