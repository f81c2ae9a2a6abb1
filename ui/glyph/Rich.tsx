import type { RichText } from "@chronik/core/view";
import { useBrush } from "../brush.ts";
import { usePage } from "../pageContext.ts";

/** A sentence whose nouns light up their object everywhere, and select it. */
export function Rich({ text }: { text: RichText }) {
  return text.map((part, i) =>
    part.ref === null ? part.text : <Noun key={i} text={part.text} id={part.ref} />,
  );
}

export function plainText(text: RichText): string {
  return text.map((part) => part.text).join("");
}

function Noun({ text, id }: { text: string; id: string }) {
  const { dispatch } = usePage();
  const { lit, brush } = useBrush(id);
  const select = (): void => {
    const [kind, name] = id.split(":");
    if (name === undefined) return;
    if (kind === "node") dispatch({ kind: "selectNode", node: name });
    if (kind === "partition") dispatch({ kind: "selectPartition", partition: name });
  };
  return (
    <button type="button" className={lit ? "noun lit" : "noun"} onClick={select} {...brush}>
      {text}
    </button>
  );
}
