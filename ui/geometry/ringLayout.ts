/** Where the nodes stand on the stage, in the pixels of its drawing. */
export interface RingLayout {
  readonly width: number;
  readonly height: number;
  /** Labels stand under the nodes instead of beside them. */
  readonly compact: boolean;
  readonly nodeRadius: number;
  /** Radius of the ring around a node: timer arc, role outline. */
  readonly outlineRadius: number;
  readonly center: Point;
  readonly places: readonly Place[];
  readonly client: Point;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}
/** A node's centre and the side of it that its label stands on. */
export interface Place extends Point {
  readonly label: "left" | "right" | "below";
}

const OUTLINE_GAP = 6;
const CROWN_HEIGHT = 18;
const COMPACT_BELOW = 560;
const LOW_BELOW = 250;

/** The first node stands at the top, the others follow clockwise on an ellipse that fills the box. */
export function ringLayout(width: number, height: number, nodeCount: number): RingLayout {
  const compact = width < COMPACT_BELOW;
  const nodeRadius = radiusOf(nodeCount, compact || height < LOW_BELOW);
  const outlineRadius = nodeRadius + OUTLINE_GAP;
  const angles = Array.from(
    { length: nodeCount },
    (_, i) => ((i * 4) / nodeCount - 1) * (Math.PI / 2),
  );
  const lowest = Math.max(...angles.map(Math.sin), 0);
  const widest = Math.max(...angles.map((angle) => Math.abs(Math.cos(angle))), 0.5);

  const top = outlineRadius + CROWN_HEIGHT;
  const bottom = height - outlineRadius - (compact ? 42 : 8);
  const radiusY = Math.max(0, bottom - top) / (1 + lowest);
  const sideRoom = compact ? outlineRadius + 16 : outlineRadius + 134;
  const radiusX = Math.min((width / 2 - sideRoom) / widest, radiusY * 2);
  const center = { x: width / 2, y: top + radiusY };
  const places = angles.map((angle): Place => {
    const x = center.x + radiusX * Math.cos(angle);
    const y = center.y + radiusY * Math.sin(angle);
    return { x: round(x), y: round(y), label: labelSide(x, center.x, compact) };
  });
  const client = { x: width - (compact ? 28 : 36), y: compact ? 22 : 24 };
  return { width, height, compact, nodeRadius, outlineRadius, center, places, client };
}

function radiusOf(nodeCount: number, small: boolean): number {
  if (nodeCount <= 3) return small ? 28 : 36;
  if (nodeCount <= 5) return small ? 26 : 34;
  if (nodeCount <= 7) return small ? 22 : 26;
  return small ? 18 : 20;
}

/** The first node's label stands to the left, where the client's link never passes. */
function labelSide(x: number, centerX: number, compact: boolean): Place["label"] {
  const atTop = Math.abs(x - centerX) < 1;
  if (compact) return atTop ? "left" : "below";
  return atTop || x < centerX ? "left" : "right";
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
