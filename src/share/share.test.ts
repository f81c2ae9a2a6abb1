import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { threeBrokers } from "@chronik/core/sim";
import { openPage } from "../session/sessionPage.ts";
import { embedCode } from "./embed.ts";
import { playwrightScenario } from "./playwright.ts";
import { parseRunFile } from "./runFile.ts";
import { share } from "./share.ts";
import type { Moment } from "./share.ts";

const run = threeBrokers(7);
const MOMENT: Moment = {
  shared: { run, viewAtUs: 5_000_000, scenario: "three-brokers" },
  world: openPage(run, 5_000_000).world,
  title: "Three brokers",
  traceHash: "00ff",
};

const saved = new Map<string, Blob>();
const shownAddresses: string[] = [];
let copied: string[] | null = [];

beforeEach(() => {
  saved.clear();
  copied = [];
  let blob: Blob | null = null;
  const link = { href: "", download: "", click: () => saved.set(link.download, blob!) };
  vi.stubGlobal("location", { origin: "https://example.org", pathname: "/play/" });
  shownAddresses.length = 0;
  vi.stubGlobal("history", {
    replaceState: (_: unknown, __: string, url: string) => shownAddresses.push(url),
  });
  vi.stubGlobal("document", { createElement: () => link });
  vi.spyOn(URL, "createObjectURL").mockImplementation((made) => {
    blob = made as Blob;
    return "blob:1";
  });
  vi.stubGlobal("navigator", {
    clipboard: {
      writeText: async (text: string) => {
        if (copied === null) throw new Error("not allowed");
        copied.push(text);
      },
    },
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("sharing", () => {
  test("a link that is too long becomes a file, which opens the same run", async () => {
    const actions = Array.from({ length: 2_001 }, (_, at) => ({
      atUs: 3_000_000 + at,
      kind: "kill" as const,
      node: 1,
    }));
    const shared = { ...MOMENT.shared, run: { ...MOMENT.shared.run, actions } };
    const said = await share("link", { ...MOMENT, shared });
    expect(said.text).toBe("This run is too long for a link, and was saved as a file.");
    expect(said.detail).toContain("2001 actions");
    const text = await saved.get("chronik-7.jsonl")!.text();
    expect(await parseRunFile("chronik-7.jsonl", text)).toEqual({ ok: true, value: shared });
  });

  test("without a clipboard the link is in the address bar, and texts are files", async () => {
    copied = null;
    const link = await share("link", MOMENT);
    expect(link.text).toBe("The link is in the address bar.");
    expect(shownAddresses).toEqual([
      expect.stringContaining("https://example.org/play/?scenario="),
    ]);
    await share("story", MOMENT);
    expect(await saved.get("chronik7.story.txt")!.text()).toContain("cluster seed=7");
  });

  test("a copied scenario opens the copied moment and expects what is seen of it", async () => {
    await share("playwright", MOMENT);
    const [text = ""] = copied ?? [];
    const { summary } = MOMENT.world;
    expect(text).toContain('cluster.open("?scenario=three-brokers&seed=7#run=');
    expect(text).toContain('cluster.hash()).toBe("00ff")');
    expect(text).toContain(`toEqual({ name: "${summary.leader}", term: ${summary.term} })`);
  });

  test("no text of a run ends the string or the attribute that it is in", () => {
    const title = `"); alert(1) // \n <script> ' \u2028`;
    const code = playwrightScenario("?seed=7", { ...MOMENT, title });
    expect(code).toContain(JSON.stringify(`${title}, 5.000 s`));
    const html = embedCode("https://example.org/", "?seed=7#run=AA", `"><script>alert(1)</script>`);
    expect(html).toContain('title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(html).toContain(
      'src="https://example.org/?seed=7&amp;embed=1&amp;panels=cluster,time#run=AA"',
    );
  });
});

describe("a run file", () => {
  const head = '{"format":"chronik-run","version":1,"seed":7,"options":{},"viewAtUs":5000000}';
  test.each([
    ["", "Line 1: it is missing"],
    ["{}", "Line 1: format is missing"],
    ['{"format":"something"}', "Line 1: format is not chronik-run"],
    [head.replace('"version":1', '"version":2'), "Line 1: version is not 1"],
    [
      head.replace('"options":{}', '"options":{"nodeCount":99}'),
      "Line 1: options.nodeCount is not",
    ],
    [head.replace("5000000", "-1"), "Line 1: viewAtUs is not"],
    [`${head}\n{"atUs":1,"kind":"kill","node":1}\n{"atUs":2,`, "Line 3: it is not JSON"],
    [`${head}\n{"atUs":1,"kind":"kill","node":12}`, "Line 2: node is not a whole number"],
    [`${head}\n\n{"atUs":1,"kind":"kill","node":1}`, "Line 2: it is not JSON"],
    [`${head}\n{"atUs":2,"kind":"powerOn"}\n{"atUs":1,"kind":"powerOn"}`, "Line 3: atUs is before"],
    [`${head}\n7`, "Line 2: the action is no action"],
    [`${head}\n${'{"atUs":1,"kind":"powerOn"}\n'.repeat(20_001)}`, "more than 20000 actions"],
    [" ".repeat(16_777_217), "longer than 16777216 characters"],
  ])("%#: is refused with its line", async (text, sentence) => {
    const parsed = await parseRunFile("a run.jsonl", text);
    if (parsed.ok) throw new Error("it was opened");
    expect(parsed.problem.title).toBe('The file "a run.jsonl" cannot be opened.');
    expect(parsed.problem.detail).toContain(sentence);
  });

  test("may have been through a program of another system", async () => {
    const text = `\u{FEFF}${head}\r\n{"atUs":1,"kind":"powerOn"}\r\n`;
    const parsed = await parseRunFile("run.jsonl", text);
    expect(parsed.ok && parsed.value.run.actions).toEqual([{ atUs: 1, kind: "powerOn" }]);
  });
});
