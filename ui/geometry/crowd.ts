/** Things of a kind, divided by what there is room for. */
export interface Crowd<Thing> {
  /** Drawn one by one. */
  readonly single: readonly Thing[];
  /** Nobody can tell them apart among so many: they are drawn together, as a texture. */
  readonly folded: readonly Thing[];
}

/** The rank of a thing among RANKS: those of rank 0 are told apart as long as there is room. */
export type Rank = 0 | 1 | 2;
const RANKS: readonly Rank[] = [0, 1, 2];

/** Of the same rank the oldest are folded first; both parts keep the order of the whole. */
export function crowdOf<Thing>(
  things: readonly Thing[],
  singleMax: number,
  rankOf: (thing: Thing) => Rank,
): Crowd<Thing> {
  if (things.length <= singleMax) return { single: things, folded: [] };
  let left = singleMax;
  const isSingle = new Set<Thing>();
  for (const rank of RANKS) {
    for (let at = things.length - 1; at >= 0 && left > 0; at--) {
      const thing = things[at]!;
      if (rankOf(thing) !== rank) continue;
      isSingle.add(thing);
      left--;
    }
  }
  return {
    single: things.filter((thing) => isSingle.has(thing)),
    folded: things.filter((thing) => !isSingle.has(thing)),
  };
}

/** What is folded, cut into pieces: cut by time, only the newest piece still grows. */
export function piecesOf<Thing, Key>(
  folded: readonly Thing[],
  keyOf: (thing: Thing) => Key,
): ReadonlyMap<Key, readonly Thing[]> {
  const pieces = new Map<Key, Thing[]>();
  for (const thing of folded) {
    const key = keyOf(thing);
    const piece = pieces.get(key);
    if (piece === undefined) pieces.set(key, [thing]);
    else piece.push(thing);
  }
  return pieces;
}
