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
/** What is shown left of the playhead must not outrun what the projection remembers. */
const PAST_MAX_US = 2_000_000;

/** The slower time runs, the closer the lanes look: a glyph crosses them in about ten seconds. */
export function laneWindowUs(speed: number): number {
  const wanted = speed * WINDOW_WALL_S * 1_000_000;
  return Math.min(PAST_MAX_US / PLAYHEAD_FRACTION, Math.max(WINDOW_MIN_US, wanted));
}

/** Moves in steps of whole windows, so that what it places is drawn again only rarely. */
export function laneOriginUs(nowUs: number, windowUs: number): number {
  const step = windowUs * 4;
  return Math.floor(nowUs / step) * step;
}

export function laneScale(originUs: number, windowUs: number, width: number): LaneScale {
  const pixelsPerUs = width / windowUs;
  return { originUs, windowUs, pixelsPerUs, x: (atUs) => (atUs - originUs) * pixelsPerUs };
}

export interface LaneTick {
  readonly atUs: number;
  readonly label: string;
}

/** Ticks for everything that can slide into view before the origin moves again. */
export function laneTicks(scale: LaneScale, width: number): readonly LaneTick[] {
  const fromUs = scale.originUs - scale.windowUs;
  const toUs = scale.originUs + scale.windowUs * 5;
  const perWindow = Math.max(3, Math.min(8, Math.floor(width / 130)));
  const [fromS, toS] = [Math.max(0, fromUs / 1e6), toUs / 1e6];
  const step = tickStep(fromS, toS, perWindow * 6);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return ticks(fromS, toS, perWindow * 6).map((seconds) => ({
    atUs: Math.round(seconds * 1e6),
    label: seconds.toFixed(decimals),
  }));
}
