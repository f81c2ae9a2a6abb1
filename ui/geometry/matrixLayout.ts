/** Where the columns of the partition matrix stand. */
export interface MatrixLayout {
  readonly pitch: number;
  readonly columns: readonly { readonly name: string; readonly x: number }[];
  /** Where each topic's name ends, in front of its first column. */
  readonly topics: readonly { readonly topic: string; readonly x: number }[];
  readonly width: number;
}

const FIRST_X = 56;
const TOPIC_GAP = 44;

/** 38 px a column up to 8 partitions, 20 up to 24; beyond that they share the room. */
export function matrixLayout(names: readonly string[], width: number): MatrixLayout {
  const room = width - FIRST_X;
  const pitch = names.length <= 8 ? 38 : names.length <= 24 ? 16 : room / names.length;
  const columns: { name: string; x: number }[] = [];
  const topics: { topic: string; x: number }[] = [];
  let x = FIRST_X;
  let last = "";
  for (const name of names) {
    const topic = topicOf(name);
    if (topic !== last) {
      if (last !== "" && pitch >= 16) x += TOPIC_GAP;
      topics.push({ topic, x: x - 6 });
      last = topic;
    }
    columns.push({ name, x: x + pitch / 2 });
    x += pitch;
  }
  return { pitch, columns, topics, width: x };
}

/** "orders-1" is partition 1 of "orders"; a topic's name may hold dashes itself. */
export function topicOf(partitionName: string): string {
  return partitionName.slice(0, partitionName.lastIndexOf("-"));
}

export function numberOf(partitionName: string): string {
  return partitionName.slice(partitionName.lastIndexOf("-") + 1);
}
