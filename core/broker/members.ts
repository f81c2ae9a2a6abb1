import type { NodeId } from "../base/ids.ts";
import { isMember, partitionKey } from "../metadata/index.ts";
import type { ClusterMetadata, NodeMetadata } from "../metadata/index.ts";
import type { ConfChangeType } from "../raft/index.ts";
import { ErrorCode } from "../wire/index.ts";
import type { JoinRequest } from "../wire/index.ts";
import { done, proposing, refused, waiting } from "./admin/change.ts";
import type { Change } from "./admin/change.ts";
import type { BrokerContext } from "./context.ts";
import type { Controller } from "./controller.ts";
import type { Origin } from "./outbox.ts";
import { Proposer } from "./proposer.ts";
import type { ReadyLoop } from "./readyLoop.ts";

const NO_CONTEXT = new Uint8Array(0);

/** The answer of a standalone node, which is all the members that there are. */
export function refuseJoin({ out }: BrokerContext, origin: Origin): void {
  out.answer(origin, { api: "join", errorCode: ErrorCode.INVALID_REQUEST });
}

/**
 * How the controller takes a node out of the cluster and lets one in. A node that has forgotten
 * what it had promised must not go on as the one that promised it, so it leaves the ISRs and the
 * voters, and comes back as a learner that is promoted once it has everything; a new node begins
 * there. Each step follows from the committed state, so that a new controller simply goes on.
 */
export class Members {
  readonly #context: BrokerContext;
  readonly #readyLoop: ReadyLoop;
  readonly #controller: Controller;
  readonly #proposer: Proposer;
  /** When nodes that nobody knows have asked to join. */
  readonly #strangers = new Map<NodeId, number>();

  constructor(context: BrokerContext, readyLoop: ReadyLoop, controller: Controller) {
    const { metadataLog, clock, config } = context;
    this.#context = context;
    this.#readyLoop = readyLoop;
    this.#controller = controller;
    this.#proposer = new Proposer(metadataLog, clock, config.proposalRetryUs);
  }

  run(): void {
    if (this.#controller.isActive) {
      for (const node of this.#context.state.metadata.nodes.values()) this.#follow(node);
    } else {
      this.#proposer.forgetAll();
      this.#strangers.clear();
    }
  }

  /**
   * A node asks to be let in. One that was removed is, with the disk that the cluster expects; one
   * that is new waits for somebody who says that it belongs here (`addition`).
   */
  join(origin: Origin, { node, address, generation }: JoinRequest): void {
    const { out, state, clock } = this.#context;
    if (!this.#controller.isActive) {
      return out.answer(origin, { api: "join", errorCode: ErrorCode.NOT_CONTROLLER });
    }
    const known = state.metadata.nodes.get(node);
    if (known === undefined) {
      if (generation === 0) this.#strangers.set(node, clock.nowUs);
    } else if (
      known.state === "removed" &&
      known.generation === generation &&
      this.#roleOf(node) === "none"
    ) {
      const command = { kind: "admitNode", node, address, generation } as const;
      this.#proposer.propose(`admission ${node}`, command, known);
    }
    out.answer(origin, { api: "join", errorCode: ErrorCode.NONE });
  }

  /** A new node becomes a member: done once it has copied the metadata and votes. */
  addition(node: NodeId, address: string): Change {
    return ({ nodes }) => {
      const known = nodes.get(node);
      if (known?.state === "member") return done(facts({ node, generation: known.generation }));
      if (known?.state === "joining")
        return waiting(`Node ${node} is a ${this.#roleOf(node)} yet.`);
      if (known !== undefined) {
        const { generation } = known;
        return waiting(`Start node ${node} with an empty disk of generation ${generation}.`);
      }
      const { clock, config } = this.#context;
      const askedAtUs = this.#strangers.get(node) ?? Number.NEGATIVE_INFINITY;
      if (clock.nowUs - askedAtUs > config.brokerSessionTimeoutUs) {
        return waiting(`Node ${node} has not asked to join: start it with an empty disk.`);
      }
      const command = { kind: "admitNode", node, address, generation: 0 } as const;
      return proposing(`Node ${node} is not admitted yet.`, `admission ${node}`, command, null);
    };
  }

  /** A node that is down leaves the ISRs and the voters: done once nothing counts on it. */
  removal(node: NodeId): Change {
    return (metadata) => {
      const known = metadata.nodes.get(node);
      if (known === undefined) {
        return refused(ErrorCode.INVALID_REQUEST, `There is no node ${node}.`);
      }
      if (known.state === "removed") {
        if (this.#roleOf(node) !== "none") return waiting(`Node ${node} is a voter still.`);
        return done(facts({ node, generation: known.generation }));
      }
      const obstacle = this.#obstacle(metadata, node);
      if (obstacle !== null) return waiting(obstacle);
      const generation = known.generation + 1;
      const command = { kind: "removeNode", node, generation } as const;
      return proposing(`Node ${node} is not removed yet.`, `removal ${node}`, command, known);
    };
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
      const command = { kind: "addNode", node, address, generation } as const;
      this.#proposer.propose(`member ${node}`, command, of);
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

  /** Why a node cannot be done without, in a sentence; null when it can. */
  #obstacle(metadata: ClusterMetadata, node: NodeId): string | null {
    if (this.#controller.isAlive(node)) return `Node ${node} is alive: stop it first.`;
    for (const of of metadata.partitions.values()) {
      const { topic, partition, group, replicas, isr, leader } = of;
      const { addingReplicas, removingReplicas } = of;
      if (!replicas.includes(node)) continue;
      const key = partitionKey(topic, partition);
      if (group !== 0) {
        // One at a time: a group that is without a second one may have lost its quorum.
        const absent = replicas.find((replica) => !isMember(metadata, replica));
        if (absent !== undefined) return `${key} needs node ${node} until node ${absent} is back.`;
      }
      if (isr.length === 1 && isr[0] === node) {
        return `Node ${node} has the only in-sync copy of ${key}: what it holds would be lost.`;
      }
      if (leader === node) return `Node ${node} leads ${key} still.`;
      if (addingReplicas.includes(node) || removingReplicas.includes(node)) {
        return `Node ${node} is part of a reassignment of ${key}.`;
      }
    }
    return null;
  }
}

function facts(of: { readonly node: NodeId; readonly generation: number }) {
  return [
    { name: "node", value: `n${of.node}` },
    { name: "generation", value: of.generation },
  ];
}
