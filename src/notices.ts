import type { ProblemState, ToastState } from "../ui/page.ts";
import type { Notice } from "./session/protocol.ts";

type Said = { readonly toast: Omit<ToastState, "id"> } | { readonly problem: ProblemState };

/** What a person is told of a command's outcome. */
export function sayNotice(notice: Notice): Said {
  switch (notice.kind) {
    case "forked":
      return {
        toast: {
          text: `This is branch ${notice.name} now.`,
          detail: `You acted at ${seconds(notice.atUs)}; the old future is kept as branch ${notice.from}.`,
          undo: true,
        },
      };
    case "undone":
      return {
        toast: {
          text: `This is branch ${notice.name} now.`,
          detail: notice.kept
            ? `What you did at ${seconds(notice.atUs)} is taken back; it is kept as branch ${notice.from}.`
            : `What you did at ${seconds(notice.atUs)} is taken back.`,
          undo: false,
        },
      };
    case "refused":
      return { toast: { text: notice.message, detail: "", undo: false } };
    case "cancelled":
      return {
        toast: {
          text: "Stopped.",
          detail: notice.opening
            ? `The run is open up to ${seconds(notice.atUs)} and goes on from there.`
            : `The page stays at ${seconds(notice.atUs)}.`,
          undo: false,
        },
      };
    case "actionRefused":
      return {
        problem: {
          title: "This run asks for something that makes no sense in it.",
          detail: `Action ${notice.number}, at ${seconds(notice.atUs)}: ${notice.message} The run was opened without it${further(notice.furtherCount)}.`,
        },
      };
  }
}

function further(count: number): string {
  if (count === 0) return "";
  return count === 1 ? " and without one later action" : ` and without ${count} later actions`;
}

export function seconds(us: number): string {
  return `${(us / 1e6).toFixed(3)} s`;
}
