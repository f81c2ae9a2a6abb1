/** Where the nodes stand on the stage, in the pixels of its drawing. */
export interface RingLayout {
  readonly width: number;
  readonly height: number;
  /** A narrow box, as on a phone. */
  readonly compact: boolean;
  /** So many nodes that a label has room for its name and one word. */
  readonly crowded: boolean;
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
  readonly label: "left" | "right" | "above" | "below";
}

const OUTLINE_GAP = 6;
const CROWN_HEIGHT = 18;
const COMPACT_BELOW = 560;
const LOW_BELOW = 250;
/** More nodes than this have no room for labels beside them: those turn above and below. */
const BESIDE_MAX = 7;
/** The room for a label beside its node, what most of them take, and half of one above or below. */
const LABEL_ROOM = 134;
const LABEL_WIDTH = 116;
const LABEL_HALF_WIDTH = 46;
/** What a leader's label needs above the second node, beyond what the first one has. */
const LABEL_ABOVE = 12;

/** The first node stands at the top, the others follow clockwise on an ellipse that fills the box. */
export function ringLayout(width: number, height: number, nodeCount: number): RingLayout {
  const compact = width < COMPACT_BELOW;
  const crowded = nodeCount > (compact ? 5 : BESIDE_MAX);
  const beside = !compact && !crowded;
  const nodeRadius = radiusOf(nodeCount, compact || height < LOW_BELOW);
  const outlineRadius = nodeRadius + OUTLINE_GAP;
  const angles = Array.from(
    { length: nodeCount },
    (_, i) => ((i * 4) / nodeCount - 1) * (Math.PI / 2),
  );
  const lowest = Math.max(...angles.map(Math.sin), 0);
  const widest = Math.max(...angles.map((angle) => Math.abs(Math.cos(angle))), 0.5);

  const top = outlineRadius + CROWN_HEIGHT + (crowded ? LABEL_ABOVE : 0);
  const bottom = height - outlineRadius - (beside ? 8 : 24);
  const radiusY = Math.max(0, bottom - top) / (1 + lowest);
  const sideRoom = beside
    ? outlineRadius + LABEL_ROOM
    : Math.max(outlineRadius + 16, crowded ? LABEL_HALF_WIDTH : 0);
  const radiusX = Math.min((width / 2 - sideRoom) / widest, radiusY * (crowded ? 2.75 : 2));
  const center = { x: width / 2, y: top + radiusY };
  const places = angles.map((angle): Place => {
    const x = round(center.x + radiusX * Math.cos(angle));
    const y = round(center.y + radiusY * Math.sin(angle));
    return { x, y, label: labelSide({ x, y }, center, { beside, crowded, compact }) };
  });
  const client = { x: width - (compact ? 28 : 36), y: compact ? 22 : 24 };
  return { width, height, compact, crowded, nodeRadius, outlineRadius, center, places, client };
}

/** Where the label of a node is written, roughly: as long as labels get. */
export interface LabelBox {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LABEL_HEIGHT = 44;

export function labelBox({ x, y, label }: Place, outlineRadius: number): LabelBox {
  const half = LABEL_HEIGHT / 2;
  const reach = outlineRadius + LABEL_HEIGHT;
  switch (label) {
    case "left":
      return { left: x - outlineRadius - LABEL_WIDTH, right: x, top: y - half, bottom: y + half };
    case "right":
      return { left: x, right: x + outlineRadius + LABEL_WIDTH, top: y - half, bottom: y + half };
    case "above":
      return { left: x - LABEL_HALF_WIDTH, right: x + LABEL_HALF_WIDTH, top: y - reach, bottom: y };
    case "below":
      return { left: x - LABEL_HALF_WIDTH, right: x + LABEL_HALF_WIDTH, top: y, bottom: y + reach };
  }
}

function radiusOf(nodeCount: number, small: boolean): number {
  if (nodeCount <= 3) return small ? 28 : 36;
  if (nodeCount <= 5) return small ? 26 : 34;
  if (nodeCount <= 7) return small ? 22 : 26;
  return small ? 18 : 20;
}

/**
 * Outward. The first node's label stands to the left, where the client's link never passes; in a
 * narrow box there is no room between it and the last node, and a cut of that one runs there.
 */
function labelSide(
  place: Point,
  center: Point,
  box: { readonly beside: boolean; readonly crowded: boolean; readonly compact: boolean },
): Place["label"] {
  const atTop = Math.abs(place.x - center.x) < 1 && place.y < center.y;
  if (atTop) return box.compact && !box.crowded ? "right" : "left";
  if (box.beside) return place.x < center.x ? "left" : "right";
  return box.crowded && place.y < center.y ? "above" : "below";
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
