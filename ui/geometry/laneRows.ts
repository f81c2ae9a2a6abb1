/** Where the lanes stand: the clients' first, then one a node. */
export interface LaneRows {
  readonly clientY: number;
  readonly pitch: number;
  y(name: string): number;
}

const CLIENT_Y = 16;
const FIRST_Y = 36;
const PITCH_MAX = 24;
/** Between the last lane and the axis. */
const FOOT = 8;
/** From so many nodes on the lanes begin further up, or their names would touch. */
const CLOSE_NODES = 7;

export function laneRows(names: readonly string[], bottom: number): LaneRows {
  const isClose = names.length >= CLOSE_NODES;
  const clientY = isClose ? CLIENT_Y - 7 : CLIENT_Y;
  const firstY = isClose ? FIRST_Y - 13 : FIRST_Y;
  const room = bottom - FOOT - firstY;
  const pitch = Math.min(PITCH_MAX, room / Math.max(1, names.length - 1));
  const at = new Map(names.map((name, row): [string, number] => [name, firstY + row * pitch]));
  // Who is not a node is a client.
  return { clientY, pitch, y: (name) => at.get(name) ?? clientY };
}
