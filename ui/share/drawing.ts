import { fontRule } from "./fontRule.ts";

/**
 * A part of the page as an SVG file that stands for itself: what style sheets say is written at
 * every element, the definitions that it refers to and its font are inside, and texts that the page
 * lays out as HTML are texts of the picture. Nothing in it can run: only shapes and texts are copied.
 */
export async function drawingOf(root: Element, title: string): Promise<Drawing> {
  const box = root.getBoundingClientRect();
  const width = Math.ceil(box.width);
  const height = Math.ceil(box.height);
  const svg = create("svg", { viewBox: `0 0 ${width} ${height}`, width, height });
  const name = create("title", {});
  name.textContent = title;
  svg.append(name, create("rect", { width, height, fill: groundOf(root) }));
  const body = create("g", { transform: `translate(${-box.left} ${-box.top})` });
  drawElement(root, body);
  svg.append(body);
  addDefinitions(svg);
  const style = create("style", {});
  style.textContent = await fontRule();
  svg.prepend(style);
  return { text: new XMLSerializer().serializeToString(svg), width, height };
}

export interface Drawing {
  readonly text: string;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** What decides how a shape looks. Inherited ones need not be said again below an equal one. */
const INHERITED = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-dashoffset",
  "stroke-linecap",
  "stroke-linejoin",
  "font-family",
  "font-size",
  "font-weight",
  "font-variant-numeric",
  "letter-spacing",
  "text-anchor",
  "dominant-baseline",
  "paint-order",
  "color",
  "marker-end",
  "marker-start",
] as const;
const OWN = {
  opacity: "1",
  transform: "none",
  "clip-path": "none",
  mask: "none",
  "transform-box": "view-box",
  "transform-origin": null,
} as const;

/** These can do nothing but be drawn. */
const SHAPES: ReadonlySet<string> = new Set(
  "svg g path rect circle ellipse line polyline polygon text tspan use defs clipPath mask pattern marker symbol linearGradient radialGradient stop".split(
    " ",
  ),
);
const LINKS: ReadonlySet<string> = new Set(["href", "xlink:href"]);

function drawElement(element: Element, into: Element): void {
  const style = getComputedStyle(element);
  const isHidden =
    style.display === "none" ||
    style.visibility !== "visible" ||
    style.opacity === "0" ||
    element.classList.contains("hidden-text");
  if (isHidden) return;
  if (element instanceof SVGElement) {
    drawSvg(element, into);
    return;
  }
  const inside = style.overflowX === "visible" ? into : windowOf(element, into);
  const group = style.opacity === "1" ? inside : create("g", { opacity: style.opacity });
  if (group !== inside) inside.append(group);
  drawGround(element, style, group);
  for (const child of element.childNodes) {
    if (child instanceof Text) drawText(child, style, group);
    else if (child instanceof Element) drawElement(child, group);
  }
}

/** What lies outside of this element is not seen; places inside are counted as outside. */
function windowOf(element: Element, into: Element): SVGElement {
  const { left, top, width, height } = element.getBoundingClientRect();
  const viewBox = `${left} ${top} ${width} ${height}`;
  const inside = create("svg", { x: left, y: top, width, height, viewBox });
  into.append(inside);
  return inside;
}

/** An `svg` of the page becomes one inside the picture; where it was moved to is its place there. */
function drawSvg(svg: SVGElement, into: Element): void {
  const copy = styledCopy(svg, null);
  if (copy === null) return;
  copy.style.removeProperty("transform");
  copy.style.removeProperty("transform-origin");
  const { left, top, width, height } = svg.getBoundingClientRect();
  for (const [name, value] of Object.entries({ x: left, y: top, width, height })) {
    copy.setAttribute(name, String(value));
  }
  copy.setAttribute("overflow", getComputedStyle(svg).overflowX);
  into.append(copy);
}

