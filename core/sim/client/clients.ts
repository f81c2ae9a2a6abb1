import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import type { BrokerInput } from "../../broker/index.ts";
import type { ClientOutput, ClientSide, ClientWorld } from "../clientSide.ts";
import type { Unanswered } from "../history.ts";
import type { ClientPayload } from "../network.ts";
import type { ClientAction, StartConsumerAction, StartProducerAction } from "../run.ts";
import type { ClientHost } from "./clientHost.ts";
import type { ClientProbe, Program } from "./clientProbe.ts";
import { Connections } from "./connections.ts";
import { Consumer } from "./consumer.ts";
import { Operations, wishOf } from "./operations.ts";
import { Producer } from "./producer.ts";
import { Requests } from "./requests.ts";

/** The client of the person at the page, who asks for one thing after the other. */
const PERSON = 1;

/** All clients of a world: the person's, and the programs that were started. */
export function createClients(world: ClientWorld): ClientSide {
  return new Clients(world);
}

class Clients implements ClientSide {
  readonly #world: ClientWorld;
  readonly #connections: Connections;
  readonly #person: Operations;
  readonly #programs = new Map<number, Program>();
  /** Of each client the requests of what it runs now, or has run last. */
  readonly #requests = new Map<number, Requests>();
  /** Records are numbered on when a client is started again, so that each is another one. */
  readonly #nextNumbers = new Map<number, number>();

  constructor(world: ClientWorld) {
    this.#world = world;
    this.#connections = new Connections(world);
    this.#person = new Operations(...this.#partsOf(PERSON));
  }

  get probes(): readonly ClientProbe[] {
    const programs = [...this.#programs.values()].filter(({ isOver }) => !isOver);
    return [{ kind: "person", client: PERSON }, ...programs.map(({ probe }) => probe)];
  }

  get repairing(): ReadonlySet<number> {
    return this.#person.repairing;
  }

  isRunning(client: number): boolean {
    return this.#programs.get(client)?.isOver === false;
  }

  take(action: ClientAction): void {
    switch (action.kind) {
      case "startProducer":
        return this.#startProducer(action);
      case "startConsumer":
        return this.#startConsumer(action);
      case "stopClient":
        return this.#stop(action.client, action.crash);
      default:
        return this.#person.start(wishOf(action));
    }
  }

  letIn(node: NodeId, address: string): void {
    this.#person.start({ kind: "admin", command: { kind: "addNode", node, address } });
  }

  accept(payload: ClientPayload, incarnation: number): BrokerInput | null {
    return this.#connections.accept(payload, incarnation);
  }

  arrive(payload: ClientPayload): void {
    const { client, connection } = payload;
    const requests = this.#requests.get(client);
    assert(requests !== undefined, "a client that has a connection has requests");
    switch (payload.kind) {
      case "serverFrame":
        return requests.receive(connection, payload.frame);
      case "adminResponse":
        return requests.receiveAdmin(connection, payload.correlationId, payload.response);
      default:
        return this.#ended(client, connection, "closed");
    }
  }

  lost({ kind, client, connection }: ClientPayload, backUs: number): void {
    if (kind === "connectionClosed") return this.#connections.forget(connection);
    this.#world.startTimer(client, backUs, () => {
      this.#ended(client, connection, "refused");
      return true;
    });
  }

  broke(connection: number): void {
    this.#connections.broke(connection);
  }

  carryOut(node: NodeId, output: ClientOutput): void {
    const { connection } = output;
    switch (output.kind) {
      case "reply":
        return this.#connections.reply(node, connection, output.frame);
      case "adminReply": {
        const { correlationId, response } = output;
        return this.#connections.replyToAdmin(node, connection, correlationId, response);
      }
      case "disconnect":
        return this.#connections.disconnect(connection);
    }
  }

  died(node: NodeId, incarnation: number): void {
    this.#connections.died(node, incarnation);
  }

  #ended(client: number, connection: number, reason: Unanswered): void {
    this.#connections.forget(connection);
    this.#requests.get(client)?.ended(connection, reason);
  }

  #startProducer(action: StartProducerAction): void {
    const { client } = action;
    const firstNumber = this.#nextNumbers.get(client) ?? 1;
    this.#programs.set(client, new Producer(action, firstNumber, ...this.#partsOf(client)));
  }

  #startConsumer(action: StartConsumerAction): void {
    this.#programs.set(action.client, new Consumer(action, ...this.#partsOf(action.client)));
  }

  #stop(client: number, isCrash: boolean): void {
    const program = this.#programs.get(client);
    assert(program !== undefined, "a client that runs is stopped");
    program.stop(isCrash);
    if (program instanceof Producer) this.#nextNumbers.set(client, program.nextNumber);
  }

  /** What every client is built on; its requests are its own, and end with it. */
  #partsOf(client: number) {
    const { options, history } = this.#world;
    const host = this.#hostOf(client);
    const requests = new Requests(client, options, host, history);
    this.#requests.set(client, requests);
    return [options, host, history, requests] as const;
  }

  #hostOf(client: number): ClientHost {
    const world = this.#world;
    const connections = this.#connections;
    return {
      get nowUs() {
        return world.nowUs;
      },
      connect: (node) => connections.connect(client, node),
      send: (payload) => connections.send(payload),
      startTimer: (afterUs, wake) => world.startTimer(client, afterUs, wake),
      requestSent: (request) => world.requestSent(request),
      requestEnded: (request) => world.requestEnded(request),
      operationEnded: (operation) => world.operationEnded(operation),
      wipeAndJoin: (node, generation) => world.wipeAndJoin(node, generation),
    };
  }
}
