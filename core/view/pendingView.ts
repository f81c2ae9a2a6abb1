import type { PendingProduce, PendingProducePartition } from "../broker/index.ts";
import type { PendingView } from "./brokerPart.ts";
import { nodeName } from "./richText.ts";
import type { BrokerSource, ProcessSource } from "./source.ts";

/** Every produce that waits for its answer, and what each of its partitions waits for. */
export function pendingViews(processes: readonly ProcessSource[]): readonly PendingView[] {
  return processes.flatMap(({ node, state, broker, clock }) => {
    if (state !== "running" || broker === null) return [];
    return broker.pendingProduces.flatMap((pending) =>
      pending.partitions
        .filter(({ errorCode }) => errorCode === null)
        .map((one) => {
          const deadlineUs = clock.worldUs(pending.deadlineUs);
          return pendingView(nodeName(node), broker, { ...pending, deadlineUs }, one);
        }),
    );
  });
}

function pendingView(
  node: string,
  broker: BrokerSource,
  { acks, deadlineUs }: PendingProduce,
  one: PendingProducePartition,
): PendingView {
  const what = whatOf(one);
  return {
    id: `${node}:${one.key}:${what}:${deadlineUs}`,
    node,
    partition: one.key,
    acks: acks === 1 ? "1" : "all",
    what,
    deadlineUs,
    waitsFor: waitsFor(node, broker, acks, one),
  };
}

function whatOf({ baseOffset, waits }: PendingProducePartition): string {
  if (waits.kind !== "replicas") return "the record";
  return waits.lastOffset === baseOffset
    ? `offset ${baseOffset}`
    : `offsets ${baseOffset} to ${waits.lastOffset}`;
}

function waitsFor(
  node: string,
  broker: BrokerSource,
  acks: 1 | -1,
  { key, waits }: PendingProducePartition,
): string[] {
  switch (waits.kind) {
    case "nothing":
      return [];
    case "group":
      return ["the Raft group: a majority of its disks must hold it"];
    case "leader":
      return [`${nodeName(waits.leader)}, which leads the partition and to which it was passed on`];
    case "replicas":
      return replicasLacking(node, broker, acks, key, waits.lastOffset);
  }
}

/** acks=1: the leader's disk. acks=all: whoever of the ISR, present or proposed, lacks the offset. */
function replicasLacking(
  node: string,
  broker: BrokerSource,
  acks: 1 | -1,
  key: string,
  lastOffset: number,
): string[] {
  const led = broker.led.get(key);
  if (led === undefined) return [];
  const lacking: string[] = [];
  if (led.log.durableEndOffset <= lastOffset) {
    lacking.push(`${node}: its own disk ends at ${led.log.durableEndOffset}`);
  }
  if (acks === 1) return lacking;
  for (const [follower, { logEndOffset }] of led.followers) {
    if (logEndOffset > lastOffset || !led.isInMaximalIsr(follower)) continue;
    const member = led.metadata.isr.includes(follower) ? "in the ISR" : "about to join the ISR";
    lacking.push(`${nodeName(follower)}: log end ${logEndOffset}, ${member}`);
  }
  return lacking;
}
