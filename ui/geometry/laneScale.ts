import { tickStep, ticks } from "d3-array";

/** The time axis of the lanes: where a moment stands relative to a fixed origin. */
export interface LaneScale {
  readonly originUs: number;
  readonly windowUs: number;
  readonly pixelsPerUs: number;
  x(atUs: number): number;
}

/** While time runs it flows under the playhead, which stands here. */
export const PLAYHEAD_FRACTION = 0.7;

const WINDOW_WALL_S = 10;
const WINDOW_MIN_US = 10_000;
const WINDOW_MAX_US = 10_000_000;
/** What is shown by itself must not go back further than the projection remembers. */
const PAST_MAX_US = 2_000_000;

/** The slower time runs, the closer the lanes look: a glyph crosses them in about ten seconds. */
export function laneWindowUs(speed: number): number {
  const wanted = speed * WINDOW_WALL_S * 1_000_000;
  return Math.min(PAST_MAX_US / PLAYHEAD_FRACTION, Math.max(WINDOW_MIN_US, wanted));
}

/** One notch of a wheel halves or doubles it in about five. */
export function zoomedWindowUs(windowUs: number, wheelPixels: number): number {
  const wanted = windowUs * 2 ** (wheelPixels / 500);
  return Math.round(Math.min(WINDOW_MAX_US, Math.max(WINDOW_MIN_US, wanted)));
}

/**
 * The moment at the left edge. While time runs the axis stands until the playhead has come to its
 * place, and flows from there on; else it stands as long as the playhead is on it.
 */
export function laneLeftUs(
  leftUs: number | null,
  nowUs: number,
  windowUs: number,
  isRunning: boolean,
): number {
  const followingUs = nowUs - PLAYHEAD_FRACTION * windowUs;
  if (leftUs === null) return followingUs;
  const fraction = (nowUs - leftUs) / windowUs;
  const [first, last] = isRunning ? [0, PLAYHEAD_FRACTION] : EDGES;
  return fraction < first || fraction > last ? followingUs : leftUs;
}

const EDGES = [0.02, 0.98] as const;

/** Moves in steps of whole windows, so that what it places is drawn again only rarely. */
export function laneOriginUs(nowUs: number, windowUs: number): number {
  const step = windowUs * 4;
  return Math.floor(nowUs / step) * step;
}

export function laneScale(originUs: number, windowUs: number, width: number): LaneScale {
  const pixelsPerUs = width / windowUs;
  return { originUs, windowUs, pixelsPerUs, x: (atUs) => (atUs - originUs) * pixelsPerUs };
}

/** From where to where something can slide into view before the origin moves again. */
export function laneReachUs(scale: LaneScale): { readonly fromUs: number; readonly toUs: number } {
  const { originUs, windowUs } = scale;
  return { fromUs: Math.max(0, originUs - windowUs), toUs: originUs + windowUs * 5 };
}

export interface LaneTick {
  readonly atUs: number;
  readonly label: string;
}

/** Ticks for everything that can slide into view before the origin moves again. */
export function laneTicks(scale: LaneScale, width: number): readonly LaneTick[] {
  const { fromUs, toUs } = laneReachUs(scale);
  const perWindow = Math.max(3, Math.min(8, Math.floor(width / 130)));
  const [fromS, toS] = [fromUs / 1e6, toUs / 1e6];
  const step = tickStep(fromS, toS, perWindow * 6);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return ticks(fromS, toS, perWindow * 6).map((seconds) => ({
    atUs: Math.round(seconds * 1e6),
    label: seconds.toFixed(decimals),
  }));
}

/** Which piece of the past a moment lies in; eight of them fill the window. */
export function pieceAt(atUs: number, { windowUs }: LaneScale): number {
  return Math.floor(atUs / (windowUs / 8));
}
