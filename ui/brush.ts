import { usePage, useView } from "./pageContext.ts";

/** Handlers that brush an object while it is under the pointer or has the focus. */
export interface BrushHandlers {
  readonly onPointerEnter: () => void;
  readonly onPointerLeave: () => void;
  readonly onFocus: () => void;
  readonly onBlur: () => void;
}

export function useBrush(id: string): { readonly lit: boolean; readonly brush: BrushHandlers } {
  const { dispatch } = usePage();
  const lit = useView((state) => state.brush === id);
  const on = (): void => dispatch({ kind: "brush", id });
  const off = (): void => dispatch({ kind: "brush", id: null });
  return {
    lit,
    brush: { onPointerEnter: on, onPointerLeave: off, onFocus: on, onBlur: off },
  };
}
