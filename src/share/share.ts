import type { WorldView } from "@chronik/core/view";
import type { ShareKind, ToastState } from "../../ui/page.ts";
import { download } from "../../ui/share/download.ts";
import { seconds } from "../notices.ts";
import { embedCode } from "./embed.ts";
import { formatLink } from "./link.ts";
import { formatRunFile, runFileName } from "./runFile.ts";
import type { SharedRun } from "./sharedRun.ts";

/** What is on the page while somebody shares it. */
export interface Moment {
  readonly shared: SharedRun;
  readonly world: WorldView;
  readonly title: string;
  readonly traceHash: string;
}

type Said = Omit<ToastState, "id">;

/** The whole link that repeats this run and shows this moment; null when it would be too long. */
export async function linkTo(shared: SharedRun): Promise<string | null> {
  const link = await formatLink(shared);
  return link.ok ? `${location.origin}${location.pathname}${link.value}` : null;
}

/** Copies or saves, and says what it did. */
export async function share(
  what: Exclude<ShareKind, "perfetto" | "shiviz">,
  moment: Moment,
): Promise<Said> {
  const { seed } = moment.shared.run;
  switch (what) {
    case "link":
      return shareLink(moment.shared);
    case "run":
      return saveRun(moment.shared);
    case "embed": {
      const link = await formatLink(moment.shared);
      if (!link.ok) return said(link.problem.title, link.problem.detail);
      const code = embedCode(`${location.origin}${location.pathname}`, link.value, moment.title);
      return copyOrSave(code, "Embed code", `chronik-${seed}.html`);
    }
    case "story": {
      const { storyOf } = await import("./story.ts");
      const story = storyOf(moment);
      if (!story.ok) return said(story.problem.title, story.problem.detail);
      return copyOrSave(story.value, "Story", `chronik${seed}.story.txt`);
    }
    case "playwright": {
      const link = await formatLink(moment.shared);
      if (!link.ok) return said(link.problem.title, link.problem.detail);
      const { playwrightScenario } = await import("./playwright.ts");
      const text = playwrightScenario(link.value, moment);
      return copyOrSave(text, "Playwright scenario", `chronik-${seed}.spec.ts`);
    }
  }
}

async function shareLink(shared: SharedRun): Promise<Said> {
  const link = await formatLink(shared);
  if (!link.ok) {
    saveRun(shared);
    return said("This run is too long for a link, and was saved as a file.", link.problem.detail);
  }
  const whole = `${location.origin}${location.pathname}${link.value}`;
  const detail = `It repeats this run and opens it at ${seconds(shared.viewAtUs)}.`;
  if (await copied(whole)) return said("Link copied.", detail);
  // The clipboard is not allowed here; the address bar always is.
  history.replaceState(null, "", whole);
  return said("The link is in the address bar.", detail);
}

function saveRun(shared: SharedRun): Said {
  const name = runFileName(shared.run.seed);
  download(name, formatRunFile(shared), "application/jsonl");
  return said(`${name} saved.`, "Drop it on this page to open it again.");
}

/** What the session made of the run. */
export function save(name: string, text: string): Said {
  download(name, text);
  return said(`${name} saved.`, "");
}

async function copyOrSave(text: string, what: string, fileName: string): Promise<Said> {
  if (await copied(text)) return said(`${what} copied.`, "");
  download(fileName, text);
  return said(`${fileName} saved.`, "The clipboard is not allowed here.");
}

/** `clipboard` is missing where the page was not loaded over a secure connection. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

const said = (text: string, detail: string): Said => ({ text, detail, undo: false });
