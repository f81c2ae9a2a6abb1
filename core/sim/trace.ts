import { unreachable } from "../base/assert.ts";
import { NO_BYTES } from "../base/bytes.ts";
import { crc32c } from "../base/crc32c.ts";
import type { Message } from "../raft/message.ts";
import type { Request, Response } from "../wire/request.ts";
import type { DiskOperation } from "../wal/disk.ts";
import type { ClientPayload, Flight, Payload } from "./network.ts";
import type { Action } from "./run.ts";

/**
 * A rolling hash of everything that happens in a world. Two runs with the same hash did the same
 * things in the same order, whatever engine they ran on: only integers, characters and bytes go
 * in, field by field, never an object as it happens to be laid out.
 */
export class Trace {
  #a = 0x811c9dc5 | 0;
  #b = 0x2f0b4c47 | 0;

  /** Any integer up to 2^53 in size. */
  number(value: number): void {
    this.#word(value | 0);
    this.#word(Math.floor(value / 4_294_967_296) | 0);
  }

  text(value: string): void {
    this.#word(value.length);
    for (let i = 0; i < value.length; i++) this.#word(value.charCodeAt(i));
  }

  bytes(value: Uint8Array): void {
    this.#word(value.length);
    this.#word(crc32c(value));
  }

  flight(flight: Flight): void {
    this.text(flight.from.name);
    this.text(flight.to.name);
    this.number(flight.sentAtUs);
    this.number(flight.arrivesAtUs);
    this.#payload(flight.payload);
  }

  /** What changes nothing that can be seen at once needs its details here. */
  action(action: Action): void {
    this.text(action.kind);
    this.number(action.atUs);
    switch (action.kind) {
      case "diskFault":
        this.#word(action.node);
        this.text(action.fault);
        return this.#word(action.on ? 1 : 0);
      case "pause":
      case "resume":
        return this.#word(action.node);
      case "skewClock":
        this.#word(action.node);
        return this.#word(action.percent);
      case "holdStage":
        this.#word(action.node);
        this.text(action.stage);
        return this.#word(action.on ? 1 : 0);
      case "flipBit":
        this.#word(action.node);
        this.text(action.file);
        this.number(action.byte);
        return this.#word(action.bit);
      default:
        return this.#network(action);
    }
  }

  #network(action: Action): void {
    switch (action.kind) {
      case "setLink":
        this.#word(action.from);
        this.#word(action.to);
        this.#word((action.bothWays ? 2 : 0) + (action.isCut ? 1 : 0));
        this.#word(action.lossPercent);
        return this.number(action.extraLatencyUs);
      case "setNetwork":
        this.number(action.latencyMinUs);
        this.number(action.latencyMaxUs);
        return this.#word(action.lossPercent);
      case "dropMessage":
      case "holdMessage":
      case "releaseMessage":
      case "duplicateMessage":
        return this.number(action.message);
      case "delayMessage":
        this.number(action.message);
        return this.number(action.byUs);
      default:
        return;
    }
  }

  disk(operation: DiskOperation): void {
    this.text(operation.kind);
    this.#word(operation.id);
    if (operation.kind === "syncDirectory") return;
    this.text(operation.file);
    switch (operation.kind) {
      case "append":
        this.#word(operation.sync ? 1 : 0);
        return this.bytes(operation.bytes);
      case "read":
        this.number(operation.position);
        return this.number(operation.sizeBytes);
      case "truncate":
        return this.number(operation.sizeBytes);
      case "rename":
        return this.text(operation.to);
      case "create":
      case "sync":
      case "remove":
        return;
      default:
        return unreachable(operation);
    }
  }

  /** 16 hexadecimal digits. */
  hex(): string {
    const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
    return hex(this.#a) + hex(this.#b);
  }

  #word(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x01000193);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul(this.#b + word, 0x85ebca6b);
    this.#b ^= this.#b >>> 13;
  }

  #payload(payload: Payload): void {
    this.text(payload.kind);
    if (payload.kind === "raft") {
      this.number(payload.generation);
      this.number(payload.toGeneration);
      return this.#raft(payload.message);
    }
    if (payload.kind === "request") {
      this.number(payload.correlationId);
      this.number(payload.generation);
      return this.#request(payload.request);
    }
    if (payload.kind === "response") {
      this.number(payload.correlationId);
      return this.#response(payload.response);
    }
    this.#client(payload);
  }

  #client(payload: ClientPayload): void {
    this.number(payload.connection);
    switch (payload.kind) {
      case "clientFrame":
      case "serverFrame":
        return this.bytes(payload.frame);
      case "adminRequest":
        this.number(payload.correlationId);
        return this.text(payload.request.command.kind);
      case "adminResponse":
        this.number(payload.correlationId);
        this.#word(payload.response.errorCode);
        return this.#word(payload.response.controllerId);
      case "connectionClosed":
        return;
      default:
        return unreachable(payload);
    }
  }

  #raft(message: Message): void {
    this.text(message.type);
    this.number(message.term);
    this.number(message.logTerm);
    this.number(message.index);
    this.number(message.commit);
    this.#word(message.entries.length);
    this.#word(message.reject ? 1 : 0);
    this.number(message.rejectHint);
    for (const { term, index, data } of message.entries) {
      this.number(term);
      this.number(index);
      this.bytes(data);
    }
    if (message.snapshot === null) return;
    const { metadata, data } = message.snapshot;
    this.number(metadata.index);
    this.number(metadata.term);
    this.bytes(data);
  }

  /** Of those that brokers send each other; clients' are frames. */
  #request(request: Request): void {
    this.text(request.api);
    switch (request.api) {
      case "produce":
        this.#word(request.acks);
        for (const { topic, partition, records } of request.partitions) {
          this.text(topic);
          this.#word(partition);
          this.bytes(records ?? NO_BYTES);
        }
        return;
      case "fetch":
        this.#word(request.replicaId);
        this.number(request.replicaEpoch);
        for (const wanted of request.partitions) {
          this.text(wanted.topic);
          this.#word(wanted.partition);
          this.number(wanted.fetchOffset);
          this.number(wanted.currentLeaderEpoch);
          this.number(wanted.lastFetchedEpoch);
        }
        return;
      case "brokerHeartbeat":
        this.#word(request.brokerId);
        return this.number(request.incarnation);
      case "join":
        this.#word(request.node);
        return this.number(request.generation);
      default:
        return;
    }
  }

  #response(response: Response): void {
    this.text(response.api);
    switch (response.api) {
      case "produce":
        for (const answer of response.partitions) {
          this.text(answer.topic);
          this.#word(answer.partition);
          this.#word(answer.errorCode);
          this.number(answer.baseOffset);
        }
        return;
      case "fetch":
        for (const answer of response.partitions) {
          this.text(answer.topic);
          this.#word(answer.partition);
          this.#word(answer.errorCode);
          this.number(answer.highWatermark);
          this.number(answer.divergingEpoch?.endOffset ?? -1);
          this.bytes(answer.records);
        }
        return;
      case "brokerHeartbeat":
      case "join":
        return this.#word(response.errorCode);
      default:
        return;
    }
  }
}
