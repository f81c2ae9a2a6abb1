import type { RichText } from "./view.ts";

/** A word or two that name an object; `ref` is its brush id. */
export interface Noun {
  readonly text: string;
  readonly ref: string | null;
}

export const nodeName = (node: number): string => `n${node}`;

export const nodeNoun = (node: number): Noun => ({
  text: nodeName(node),
  ref: `node:${nodeName(node)}`,
});
/** Of a node whose name is known and not its number. */
export const nameNoun = (name: string): Noun => ({ text: name, ref: `node:${name}` });
export const termNoun = (term: number): Noun => ({ text: `term ${term}`, ref: `term:${term}` });
export const entryNoun = (index: number): Noun => ({
  text: `entry ${index}`,
  ref: `entry:${index}`,
});
export const partitionNoun = (topic: string, partition: number): Noun => ({
  text: `${topic}-${partition}`,
  ref: `partition:${topic}-${partition}`,
});
/** "from n1 to n2"; both directions as "between n1 and n2". */
export const linkNoun = (from: number, to: number, bothWays: boolean): Noun => ({
  text: `${bothWays ? "between" : "from"} ${nodeName(from)} ${bothWays ? "and" : "to"} ${nodeName(to)}`,
  ref: `link:${nodeName(from)}>${nodeName(to)}`,
});
/** A word that speaks of a client's request without giving its number. */
export const requestNoun = (request: number, text: string): Noun => ({
  text,
  ref: `request:${request}`,
});
/** The same noun at the head of a sentence. */
export const atStart = (noun: Noun): Noun => ({
  text: noun.text.charAt(0).toUpperCase() + noun.text.slice(1),
  ref: noun.ref,
});

/** A template of a sentence: `say`${nodeNoun(2)} lost power.`` */
export function say(
  strings: TemplateStringsArray,
  ...parts: readonly (Noun | RichText | string | number)[]
): RichText {
  const said: { text: string; ref: string | null }[] = [];
  const add = (text: string, ref: string | null): void => {
    const last = said.at(-1);
    if (text === "") return;
    if (last !== undefined && last.ref === null && ref === null) last.text += text;
    else said.push({ text, ref });
  };
  strings.forEach((text, at) => {
    add(text, null);
    const part = parts[at];
    if (part === undefined) return;
    if (typeof part !== "object") add(String(part), null);
    else if ("text" in part) add(part.text, part.ref);
    else for (const piece of part) add(piece.text, piece.ref);
  });
  return said;
}

/** "n1", "n1 and n3", "n1, n2 and n3". */
export function nodeList(nodes: readonly number[]): RichText {
  return nodes.flatMap((node, at) => {
    if (at === 0) return [nodeNoun(node)];
    const joint = at === nodes.length - 1 ? " and " : ", ";
    return [{ text: joint, ref: null }, nodeNoun(node)];
  });
}

export const plainText = (text: RichText): string => text.map((part) => part.text).join("");

/** "1.250 s": a moment, or a span that is not short. */
export const seconds = (us: number): string => `${(us / 1_000_000).toFixed(3)} s`;
/** "14.9 ms", "200 ms": a short span. */
export const milliseconds = (us: number): string =>
  `${(us / 1000).toFixed(us % 1000 === 0 ? 0 : 1)} ms`;
/** "1 entry", "3 entries". */
export const count = (number: number, one: string, many: string): string =>
  `${number} ${number === 1 ? one : many}`;

/** A text from elsewhere with capital letter and full stop; names such as "n2" stay as they are. */
export function asSentence(text: string): string {
  const isName = /^[nc]\d/.test(text);
  const opened = isName ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return opened.endsWith(".") ? opened : `${opened}.`;
}
