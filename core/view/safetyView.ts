import type { WorldSource } from "./source.ts";
import type { SafetyView } from "./view.ts";

export function safetyView(world: WorldSource): SafetyView {
  const { violation } = world;
  return {
    rules: world.rules.map(({ name, meaning }) => ({ name, meaning })),
    violation:
      violation === null
        ? null
        : { rule: violation.rule, atUs: violation.atUs, text: violation.text },
  };
}
