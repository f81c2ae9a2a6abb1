import type { Index } from "../base/ids.ts";
import type { AllocateProducerIds } from "../metadata/command.ts";
import { ErrorCode } from "../wire/index.ts";
import type { InitProducerIdRequest } from "../wire/index.ts";
import type { BrokerContext } from "./context.ts";
import type { Origin } from "./outbox.ts";
import { Proposer } from "./proposer.ts";

/** Who waits for a block of producer ids, and until when. */
interface PendingInit {
  readonly origin: Origin;
  readonly deadlineUs: number;
}

/** As many as the controller gives out at once (KIP-730). */
const BLOCK_SIZE = 1_000;
const TIMEOUT_US = 2_000_000;

/**
 * Gives idempotent producers ids that nobody else has (KIP-98). A broker gets them in blocks through
 * the metadata log; what is left of a block when it goes down is never used again.
 */
export class InitProducerId {
  readonly #context: BrokerContext;
  readonly #proposer: Proposer;
  #next = 0;
  #end = 0;
  #pending: PendingInit[] = [];

  constructor(context: BrokerContext) {
    const { metadataLog, clock, config, state } = context;
    this.#context = context;
    this.#proposer = new Proposer(metadataLog, clock, config.proposalRetryUs);
    state.producerIdsAllocated = (command, index) => this.#allocated(command, index);
  }

  handle(origin: Origin, { transactionalId }: InitProducerIdRequest): void {
    // There are no transactions here, and a producer that wants one must not think that there are.
    const refusal = ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    if (transactionalId !== null) return this.#answer(origin, refusal, -1);
    this.#pending.push({ origin, deadlineUs: this.#context.clock.nowUs + TIMEOUT_US });
  }

  /** Serves who waits, and asks for another block when this one has run out. */
  settle(): void {
    while (this.#pending.length > 0 && this.#next < this.#end) {
      this.#answer(this.#pending.shift()!.origin, ErrorCode.NONE, this.#next++);
    }
    if (this.#pending.length === 0) return;
    const { config, state, clock } = this.#context;
    const firstProducerId = state.metadata.nextProducerId;
    this.#proposer.propose(`producer ids from ${firstProducerId}`, {
      kind: "allocateProducerIds",
      node: config.id,
      firstProducerId,
      count: BLOCK_SIZE,
    });
    this.#pending = this.#pending.filter(({ origin, deadlineUs }) => {
      if (clock.nowUs < deadlineUs) return true;
      this.#answer(origin, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, -1);
      return false;
    });
  }

  /** A block of an earlier life may have been given out already. */
  #allocated({ node, firstProducerId, count }: AllocateProducerIds, index: Index): void {
    const { config, partitions } = this.#context;
    if (node !== config.id || partitions.isOfEarlierLife(index)) return;
    this.#proposer.forgetAll();
    this.#next = firstProducerId;
    this.#end = firstProducerId + count;
  }

  #answer(origin: Origin, errorCode: ErrorCode, producerId: number): void {
    const producerEpoch = producerId === -1 ? -1 : 0;
    const api = "initProducerId";
    this.#context.out.answer(origin, { api, errorCode, producerId, producerEpoch });
  }
}
