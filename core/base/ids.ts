/**
 * Numbers that must not be mixed up. All are integers below 2^53; the brands exist for the compiler
 * only and cost nothing at run time.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = number & { readonly [brand]: Name };

/** A broker, from 1. 0 means "nobody" where a protocol needs such a value (`NO_NODE`). */
export type NodeId = Branded<"NodeId">;
/** A Raft term (Raft paper, section 5.1), from 0. */
export type Term = Branded<"Term">;
/** A position in a Raft log, from 1. 0 is before the first entry. */
export type Index = Branded<"Index">;
/** A position in a partition's log, from 0 (Kafka). */
export type Offset = Branded<"Offset">;
/** How often a partition has changed its leader (KIP-101), from 0. */
export type LeaderEpoch = Branded<"LeaderEpoch">;
/** How often a partition's leadership or ISR has changed (KIP-497), from 0. */
export type PartitionEpoch = Branded<"PartitionEpoch">;

export const NO_NODE = 0 as NodeId;
export const NO_TERM = 0 as Term;
export const NO_INDEX = 0 as Index;

export const nodeId = (value: number): NodeId => value as NodeId;
export const term = (value: number): Term => value as Term;
export const index = (value: number): Index => value as Index;
export const offset = (value: number): Offset => value as Offset;
export const leaderEpoch = (value: number): LeaderEpoch => value as LeaderEpoch;
export const partitionEpoch = (value: number): PartitionEpoch => value as PartitionEpoch;
