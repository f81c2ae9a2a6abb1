import { useEffect, useRef, useState } from "react";
import { refOf } from "../brush.ts";
import { cutLinks } from "../command/linkCommands.ts";
import { usePage } from "../pageContext.ts";
import type { PagePort } from "../pageContext.ts";
import { crossedLinks, severedSide } from "./knife.ts";
import type { Pair, Standing } from "./knife.ts";

/** A drag shorter than that was a click. */
const DRAG_MIN_PX = 8;
const NONE: readonly string[] = [];

/** A line that is dragged over the stage since that press cuts the links that it crosses. */
export function Knife({ press }: { press: PointerEvent | null }) {
  const { store, dispatch } = usePage();
  const line = useRef<SVGPathElement>(null);
  /** As paths; null while nothing is dragged. */
  const [crossed, setCrossed] = useState<readonly string[] | null>(null);
  useEffect(() => {
    if (press === null || !isBare(press)) return;
    const from = { x: press.clientX, y: press.clientY };
    const nodes = standingNodes();
    let links: readonly Pair[] | null = null;
    const listeners = new AbortController();
    const { signal } = listeners;
    const end = (): void => {
      listeners.abort();
      setCrossed(null);
    };
    const onMove = ({ clientX: x, clientY: y, buttons }: PointerEvent): void => {
      // It went up where nobody saw it.
      if (buttons === 0) {
        end();
        return;
      }
      if (links === null && Math.hypot(x - from.x, y - from.y) < DRAG_MIN_PX) return;
      const now = crossedLinks(from, { x, y }, nodes);
      if (links === null || now.join() !== links.join()) {
        setCrossed(now.map(([a, b]) => linkPath(a, b, nodes)));
      }
      links = now;
      line.current?.setAttribute("d", `M${from.x} ${from.y}L${x} ${y}`);
    };
    const onUp = (): void => {
      end();
      if (links !== null) severe(links, { store, dispatch });
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || links === null) return;
      event.stopPropagation();
      end();
    };
    document.addEventListener("pointermove", onMove, { signal });
    document.addEventListener("pointerup", onUp, { signal });
    document.addEventListener("pointercancel", end, { signal });
    document.addEventListener("keydown", onKey, { signal, capture: true });
    return end;
  }, [press, store, dispatch]);
  return (
    <svg className="knife" width="100%" height="100%" aria-hidden="true">
      {(crossed ?? NONE).map((path) => (
        <path key={path} className="stroke-bad w2 none" d={path} />
      ))}
      <path
        ref={line}
        className={`stroke-ink w2 none dash-cut ${crossed === null ? "hidden" : ""}`}
      />
    </svg>
  );
}

function severe(links: readonly Pair[], { store, dispatch }: Pick<PagePort, "store" | "dispatch">) {
  const state = store.getState();
  const side = severedSide(links, state.world?.nodeNames ?? []);
  if (side === null) {
    for (const deed of cutLinks(links, state)) {
      if (deed.kind === "intent") dispatch(deed.intent);
    }
    return;
  }
  const nodes = side.flatMap((name) => state.world?.nodes[name]?.id ?? []);
  dispatch({ kind: "act", action: { kind: "cut", nodes } });
}

/** The ground of the stage, or a link: what else can be pressed there is no place for a knife. */
function isBare({ button, isPrimary, target }: PointerEvent): boolean {
  if (button !== 0 || !isPrimary || !(target instanceof Element)) return false;
  const ref = refOf(target);
  return target.closest(".canvas > svg") !== null && (ref === null || ref.startsWith("link:"));
}

/** A node and how much room its glyph takes. */
type Glyph = Standing & { readonly radius: number };

function standingNodes(): readonly Glyph[] {
  return [...document.querySelectorAll('.canvas > svg [data-ref^="node:"]')].map((element) => {
    const box = (element.querySelector(".hit") ?? element).getBoundingClientRect();
    const radius = box.width / 2;
    const name = element.getAttribute("data-ref")?.slice("node:".length) ?? "";
    return { name, x: box.x + radius, y: box.y + radius, radius };
  });
}

function linkPath(a: string, b: string, nodes: readonly Glyph[]): string {
  const [from, to] = [a, b].map((name) => nodes.find((node) => node.name === name));
  if (from === undefined || to === undefined) return "";
  const gap = from.radius / Math.hypot(to.x - from.x, to.y - from.y);
  const [dx, dy] = [(to.x - from.x) * gap, (to.y - from.y) * gap];
  return `M${from.x + dx} ${from.y + dy}L${to.x - dx} ${to.y - dy}`;
}
