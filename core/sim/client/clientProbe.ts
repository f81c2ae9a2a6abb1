/** A client, for pictures and checks: read only. */
export type ClientProbe = PersonProbe | ProducerProbe | ConsumerProbe;

/** Client 1: whatever a person asks for, one thing at a time. */
interface PersonProbe {
  readonly kind: "person";
  readonly client: number;
}

export interface ProducerProbe {
  readonly kind: "producer";
  readonly client: number;
  readonly topic: string;
  /** "failed": its broker knows a younger producer of the same id, so that it must not go on. */
  readonly state: "running" | "stopping" | "failed";
  /** -1 until it has one; only idempotent producers get one. */
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Records that are not acknowledged yet. */
  readonly queuedCount: number;
  readonly acknowledgedCount: number;
  readonly failedCount: number;
  /** How often a batch was sent once more. */
  readonly retryCount: number;
}

export interface ConsumerProbe {
  readonly kind: "consumer";
  readonly client: number;
  readonly topic: string;
  readonly group: string | null;
  /** "finding" its coordinator, "joining" its group, "stable" with partitions of its own. */
  readonly state: "finding" | "joining" | "stable" | "stopping";
  readonly memberId: string;
  readonly generation: number;
  readonly assigned: readonly { readonly partition: number; readonly position: number }[];
  readonly readCount: number;
}

/** What runs on behalf of a client until it is stopped. */
export interface Program {
  readonly probe: ClientProbe;
  /** True once it has ended and closed its connections. */
  readonly isOver: boolean;
  stop(isCrash: boolean): void;
}
