import type { Directive } from "./dataFile.ts";
import type { Outcome } from "./replay.ts";

/** Equal lines that are shown around a difference. */
const CONTEXT_LINES = 3;

interface DiffLine {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** How the transcript of a failed directive differs, as a person reads it: a unified diff. */
export function describeDifference(path: string, { directive, result }: Outcome): string {
  const head = `${path}:${directive.line}: ${describeDirective(directive)}\n`;
  if (result.kind === "refused") return `${head}  ${result.why}\n`;
  return `${head}--- expected\n+++ actual\n${unifiedDiff(directive.expected, result.text)}`;
}

function describeDirective({ command, args }: Directive): string {
  const words = args.map(({ key, values }) => {
    if (values.length === 0) return key;
    return values.length === 1 ? `${key}=${values[0]}` : `${key}=(${values.join(",")})`;
  });
  return [command, ...words].join(" ");
}

/** The differing lines with what is around them; equal texts have none. */
export function unifiedDiff(expected: string, actual: string): string {
  const lines = diffLines(linesOf(expected), linesOf(actual));
  const isNear = lines.map((_, i) =>
    lines.slice(Math.max(0, i - CONTEXT_LINES), i + CONTEXT_LINES + 1).some((l) => l.mark !== " "),
  );
  let text = "";
  let expectedLine = 1;
  let actualLine = 1;
  for (const [i, { mark, text: line }] of lines.entries()) {
    if (isNear[i] === true) {
      if (isNear[i - 1] !== true) {
        const end = isNear.indexOf(false, i);
        const hunk = lines.slice(i, end < 0 ? undefined : end);
        text += hunkHead(expectedLine, actualLine, hunk);
      }
      text += `${mark}${line}\n`;
    }
    if (mark !== "+") expectedLine++;
    if (mark !== "-") actualLine++;
  }
  return text;
}

function hunkHead(expectedLine: number, actualLine: number, hunk: readonly DiffLine[]): string {
  const expectedCount = hunk.filter((line) => line.mark !== "+").length;
  const actualCount = hunk.filter((line) => line.mark !== "-").length;
  // A side without lines is named by the line before it, as diff does.
  const start = (line: number, count: number): number => (count === 0 ? line - 1 : line);
  return (
    `@@ -${start(expectedLine, expectedCount)},${expectedCount} ` +
    `+${start(actualLine, actualCount)},${actualCount} @@\n`
  );
}

const linesOf = (text: string): readonly string[] =>
  text === "" ? [] : text.replace(/\n$/, "").split("\n");

/** A shortest way from one list of lines to the other, by their longest common subsequence. */
function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const width = after.length + 1;
  // At [i, j]: how many lines the rests from i and j have in common.
  const common = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const at = i * width + j;
      common[at] =
        before[i] === after[j]
          ? common[at + width + 1]! + 1
          : Math.max(common[at + width]!, common[at + 1]!);
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const at = i * width + j;
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ mark: " ", text: before[i]! });
      i++;
      j++;
    } else if (
      i < before.length &&
      (j === after.length || common[at + width]! >= common[at + 1]!)
    ) {
      lines.push({ mark: "-", text: before[i++]! });
    } else {
      lines.push({ mark: "+", text: after[j++]! });
    }
  }
  return lines;
}
