/** How the log panel divides its width. */
export interface LogColumns {
  readonly count: number;
  readonly stubX: number;
  readonly firstX: number;
  readonly pitch: number;
  readonly noteX: number;
  /** Null when there is no room for what the leader believes. */
  readonly leaderX: number | null;
  readonly width: number;
}

export const CELL_WIDTH = 40;
const PITCH = 44;
/** Behind the name of a node and its crown. */
const STUB_X = 38;
export const STUB_WIDTH = 44;
const FIRST_X = 88;
const NOTE_ROOM = 96;
const LEADER_ROOM = 136;

/** As many columns as fit; the notes stay, the leader's view goes first. */
export function logColumns(width: number, available: number, withLeader: boolean): LogColumns {
  const leaderRoom = withLeader ? LEADER_ROOM : 0;
  const room = width - FIRST_X - NOTE_ROOM - leaderRoom;
  const count = Math.max(1, Math.min(available, Math.floor(room / PITCH)));
  const noteX = FIRST_X + count * PITCH + 8;
  const leaderX = withLeader ? width - LEADER_ROOM : null;
  return { count, stubX: STUB_X, firstX: FIRST_X, pitch: PITCH, noteX, leaderX, width };
}
