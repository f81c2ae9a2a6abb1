/**
 * The data-driven test files of etcd and of our own stories: a command line, perhaps input, a line
 * of dashes, and the transcript that is expected.
 */

export interface Argument {
  readonly key: string;
  readonly values: readonly string[];
}

export interface Directive {
  readonly command: string;
  readonly args: readonly Argument[];
  readonly input: string;
  readonly expected: string;
  /** Where it starts, from 1. */
  readonly line: number;
}

/** Everything in a file, so that it can be written again with other transcripts. */
export type Part =
  | { readonly kind: "text"; readonly line: string }
  | { readonly kind: "directive"; readonly head: string; readonly directive: Directive };

const RULE = "----";

export function parseDataFile(text: string): Part[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const parts: Part[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    if (line.trim() === "" || line.startsWith("#")) {
      parts.push({ kind: "text", line });
      at++;
      continue;
    }
    const start = at;
    let command = lines[at++]!;
    while (command.endsWith("\\")) command = `${command.slice(0, -1)}${lines[at++] ?? ""}`;
    const input: string[] = [];
    while (at < lines.length && lines[at] !== RULE) input.push(lines[at++]!);
    const head = lines.slice(start, at).join("\n");
    at++;
    const expected: string[] = [];
    // A second rule at once: the transcript has blank lines and ends at a pair of rules.
    const isDouble = lines[at] === RULE;
    if (isDouble) at++;
    const isEnd = (): boolean =>
      isDouble ? lines[at] === RULE && lines[at + 1] === RULE : lines[at] === "";
    while (at < lines.length && !isEnd()) expected.push(lines[at++]!);
    if (isDouble) at += 2;
    const [name = "", ...args] = words(command);
    parts.push({
      kind: "directive",
      head,
      directive: {
        command: name,
        args: args.map(parseArgument),
        input: input.join("\n"),
        expected: expected.map((each) => `${each}\n`).join(""),
        line: start + 1,
      },
    });
  }
  return parts;
}

/** The file again, each directive with the transcript it gave. */
export function formatDataFile(parts: readonly Part[], actual: ReadonlyMap<Part, string>): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return `${part.line}\n`;
      const transcript = actual.get(part) ?? part.directive.expected;
      const hasBlankLine = transcript.includes("\n\n");
      const body = hasBlankLine ? `${RULE}\n${transcript}${RULE}\n${RULE}\n` : transcript;
      return `${part.head}\n${RULE}\n${body}`;
    })
    .join("");
}

/** Splits at spaces that are not within parentheses. */
function words(line: string): string[] {
  const found: string[] = [];
  let word = "";
  let depth = 0;
  for (const char of line) {
    if (char === "(") depth++;
    if (char === ")") depth--;
    if (char === " " && depth === 0) {
      if (word !== "") found.push(word);
      word = "";
    } else {
      word += char;
    }
  }
  if (word !== "") found.push(word);
  return found;
}

function parseArgument(word: string): Argument {
  const at = word.indexOf("=");
  if (at < 0) return { key: word, values: [] };
  const value = word.slice(at + 1);
  const inner = value.startsWith("(") && value.endsWith(")") ? value.slice(1, -1) : null;
  const values = inner === null ? [value] : inner.split(/[\s,]+/).filter((each) => each !== "");
  return { key: word.slice(0, at), values };
}
