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
const STUB_X = 40;
export const STUB_WIDTH = 40;
const NOTE_ROOM = 100;
const LEADER_ROOM = 132;

/** As many columns as fit; the notes stay, the leader's view goes first. */
export function logColumns(width: number, available: number, withLeader: boolean): LogColumns {
  const firstX = STUB_X + STUB_WIDTH + 8;
  const leaderRoom = withLeader ? LEADER_ROOM : 0;
  const room = width - firstX - NOTE_ROOM - leaderRoom;
  const count = Math.max(1, Math.min(available, Math.floor(room / PITCH)));
  const noteX = firstX + count * PITCH + 8;
  const leaderX = withLeader ? width - LEADER_ROOM : null;
  return { count, stubX: STUB_X, firstX, pitch: PITCH, noteX, leaderX, width };
}
