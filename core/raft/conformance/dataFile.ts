/**
 * The data-driven test files of etcd and of our own stories. A directive is a command line, perhaps
 * input, a line of four dashes, and the transcript that is expected:
 *
 *     command key key=value key=(value, value) \
 *         more-arguments
 *     input
 *     ----
 *     transcript, up to the first blank line
 *
 * A second line of dashes right after the first one opens a transcript that may hold blank lines; a
 * pair of such lines closes it. Blank lines and lines that begin with # stand between directives.
 * The rules are those of cockroachdb/datadriven, but for what it reads on past in silence: a
 * directive or a transcript that the file's end cuts off is refused here.
 */

export interface Argument {
  readonly key: string;
  /** Empty for a bare `key`, and `[""]` for `key=`. */
  readonly values: readonly string[];
}

export interface Directive {
  readonly command: string;
  readonly args: readonly Argument[];
  /** Without the white space around it. */
  readonly input: string;
  /** Each line ended. */
  readonly expected: string;
  /** Where it starts, from 1. */
  readonly line: number;
}

/** Everything in a file, so that it can be written again with other transcripts. */
export type Part =
  | { readonly kind: "text"; readonly line: string }
  | { readonly kind: "directive"; readonly head: string; readonly directive: Directive };

/** Why a text is no data file, where, and what to do about it. */
export interface DataFileError {
  readonly error: string;
  /** From 1. */
  readonly line: number;
}

const RULE = "----";
/** The parts of a text that must be a data file; `name` is for the error. */
export function parsedText(text: string, name: string): readonly Part[] {
  const parts = parseDataFile(text);
  if ("error" in parts) throw new Error(`${name}:${parts.line}: ${parts.error}`);
  return parts;
}

/** Groups directives for the reader; it has neither input nor transcript. */
const SUBTEST = "subtest";

export function parseDataFile(text: string): readonly Part[] | DataFileError {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const parts: Part[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!.trim();
    if (line === "" || line.startsWith("#") || line.split(" ", 1)[0] === SUBTEST) {
      parts.push({ kind: "text", line: lines[at]! });
      at++;
      continue;
    }
    const read = readDirective(lines, at);
    if ("error" in read) return read;
    parts.push({ kind: "directive", head: read.head, directive: read.directive });
    at = read.end;
  }
  return parts;
}

/** A directive, its lines before the dashes, and the index of the line that follows it. */
interface ReadDirective {
  readonly directive: Directive;
  readonly head: string;
  readonly end: number;
}

function readDirective(lines: readonly string[], start: number): ReadDirective | DataFileError {
  const line = start + 1;
  if (lines[start] === RULE) {
    return { error: `${RULE} without a directive above it: write one, or remove the line`, line };
  }
  let at = start + 1;
  let text = lines[start]!.trim();
  while (text.endsWith("\\")) {
    const next = lines[at++];
    if (next === undefined) {
      return {
        error: "the file ends in a continued line: end the directive, or drop the \\",
        line,
      };
    }
    text = `${text.slice(0, -1)} ${next.trim()}`;
  }
  const words = parseCommandLine(text);
  if ("error" in words) return { error: words.error, line };
  const rule = lines.indexOf(RULE, at);
  if (rule < 0) {
    const what = `${words.command} has no ${RULE} line`;
    return { error: `${what}: write one after it, and what it prints below that`, line };
  }
  const transcript = readTranscript(lines, rule + 1);
  if ("error" in transcript) return transcript;
  return {
    directive: {
      ...words,
      input: lines.slice(at, rule).join("\n").trim(),
      expected: transcript.lines.map((each) => `${each}\n`).join(""),
      line,
    },
    head: lines.slice(start, rule).join("\n"),
    end: transcript.end,
  };
}

function readTranscript(
  lines: readonly string[],
  start: number,
): { readonly lines: readonly string[]; readonly end: number } | DataFileError {
  if (lines[start] !== RULE) {
    let end = start;
    while (end < lines.length && lines[end]!.trim() !== "") end++;
    return { lines: lines.slice(start, end), end };
  }
  let end = start + 1;
  while (end < lines.length && !(lines[end] === RULE && lines[end + 1] === RULE)) end++;
  if (end >= lines.length) {
    const error = `the transcript of this second ${RULE} is never closed: end it with two such lines`;
    return { error, line: start + 1 };
  }
  const after = lines[end + 2];
  if (after !== undefined && after.trim() !== "") {
    const error = `this follows the two ${RULE} lines of a transcript: leave a blank line between`;
    return { error, line: end + 3 };
  }
  return { lines: lines.slice(start + 1, end), end: end + 2 };
}

/** The file again, each directive with the transcript it gave. */
export function formatDataFile(
  parts: readonly Part[],
  actual: ReadonlyMap<Directive, string>,
): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return `${part.line}\n`;
      const transcript = actual.get(part.directive) ?? part.directive.expected;
      const hasBlankLine = /^[\t ]*\n/m.test(transcript);
      const body = hasBlankLine ? `${RULE}\n${transcript}${RULE}\n${RULE}\n` : transcript;
      return `${part.head}\n${RULE}\n${body}`;
    })
    .join("");
}

function parseCommandLine(
  text: string,
): Pick<Directive, "command" | "args"> | { readonly error: string } {
  const args: Argument[] = [];
  const command = /^[^ ]*/.exec(text)![0];
  for (let at = skipSpaces(text, command.length); at < text.length; at = skipSpaces(text, at)) {
    const key = /^[^ =]*/.exec(text.slice(at))![0];
    if (key === "") return notParsed(text, at, "a name belongs before the =");
    at += key.length;
    if (text[at] !== "=") {
      args.push({ key, values: [] });
      continue;
    }
    at++;
    if (text[at] === "(") {
      const list = parseList(text, at);
      if (list === null) return notParsed(text, at, "the ( is never closed");
      args.push({ key, values: list.values });
      at = list.end;
    } else {
      const value = /^[^ ]*/.exec(text.slice(at))![0];
      args.push({ key, values: [value] });
      at += value.length;
    }
  }
  return { command, args };
}

/** Values between parentheses, cut at the commas that are in no further parentheses. */
function parseList(
  text: string,
  start: number,
): { readonly values: readonly string[]; readonly end: number } | null {
  const values: string[] = [];
  let depth = 1;
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === "(") depth++;
    if (char === ")") depth--;
    if (depth === 0) return { values: [...values, text.slice(from, at)], end: at + 1 };
    if (char === "," && depth === 1) {
      values.push(text.slice(from, at));
      from = skipSpaces(text, at + 1);
    }
  }
  return null;
}

function skipSpaces(text: string, at: number): number {
  let next = at;
  while (text[next] === " ") next++;
  return next;
}

const notParsed = (text: string, at: number, why: string): { readonly error: string } => ({
  error: `cannot parse directive at column ${at + 1}: ${text}: ${why}`,
});
