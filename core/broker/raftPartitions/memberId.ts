import type { NodeId } from "../../base/ids.ts";

/** Node ids are Kafka's, of 32 bits. */
const GENERATION_UNIT = 2 ** 32;

/**
 * Who a node is in the group of a partition: a node whose disk was replaced is another member than it
 * was, for it has forgotten what that one had promised (KIP-853 has directory ids for the same). So
 * no vote and no acknowledgement of a lost disk is ever taken for one of the disk that came after
 * it, in whatever order nodes and groups hear of the loss. On its first disk it is just its number.
 */
export function memberId(node: NodeId, generation: number): NodeId {
  return (node + generation * GENERATION_UNIT) as NodeId;
}

export function nodeOfMember(member: NodeId): NodeId {
  return (member % GENERATION_UNIT) as NodeId;
}

export function generationOfMember(member: NodeId): number {
  return Math.floor(member / GENERATION_UNIT);
}
