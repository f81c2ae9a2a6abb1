/** The part of V8's .cpuprofile format that is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      /** From 0. */
      readonly lineNumber: number;
    };
  }[];
  /** The node that each sample was taken in. */
  readonly samples?: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas?: readonly number[];
}

export interface SelfTime {
  /** "maybeSendAppend sending.mjs:20". */
  readonly place: string;
  /** Of the whole profile. */
  readonly share: number;
}

/** Where the time went, without what was called from there; the largest share first. */
export function selfTimes({ nodes, samples = [], timeDeltas = [] }: CpuProfile): SelfTime[] {
  const places = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.slice(url.lastIndexOf("/") + 1);
      const name = functionName || "(anonymous)";
      return [id, file === "" ? name : `${name} ${file}:${lineNumber + 1}`];
    }),
  );
  const selfUs = new Map<string, number>();
  let totalUs = 0;
  for (const [i, id] of samples.entries()) {
    const place = places.get(id) ?? "(unknown)";
    const us = timeDeltas[i] ?? 0;
    selfUs.set(place, (selfUs.get(place) ?? 0) + us);
    totalUs += us;
  }
  return [...selfUs]
    .map(([place, us]) => ({ place, share: us / totalUs }))
    .sort((a, b) => b.share - a.share);
}
