/** What a run counted. Equal on every machine and in every run, or the run measured something else. */
export type Counters = Readonly<Record<string, number>>;

export interface Workload {
  readonly name: string;
  /** One line that says what is done. */
  readonly what: string;
  /** What the rate counts, in the plural. */
  readonly unit: string;
  /** How many of them one run does. */
  readonly units: number;
  readonly expected: Counters;
  /**
   * Builds, untimed, what the returned function then works through, timed.
   *
   * @throws Error if a run did not do what it was to do.
   */
  readonly prepare: () => () => Counters;
}

/** Rates of another implementation, to stand beside ours. */
interface Reference {
  readonly name: string;
  /** Units per CPU-second by workload; none where the workload was not run. */
  readonly perCpuSecond: Readonly<Record<string, number>>;
}

export interface Suite {
  readonly name: string;
  readonly what: string;
  readonly workloads: readonly Workload[];
  readonly references: readonly Reference[];
  /** On what machine the references were measured: rates of different machines compare roughly. */
  readonly referenceMachine: string;
}

/** Names the first counter that is not as expected; null if all are. */
export function differingCounter(expected: Counters, counted: Counters): string | null {
  for (const [name, value] of Object.entries(expected)) {
    if (counted[name] !== value) return `counted ${counted[name]} ${name} instead of ${value}`;
  }
  return null;
}
