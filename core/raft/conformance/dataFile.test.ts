import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDataFile, parseDataFile } from "./dataFile.ts";
import type { Directive, Part } from "./dataFile.ts";

function partsOf(text: string): readonly Part[] {
  const parts = parseDataFile(text);
  if ("error" in parts) throw new Error(`line ${parts.line}: ${parts.error}`);
  return parts;
}

const directivesOf = (text: string): readonly Directive[] =>
  partsOf(text).flatMap((part) => (part.kind === "directive" ? part.directive : []));

const bare = (key: string) => ({ key, values: [] });

describe("parseDataFile", () => {
  test("reads command, arguments, input and transcript", () => {
    const text = `# a comment

cmd 1 key=val list=(1, 2,3) nested=(f(a, b), (c)) empty=

  input

  more input  

----
out 1
 out 2

other
----
`;
    expect(directivesOf(text)).toEqual([
      {
        command: "cmd",
        args: [
          bare("1"),
          { key: "key", values: ["val"] },
          { key: "list", values: ["1", "2", "3"] },
          { key: "nested", values: ["f(a, b)", "(c)"] },
          { key: "empty", values: [""] },
        ],
        input: "input\n\n  more input",
        expected: "out 1\n out 2\n",
        line: 3,
      },
      { command: "other", args: [], input: "", expected: "", line: 13 },
    ]);
  });

  test("joins continued lines", () => {
    const [d] = directivesOf("cmd a \\\n   b \\\n   c=1\ninput\n----\nok\n");
    expect(d).toMatchObject({ args: [bare("a"), bare("b"), { key: "c" }], input: "input" });
  });

  test("ends a transcript at a blank line, at white space alone, and at the end of the file", () => {
    expect(directivesOf("a\n----\nx\n \t\nb\n----\ny")).toMatchObject([
      { expected: "x\n" },
      { command: "b", expected: "y\n" },
    ]);
    expect(directivesOf("a\n----")).toMatchObject([{ expected: "" }]);
    expect(directivesOf("a\n----\n\nb\n----\n")).toMatchObject([
      { expected: "" },
      { expected: "" },
    ]);
  });

  test("lets a transcript between double rules hold blank lines and single rules", () => {
    const text = "a\n----\n----\nx\n\n----\ny\n----\n----\n\nb\n----\nok\n";
    expect(directivesOf(text)).toMatchObject([
      { command: "a", expected: "x\n\n----\ny\n" },
      { command: "b", expected: "ok\n" },
    ]);
  });

  test("takes a # inside a transcript for output, and one before a directive for a comment", () => {
    expect(directivesOf("  # why\na\n----\n# out\n")).toMatchObject([{ expected: "# out\n" }]);
  });

  test("passes over the lines that group directives", () => {
    const text = "subtest one\n\na\n----\nok\n\nsubtest end\n";
    expect(directivesOf(text)).toMatchObject([{ command: "a", line: 3 }]);
  });

  test("reads a file with the line ends of Windows as the same file", () => {
    const text = "# x\n\na 1 \\\n  b=(2, 3)\nin\n----\nout\n\nb\n----\n----\n\nz\n----\n----\n";
    expect(directivesOf(text.replaceAll("\n", "\r\n"))).toEqual(directivesOf(text));
  });

  test.each([
    ["a\n----\nok\n\nb 1\ninput\n", 5, "b has no ---- line: write one after it"],
    ["a", 1, "a has no ---- line"],
    ["a\n----\nok\n\n----\nok\n", 5, "---- without a directive above it"],
    ["a b \\\n", 1, "the file ends in a continued line"],
    ["a\n----\n----\nx\n\n----\n", 3, "never closed: end it with two such lines"],
    ["a\n----\n----\nx\n----\n----\nb\n", 7, "leave a blank line between"],
    [
      "a k=(1,(2)\n----\n",
      1,
      "cannot parse directive at column 5: a k=(1,(2): the ( is never closed",
    ],
    ["a =1\n----\n", 1, "cannot parse directive at column 3: a =1: a name belongs before the ="],
  ])("refuses %j, and says where and what to do", (text, line, reason) => {
    const refusal = parseDataFile(text);
    if (!("error" in refusal)) throw new Error("it was read");
    expect(refusal.error).toContain(reason);
    expect(refusal.line).toBe(line);
  });
});

describe("formatDataFile", () => {
  // A line of four dashes and nothing else is the grammar's own, in input and in transcripts.
  const lineOf = fc
    .stringMatching(/^[a-z#>=() -]{1,12}$/)
    .filter((line) => line.trim() !== "" && line !== "----");
  const directive = fc.record({
    head: fc.stringMatching(/^[a-z]{1,8}( [0-9])?( k=\([0-9], [0-9]\))?$/),
    input: fc.array(lineOf, { maxLength: 2 }),
    transcript: fc.array(fc.oneof(lineOf, fc.constant("")), { maxLength: 4 }),
  });

  test("writes what parseDataFile reads back, whatever the transcripts", () => {
    fc.assert(
      fc.property(fc.array(directive, { maxLength: 4 }), (all) => {
        const empty = all.map(({ head, input }) => [head, ...input, "----", "", ""].join("\n"));
        const parts = partsOf(`# first\n\n${empty.join("")}`);
        const directives = parts.filter((part) => part.kind === "directive");
        const wanted = all.map(({ transcript }) => transcript.map((line) => `${line}\n`).join(""));
        const actual = new Map(directives.map((part, i) => [part.directive, wanted[i]!]));
        const written = formatDataFile(parts, actual);
        expect(directivesOf(written).map((d) => d.expected)).toEqual(wanted);
        expect(formatDataFile(partsOf(written), new Map())).toBe(written);
      }),
      { numRuns: 500 },
    );
  });
});
