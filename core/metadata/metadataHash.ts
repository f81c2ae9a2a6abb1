import { ByteWriter } from "../base/bytes.ts";
import { crc32c } from "../base/crc32c.ts";
import type { NodeId } from "../base/ids.ts";
import { utf8Encode } from "../base/utf8.ts";
import type { ClusterMetadata, TopicMetadata } from "./clusterMetadata.ts";

/**
 * A checksum of everything that the nodes must agree on. Equal states have equal hashes whatever
 * the history of their maps, since each table is written in the order of its keys.
 */
export function metadataHash(state: ClusterMetadata): number {
  const writer = new ByteWriter("little", 1024);
  writer.u32(state.nodes.size);
  const nodes = [...state.nodes.values()].sort((a, b) => a.node - b.node);
  for (const node of nodes) {
    writer.i64(node.node);
    writeText(writer, node.address);
    writer.i64(node.generation);
    writeText(writer, node.state);
    writer.i64(node.brokerEpoch);
    writer.i64(node.incarnation);
    writer.u8(node.isFenced ? 1 : 0);
  }
  writer.u32(state.topics.size);
  const topics = [...state.topics.values()].sort((a, b) => compareText(a.topic, b.topic));
  for (const topic of topics) writeTopic(writer, topic);
  writer.u32(state.partitions.size);
  const partitions = [...state.partitions.values()].sort(
    (a, b) => compareText(a.topic, b.topic) || a.partition - b.partition,
  );
  for (const partition of partitions) {
    writeText(writer, partition.topic);
    writer.i64(partition.partition);
    writeNodes(writer, partition.replicas);
    writeNodes(writer, partition.addingReplicas);
    writeNodes(writer, partition.removingReplicas);
    writer.i64(partition.group);
    writer.i64(partition.leader);
    writer.i64(partition.leaderEpoch);
    writeNodes(writer, partition.isr);
    writer.i64(partition.partitionEpoch);
  }
  writer.i64(state.nextProducerId);
  writer.i64(state.nextGroup);
  return crc32c(writer.peek());
}

function writeTopic(writer: ByteWriter, topic: TopicMetadata): void {
  const { assignment, config } = topic;
  writeText(writer, topic.topic);
  writeText(writer, topic.topicId);
  writer.i64(topic.partitionCount);
  writer.i64(topic.replicationFactor);
  writer.i64(assignment === null ? -1 : assignment.length);
  for (const replicas of assignment ?? []) writeNodes(writer, replicas);
  writer.i64(config.minInsyncReplicas);
  writeText(writer, config.replicationMode);
  writer.u8(config.uncleanLeaderElection ? 1 : 0);
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
