import { describe, expect, test } from "vitest";
import { ContractError } from "./contractError.ts";
import type { ContractRule } from "./contractError.ts";

/** What a host did, as the error that it got. */
export function breachOf(act: () => unknown): ContractError {
  try {
    act();
  } catch (error) {
    if (error instanceof ContractError) return error;
    throw error;
  }
  throw new Error("nothing was found wrong");
}

/** A breach, as a host would come to it. */
interface Case {
  readonly does: string;
  readonly act: () => unknown;
  readonly rule: ContractRule;
  readonly step: string;
  /** Of the words in parentheses. */
  readonly says?: string;
}

/** Each case reads: this is what the host does, this is what it is told. */
export function cases(title: string, list: readonly Case[]): void {
  describe(title, () => {
    test.each(list)("$does: $rule", ({ act, rule, step, says }) => {
      const breach = breachOf(act);
      expect([breach.rule, breach.step]).toEqual([rule, step]);
      // The words come first and need nothing else to be understood.
      expect(breach.message).toMatch(/^[A-Z][^()]*\.( \(|\s)/);
      expect(breach.message).toContain(`Rule ${rule}, at ${step}.`);
      if (says !== undefined) expect(breach.message).toContain(says);
    });
  });
}
