import { ByteWriter } from "../base/bytes.ts";
import { crc32c } from "../base/crc32c.ts";
import type { NodeId } from "../base/ids.ts";
import { utf8Encode } from "../base/utf8.ts";
import type { ClusterMetadata } from "./clusterMetadata.ts";

/**
 * A checksum of everything that the nodes must agree on. Equal states have equal hashes whatever
 * the history of their maps, since each table is written in the order of its keys.
 */
export function metadataHash(state: ClusterMetadata): number {
  const writer = new ByteWriter("little", 1024);
  writer.u32(state.nodes.size);
  const nodes = [...state.nodes.values()].sort((a, b) => a.node - b.node);
  for (const { node, address, generation, state: nodeState } of nodes) {
    writer.i64(node);
    writeText(writer, address);
    writer.i64(generation);
    writeText(writer, nodeState);
  }
  writer.u32(state.topics.size);
  const topics = [...state.topics.values()].sort((a, b) => compareText(a.topic, b.topic));
  for (const { topic, partitionCount, replicationFactor, config } of topics) {
    writeText(writer, topic);
    writer.i64(partitionCount);
    writer.i64(replicationFactor);
    writer.i64(config.minInsyncReplicas);
  }
  writer.u32(state.partitions.size);
  const partitions = [...state.partitions.values()].sort(
    (a, b) => compareText(a.topic, b.topic) || a.partition - b.partition,
  );
  for (const partition of partitions) {
    writeText(writer, partition.topic);
    writer.i64(partition.partition);
    writeNodes(writer, partition.replicas);
    writer.i64(partition.leader);
    writer.i64(partition.leaderEpoch);
    writeNodes(writer, partition.isr);
    writer.i64(partition.partitionEpoch);
  }
  return crc32c(writer.peek());
}

function writeText(writer: ByteWriter, text: string): void {
  const bytes = utf8Encode(text);
  writer.u32(bytes.length);
  writer.bytes(bytes);
}

function writeNodes(writer: ByteWriter, nodes: readonly NodeId[]): void {
  writer.u32(nodes.length);
  for (const node of nodes) writer.i64(node);
}

/** By code unit: the order must not depend on a locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
