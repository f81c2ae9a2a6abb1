import type { NodeId } from "../base/ids.ts";
import type { NodeMetadata } from "../metadata/index.ts";
import type { ConfChangeType } from "../raft/index.ts";
import { ErrorCode } from "../wire/index.ts";
import type { JoinRequest, RemoveNodeRequest } from "../wire/index.ts";
import type { BrokerContext } from "./context.ts";
import type { Controller } from "./controller.ts";
import type { Origin } from "./outbox.ts";
import { Proposer } from "./proposer.ts";
import type { ReadyLoop } from "./readyLoop.ts";

/** A removeNode request that waits until the cluster does without the node. */
interface PendingRemoval {
  readonly origin: Origin;
  readonly node: NodeId;
  readonly deadlineUs: number;
}

const NO_CONTEXT = new Uint8Array(0);

/** The answer of a standalone node, which is all the members that there are. */
export function refuseMembership(
  { out, config }: BrokerContext,
  origin: Origin,
  { api }: RemoveNodeRequest | JoinRequest,
): void {
  const errorCode = ErrorCode.INVALID_REQUEST;
  if (api === "join") return out.answer(origin, { api, errorCode });
  const errorMessage = "This is a standalone node.";
  out.answer(origin, { api, errorCode, errorMessage, controllerId: config.id, generation: 0 });
}

/**
 * How the controller takes a node with a lost disk out of the cluster and lets it in again. A node
 * that has forgotten what it had promised must not go on as the one that promised it, so it leaves
 * the ISRs and the voters, and comes back as a learner that is promoted once it has everything.
 * Each step follows from the committed state, so that a new controller simply goes on.
 */
export class Members {
  readonly #context: BrokerContext;
  readonly #readyLoop: ReadyLoop;
  readonly #controller: Controller;
  readonly #proposer: Proposer;
  #removals: PendingRemoval[] = [];

  constructor(context: BrokerContext, readyLoop: ReadyLoop, controller: Controller) {
    const { clock, config } = context;
    this.#context = context;
    this.#readyLoop = readyLoop;
    this.#controller = controller;
    this.#proposer = new Proposer(readyLoop, clock, config.proposalRetryUs);
  }

  handle(origin: Origin, request: RemoveNodeRequest | JoinRequest): void {
    if (request.api === "join") return this.#asked(origin, request);
    const deadlineUs = this.#context.clock.nowUs + request.timeoutMs * 1000;
    this.#removals.push({ origin, node: request.node, deadlineUs });
  }

  run(): void {
    if (!this.#controller.isActive) this.#proposer.forgetAll();
    else for (const node of this.#context.state.metadata.nodes.values()) this.#follow(node);
    if (this.#removals.length === 0) return;
    this.#removals = this.#removals.filter((removal) => !this.#goOn(removal));
  }

  /** What the committed state of a node still lacks. */
  #follow(of: NodeMetadata): void {
    const { node, address, generation, state } = of;
    if (state === "member") return;
    const role = this.#roleOf(node);
    if (state === "removed") {
      if (role !== "none") this.#change("ConfChangeRemoveNode", of);
    } else if (role === "none") {
      this.#change("ConfChangeAddLearnerNode", of);
    } else if (role === "learner") {
      if (this.#hasCaughtUp(node)) this.#change("ConfChangeAddNode", of);
    } else {
      const purpose = `member ${node}.${generation}`;
      this.#proposer.propose(purpose, { kind: "addNode", node, address, generation });
    }
  }

  #roleOf(node: NodeId): "voter" | "learner" | "none" {
    const { voters, learners } = this.#readyLoop.confState;
    if (voters.includes(node)) return "voter";
    return learners.includes(node) ? "learner" : "none";
  }

  /** It has all that is committed: as a voter it holds nobody up. */
  #hasCaughtUp(node: NodeId): boolean {
    const { progress, commit } = this.#readyLoop.raft.status();
    return progress.some(
      ({ id, match, state }) => id === node && state === "replicate" && match >= commit,
    );
  }

  #change(type: ConfChangeType, { node, generation }: NodeMetadata): void {
    const changes = [{ type, nodeId: node }];
    this.#proposer.attempt(`${type} ${node}.${generation}`, () =>
      this.#readyLoop.proposeConfChange({ transition: "auto", changes, context: NO_CONTEXT }),
    );
  }

  #asked(origin: Origin, { node, generation }: JoinRequest): void {
    const known = this.#context.state.metadata.nodes.get(node);
    if (this.#controller.isActive && known?.state === "removed") {
      if (known.generation === generation && this.#roleOf(node) === "none") {
        const purpose = `admission ${node}.${generation}`;
        this.#proposer.propose(purpose, { kind: "admitNode", node, generation });
      }
    }
    const errorCode = this.#controller.isActive ? ErrorCode.NONE : ErrorCode.NOT_CONTROLLER;
    this.#context.out.answer(origin, { api: "join", errorCode });
  }

  /** True if the removal was answered. */
  #goOn({ origin, node, deadlineUs }: PendingRemoval): boolean {
    const { state, clock } = this.#context;
    if (!this.#controller.isActive) {
      if (this.#context.metadataLog.leader === this.#context.config.id) return false;
      return this.#refuse(origin, ErrorCode.NOT_CONTROLLER, "This broker is not the controller.");
    }
    const known = state.metadata.nodes.get(node);
    if (known === undefined) {
      return this.#refuse(origin, ErrorCode.INVALID_REQUEST, `There is no node ${node}.`);
    }
    if (known.state === "removed" && this.#roleOf(node) === "none") {
      const { generation } = known;
      this.#answer(origin, ErrorCode.NONE, null, generation);
      return true;
    }
    if (clock.nowUs >= deadlineUs) {
      return this.#refuse(origin, ErrorCode.REQUEST_TIMED_OUT, this.#obstacle(node));
    }
    if (known.state !== "removed" && this.#obstacle(node) === "") {
      const generation = known.generation + 1;
      const purpose = `removal ${node}.${generation}`;
      this.#proposer.propose(purpose, { kind: "removeNode", node, generation });
    }
    return false;
  }

  /** Why a node cannot be done without, in a sentence; empty when it can. */
  #obstacle(node: NodeId): string {
    if (this.#controller.isAlive(node)) return `Node ${node} is alive: stop it first.`;
    for (const [key, { leader }] of this.#context.state.metadata.partitions) {
      if (leader === node) {
        return `Node ${node} has the only in-sync copy of ${key}: what it holds would be lost.`;
      }
    }
    return "";
  }

  #refuse(origin: Origin, errorCode: ErrorCode, errorMessage: string): true {
    this.#answer(origin, errorCode, errorMessage, 0);
    return true;
  }

  #answer(
    origin: Origin,
    errorCode: ErrorCode,
    errorMessage: string | null,
    generation: number,
  ): void {
    const { out, metadataLog } = this.#context;
    const controllerId = metadataLog.leader;
    out.answer(origin, { api: "removeNode", errorCode, errorMessage, controllerId, generation });
  }
}
