import { unreachable } from "../base/assert.ts";
import { crc32c } from "../base/crc32c.ts";
import type { Message } from "../raft/message.ts";
import type { Request, Response } from "../wire/request.ts";
import type { DiskOperation } from "../wal/disk.ts";
import type { Flight, Payload } from "./network.ts";
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
    if (action.kind === "diskFault") {
      this.#word(action.node);
      this.text(action.fault);
      this.#word(action.on ? 1 : 0);
    }
    if (action.kind === "flipBit") {
      this.#word(action.node);
      this.text(action.file);
      this.number(action.byte);
      this.#word(action.bit);
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
    this.number(payload.correlationId);
    if (payload.kind === "request") this.number(payload.generation);
    if (payload.kind === "request" || payload.kind === "clientRequest") {
      return this.#request(payload.request);
    }
    this.#response(payload.response);
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

  #request(request: Request): void {
    this.text(request.api);
    switch (request.api) {
      case "produce":
        this.#word(request.acks);
        for (const { topic, partition, records } of request.partitions) {
          this.text(topic);
          this.#word(partition);
          this.bytes(records);
        }
        return;
      case "fetch":
        this.#word(request.replicaId);
        for (const wanted of request.partitions) {
          this.text(wanted.topic);
          this.#word(wanted.partition);
          this.number(wanted.fetchOffset);
          this.number(wanted.currentLeaderEpoch);
          this.number(wanted.lastFetchedEpoch);
        }
        return;
      case "metadata":
        for (const topic of request.topics ?? ["*"]) this.text(topic);
        return;
      case "createTopics":
        for (const { topic, partitionCount, replicationFactor } of request.topics) {
          this.text(topic);
          this.#word(partitionCount);
          this.#word(replicationFactor);
        }
        return;
      case "brokerHeartbeat":
        return this.#word(request.brokerId);
      case "removeNode":
        return this.#word(request.node);
      case "join":
        this.#word(request.node);
        return this.number(request.generation);
      default:
        return unreachable(request);
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
      case "metadata":
        this.#word(response.controllerId);
        for (const { topic, partition, leaderId, leaderEpoch, isr } of response.partitions) {
          this.text(topic);
          this.#word(partition);
          this.#word(leaderId);
          this.number(leaderEpoch);
          for (const node of isr) this.#word(node);
        }
        return;
      case "createTopics":
        this.#word(response.controllerId);
        for (const { topic, errorCode } of response.topics) {
          this.text(topic);
          this.#word(errorCode);
        }
        return;
      case "brokerHeartbeat":
      case "join":
        return this.#word(response.errorCode);
      case "removeNode":
        this.#word(response.errorCode);
        this.#word(response.controllerId);
        return this.number(response.generation);
      default:
        return unreachable(response);
    }
  }
}
