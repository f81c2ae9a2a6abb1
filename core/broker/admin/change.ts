import type { ClusterMetadata, MetadataCommand } from "../../metadata/index.ts";
import type { AdminResult, ErrorCode } from "../../wire/index.ts";

/**
 * A change that an administrator wants, as what it needs next in the state that is committed by now.
 * Asked again and again until it is done or refused; it keeps nothing but what it began with.
 */
export type Change = (metadata: ClusterMetadata) => ChangeStep;

export type ChangeStep =
  | { readonly kind: "done"; readonly result: AdminResult }
  | { readonly kind: "refused"; readonly errorCode: ErrorCode; readonly message: string }
  | {
      readonly kind: "waiting";
      /** What it waits for, in a sentence: the answer when its time is over. */
      readonly obstacle: string;
      readonly proposals: readonly Proposal[];
    };

/** As `Proposer.propose` takes it. */
export interface Proposal {
  readonly purpose: string;
  readonly command: MetadataCommand;
  readonly basis: object | null;
}

type Facts = AdminResult["facts"];

const NO_PROPOSALS: readonly Proposal[] = [];

/** Done with a list of facts, and maybe a table. */
export function done(
  facts: Facts,
  columns: AdminResult["columns"] = [],
  rows: AdminResult["rows"] = [],
): ChangeStep {
  return { kind: "done", result: { columns, rows, facts } };
}

export function refused(errorCode: ErrorCode, message: string): ChangeStep {
  return { kind: "refused", errorCode, message };
}

export function waiting(obstacle: string, proposals = NO_PROPOSALS): ChangeStep {
  return { kind: "waiting", obstacle, proposals };
}

/** Waits for one command. */
export function proposing(
  obstacle: string,
  purpose: string,
  command: MetadataCommand,
  basis: object | null,
): ChangeStep {
  return waiting(obstacle, [{ purpose, command, basis }]);
}
