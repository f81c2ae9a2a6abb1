import type { ClusterMetadata } from "../../metadata/index.ts";
import { ErrorCode } from "../../wire/index.ts";
import type { AdminCommand, AdminRequest, AdminResult } from "../../wire/index.ts";
import type { Controller, ControllerContext } from "../controller.ts";
import type { Members } from "../members.ts";
import type { Origin } from "../outbox.ts";
import { Proposer } from "../proposer.ts";
import { refused } from "./change.ts";
import type { Change, ChangeStep } from "./change.ts";
import { isRead, readCluster } from "./reads.ts";
import type { ReadCommand } from "./reads.ts";
import {
  alterTopic,
  createPartitions,
  deleteTopic,
  electPreferredLeaders,
  reassign,
  rebalance,
} from "./topicChanges.ts";

type ChangeCommand = Exclude<AdminCommand, ReadCommand>;

interface PendingChange {
  readonly origin: Origin;
  readonly command: ChangeCommand;
  readonly deadlineUs: number;
  /** Null until this node is a controller that can begin. */
  change: Change | null;
}

/**
 * What administrators ask for. Any broker answers what it knows; changes are made by the controller
 * alone, which answers once they are committed, or says what stands in the way when time is over.
 */
export class Admin {
  readonly #context: ControllerContext;
  readonly #controller: Controller;
  /** Null on a standalone node. */
  readonly #members: Members | null;
  readonly #proposer: Proposer;
  #pending: PendingChange[] = [];

  constructor(context: ControllerContext, controller: Controller, members: Members | null) {
    const { metadataLog, clock, config } = context;
    this.#context = context;
    this.#controller = controller;
    this.#members = members;
    this.#proposer = new Proposer(metadataLog, clock, config.proposalRetryUs);
  }

  handle(origin: Origin, { command, timeoutMs }: AdminRequest): void {
    if (isRead(command)) return this.#answerStep(origin, this.#read(command));
    const deadlineUs = this.#context.clock.nowUs + timeoutMs * 1_000;
    this.#pending.push({ origin, command, deadlineUs, change: null });
  }

  /** Goes on with every change, as far as what is committed by now allows. */
  settle(): void {
    if (this.#pending.length === 0) return;
    this.#pending = this.#pending.filter((pending) => {
      const step = this.#goOn(pending);
      if (step !== null) this.#answerStep(pending.origin, step);
      return step === null;
    });
  }

  /** Null while it is neither done nor refused. */
  #goOn(pending: PendingChange): ChangeStep | null {
    const { metadataLog, config, clock, state } = this.#context;
    if (metadataLog.leader !== config.id) {
      return refused(ErrorCode.NOT_CONTROLLER, "This broker is not the controller.");
    }
    let obstacle = "The controller is not ready yet.";
    if (this.#controller.isActive) {
      pending.change ??= this.#begin(state.metadata, pending.command);
      const step = pending.change(state.metadata);
      if (step.kind !== "waiting") return step;
      for (const { purpose, command, basis } of step.proposals) {
        this.#proposer.propose(purpose, command, basis);
      }
      ({ obstacle } = step);
    }
    return clock.nowUs < pending.deadlineUs ? null : refused(ErrorCode.REQUEST_TIMED_OUT, obstacle);
  }

  #begin(metadata: ClusterMetadata, command: ChangeCommand): Change {
    switch (command.kind) {
      case "deleteTopic":
        return deleteTopic(metadata, command.topic);
      case "createPartitions":
        return createPartitions(metadata, command.topic, command.partitionCount);
      case "alterTopic":
        return alterTopic(metadata, command);
      case "reassign":
        return reassign(metadata, command.topic, command.partition, command.replicas);
      case "rebalance":
        return rebalance(metadata);
      case "electPreferredLeaders":
        return electPreferredLeaders(metadata, command.topic);
      case "addNode":
        return this.#members?.addition(command.node, command.address) ?? refuseStandalone;
      case "removeNode":
        return this.#members?.removal(command.node) ?? refuseStandalone;
    }
  }

  #read(command: ReadCommand): ChangeStep {
    const { metadataLog, state } = this.#context;
    const { metadata, appliedIndex } = state;
    const { leader: controller, confState } = metadataLog;
    return readCluster({ metadata, appliedIndex, controller, confState }, command);
  }

  #answerStep(origin: Origin, step: ChangeStep): void {
    if (step.kind === "done") this.#answer(origin, ErrorCode.NONE, null, step.result);
    else if (step.kind === "refused") this.#answer(origin, step.errorCode, step.message, null);
  }

  #answer(
    origin: Origin,
    errorCode: ErrorCode,
    errorMessage: string | null,
    result: AdminResult | null,
  ): void {
    const { out, metadataLog } = this.#context;
    const controllerId = metadataLog.leader;
    out.answer(origin, { api: "admin", errorCode, errorMessage, controllerId, result });
  }
}

const refuseStandalone: Change = () =>
  refused(ErrorCode.INVALID_REQUEST, "This is a standalone node.");