/** Null for what is not seen, and for what is no shape. */
function styledCopy(element: Element, parentStyle: CSSStyleDeclaration | null): SVGElement | null {
  const tag = element.tagName;
  const style = getComputedStyle(element);
  const isHidden =
    style.display === "none" || (parentStyle !== null && style.visibility !== "visible");
  if (!SHAPES.has(tag) || isHidden) return null;
  const copy = create(tag, {});
  for (const { name, value } of element.attributes) {
    const isOwn = !LINKS.has(name) || value.startsWith("#");
    if (isOwn && KEPT.test(name)) copy.setAttribute(name, value);
  }
  for (const name of INHERITED) {
    const value = style.getPropertyValue(name);
    if (value !== parentStyle?.getPropertyValue(name)) copy.style.setProperty(name, value);
  }
  for (const [name, usual] of Object.entries(OWN)) {
    const value = style.getPropertyValue(name);
    if (usual !== null && value !== usual && value !== "") copy.style.setProperty(name, value);
  }
  if (style.transform !== "none") copy.style.setProperty("transform-origin", style.transformOrigin);
  for (const child of element.childNodes) {
    if (child instanceof Text) copy.append(child.data);
    else if (child instanceof Element) {
      const drawn = styledCopy(child, style);
      if (drawn !== null) copy.append(drawn);
    }
  }
  return copy;
}

/** Geometry and references; no handlers, no labels for programs. */
const KEPT =
  /^(id|d|[xyr]|[xy][12]|c[xy]|r[xy]|d[xy]|width|height|points|pathLength|viewBox|transform|href|xlink:href|clip-path|mask|pattern\w+|marker\w*|ref[XY]|orient|preserveAspectRatio|gradient\w+|offset|textLength|clipPathUnits|maskUnits|rotate)$/;

function drawGround(element: Element, style: CSSStyleDeclaration, into: Element): void {
  const { left, top, width, height } = element.getBoundingClientRect();
  if (isClear(style.backgroundColor) || width < 1 || height < 1) return;
  const rx = Math.min(Number.parseFloat(style.borderTopLeftRadius) || 0, width / 2, height / 2);
  into.append(create("rect", { x: left, y: top, width, height, rx, fill: style.backgroundColor }));
}

/** One text for each line that the page has broken it into. */
function drawText(node: Text, style: CSSStyleDeclaration, into: Element): void {
  const range = document.createRange();
  let line: { text: string; box: DOMRect } | null = null;
  const flush = (): void => {
    if (line === null || line.text.trim() === "") return;
    const attributes = {
      x: line.box.left,
      y: line.box.top + ascentOf(style),
      fill: style.color,
      "font-family": style.fontFamily,
      "font-size": style.fontSize,
      "font-weight": style.fontWeight,
      "letter-spacing": style.letterSpacing,
    };
    const text = create("text", attributes);
    text.style.setProperty("font-variant-numeric", style.fontVariantNumeric);
    text.textContent = line.text.trimEnd();
    into.append(text);
  };
  for (const { index, 0: word } of node.data.matchAll(/\S+\s*/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.trimEnd().length);
    const box = range.getBoundingClientRect();
    const isSameLine = line !== null && Math.abs(line.box.top - box.top) < 2;
    if (line !== null && isSameLine) line = { text: line.text + word, box: line.box };
    else {
      flush();
      line = box.width > 0 ? { text: word, box } : null;
    }
  }
  flush();
}

let measure: CanvasRenderingContext2D | null = null;

/** How far the line of writing is below the top of its box, in CSS pixels. */
function ascentOf(style: CSSStyleDeclaration): number {
  measure ??= document.createElement("canvas").getContext("2d");
  if (measure === null) return Number.parseFloat(style.fontSize);
  measure.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  return measure.measureText("x").fontBoundingBoxAscent;
}

/** Hatchings and arrow tips stand elsewhere in the page; they may refer to further ones. */
function addDefinitions(svg: Element): void {
  const definitions = create("defs", {});
  svg.prepend(definitions);
  const known = new Set([...svg.querySelectorAll("[id]")].map(({ id }) => id));
  let text = svg.outerHTML;
  for (;;) {
    const wanted = [...text.matchAll(/(?:url\((?:&quot;|")?|href=")#([\w-]+)/g)]
      .map(([, id = ""]) => id)
      .filter((id) => !known.has(id));
    if (wanted.length === 0) return;
    text = "";
    for (const id of new Set(wanted)) {
      known.add(id);
      const found = document.getElementById(id);
      const copy = found === null ? null : styledCopy(found, null);
      if (copy === null) continue;
      definitions.append(copy);
      text += copy.outerHTML;
    }
  }
}

/** The first thing behind it that has a colour. */
function groundOf(element: Element): string {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (!isClear(backgroundColor)) return backgroundColor;
  }
  return "white";
}

const isClear = (color: string): boolean => color === "transparent" || color.endsWith(", 0)");

const SVG = "http://www.w3.org/2000/svg";

function create(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
