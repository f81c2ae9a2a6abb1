import type { NodeId } from "../base/ids.ts";
import type { BrokerConfig, BrokerInput, BrokerOutput } from "../broker/index.ts";
import type { ProduceRequest, ProduceResponse } from "../wire/request.ts";
import type { BrokerRules } from "./checkers/brokerRules.ts";
import type { ClientProbe } from "./client/clientProbe.ts";
import type { HistoryLog } from "./historyLog.ts";
import type { ClientPayload } from "./network.ts";
import type { Situation } from "./refusal.ts";
import type { ActionBody, ClientAction, RunOptions } from "./run.ts";
import type { TamperedWorld, Tampering } from "./tampering.ts";

/** Everything in a world that is not a broker: clients, and the connections between both. */
export interface ClientSide {
  /** In the order in which they were started; the person comes first. */
  readonly probes: readonly ClientProbe[];
  /** The nodes that are to be repaired, with no success so far. */
  readonly repairing: ReadonlySet<number>;
  /** Whether that client is a program that has not come to its end. */
  isRunning(client: number): boolean;
  take(action: ClientAction): void;
  /** Asks the cluster to let a new node in. */
  letIn(node: NodeId, address: string): void;
  /** What something of a client means to the broker that it has come to; null: nothing. */
  accept(payload: ClientPayload, incarnation: number): BrokerInput | null;
  /** Something of a broker has come to a client. */
  arrive(payload: ClientPayload): void;
  /** There was nobody to take it, of which the client would hear after `backUs`. */
  lost(payload: ClientPayload, backUs: number): void;
  /** It broke under way, of which both of its ends are to learn. */
  broke(connection: number): void;
  carryOut(node: NodeId, output: ClientOutput): void;
  /** That life of a broker has ended. */
  died(node: NodeId, incarnation: number): void;
}

/** What a broker wants done for a client. */
export type ClientOutput = Extract<BrokerOutput, { kind: "reply" | "adminReply" | "disconnect" }>;

/** What the client side needs of the world. */
export interface ClientWorld {
  readonly nowUs: number;
  readonly options: RunOptions;
  readonly history: HistoryLog;
  /** Puts something on its way. */
  toBroker(client: number, node: NodeId, payload: ClientPayload): void;
  toClient(node: NodeId, client: number, payload: ClientPayload): void;
  /** Calls `wake` after so long; it says whether anything came of that. */
  startTimer(client: number, afterUs: number, wake: () => boolean): void;
  /** A broker says that a produce request is done that asked for all replicas. */
  acknowledged(by: NodeId, asked: ProduceRequest, reply: ProduceResponse): void;
  requestSent(request: number): void;
  requestEnded(request: number): void;
  operationEnded(operation: number): void;
  /** The cluster does without this node now. False if its disk cannot be wiped, for it runs. */
  wipeAndJoin(node: NodeId, generation: number): boolean;
}

/**
 * What a world is made of besides Raft and metadata: as large again, and not needed before somebody
 * does something.
 */
export interface WorldParts {
  /** Of brokers: what keeps partitions and serves clients. */
  readonly serve: NonNullable<BrokerConfig["serve"]>;
  readonly createClients: (world: ClientWorld) => ClientSide;
  readonly createBrokerRules: () => BrokerRules;
  readonly createTampering: (world: TamperedWorld) => Tampering;
  readonly refusalOf: (action: ActionBody, situation: Situation) => string | null;
}
