import { useEffect } from "react";
import { usePage, useView } from "./pageContext.ts";

/** Marks an element as one of an object: all elements with the same id light up together. */
interface BrushMark {
  readonly "data-ref": string;
}

/** `brush` goes onto the element of the object; `lit` while any element of it is pointed at. */
export function useBrush(id: string): { readonly lit: boolean; readonly brush: BrushMark } {
  const lit = useView((state) => state.brush === id);
  return { lit, brush: { "data-ref": id } };
}

/** The object that an element belongs to; null for one that belongs to none. */
export function refOf(target: EventTarget | null): string | null {
  return target instanceof Element
    ? (target.closest("[data-ref]")?.getAttribute("data-ref") ?? null)
    : null;
}

/** Listens on the document: what is under the pointer or has the focus is brushed. */
export function useBrushing(): void {
  const { dispatch } = usePage();
  useEffect(() => {
    const onTarget = ({ target }: Event): void => dispatch({ kind: "brush", id: refOf(target) });
    const onLeave = (): void => dispatch({ kind: "brush", id: null });
    document.addEventListener("pointerover", onTarget);
    document.addEventListener("focusin", onTarget);
    document.documentElement.addEventListener("pointerleave", onLeave);
    return () => {
      document.removeEventListener("pointerover", onTarget);
      document.removeEventListener("focusin", onTarget);
      document.documentElement.removeEventListener("pointerleave", onLeave);
    };
  }, [dispatch]);
}
