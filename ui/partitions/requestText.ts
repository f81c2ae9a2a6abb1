import type { PartitionView, PendingView, RequestView } from "@chronik/core/view";
import type { PageState } from "../page.ts";

/** The request with the highest id; null before the first. */
export function newestRequest(requests: readonly RequestView[] | undefined): RequestView | null {
  let newest: RequestView | null = null;
  for (const request of requests ?? []) {
    if (newest === null || request.id > newest.id) newest = request;
  }
  return newest;
}

/** "Produce to orders-1 at n2, acks=all". */
export function requestTitle(request: RequestView): string {
  const acks = request.acks === null ? "" : `, acks=${request.acks}`;
  const at = request.to === "" ? "" : ` at ${request.to}`;
  return `${VERBS[request.kind]} ${request.target}${at}${acks}`;
}

/** What became of it: "offset 41", "NOT_LEADER_OR_FOLLOWER (6): n2 leads orders-1"; null while it waits. */
export function requestAnswer(request: RequestView): string | null {
  if (request.state === "waiting") return null;
  const error = request.errorName === null ? "" : `${request.errorName} (${request.errorCode})`;
  const text = request.text === "" ? WORDS[request.state] : request.text;
  if (request.records.length > 0) {
    return `${text}: ${request.records.map(({ key, value }) => `${key}=${value}`).join(", ")}`;
  }
  if (error === "") return text;
  return request.text === "" ? error : `${error}: ${text}`;
}

/** What the leader keeps of a request that waits for its answer; null when it keeps nothing. */
export function pendingOf({ world }: PageState, request: RequestView): PendingView | null {
  if (request.state !== "waiting" || request.kind !== "produce") return null;
  const isIts = ({ node, partition, acks }: PendingView): boolean =>
    node === request.to && partition === request.target && acks === request.acks;
  return world?.pending.findLast(isIts) ?? null;
}

/** "offset 41 waits for HW 42 and so for n3: log end 40, in the ISR". */
export function waitText(pending: PendingView, proposal: Proposal | null = null): string {
  return `${pending.what} ${reasonText(pending, proposal)}`;
}

/** The same behind the request's own name: ", offsets 41–43, acks=all, waits for HW 44 and so …". */
export function pendingText(pending: PendingView, proposal: Proposal | null): string {
  const what = pending.what.replace(/^offsets (\d+) to (\d+)$/, "offsets $1–$2");
  return `, ${what}, acks=${pending.acks}, ${reasonText(pending, proposal)}`;
}

/**
 * With acks=all the answer leaves once the high watermark has passed the last record. If all that
 * lack it are about to leave the ISR, that rests on the entry which says so.
 */
function reasonText(pending: PendingView, proposal: Proposal | null): string {
  const { what, acks, waitsFor } = pending;
  const lastOffset = /^offsets? .*?(\d+)$/.exec(what)?.[1];
  const who = waitsFor.join("; ");
  if (acks !== "all" || lastOffset === undefined) {
    return `waits for ${who === "" ? "its turn" : who}`;
  }
  const high = `waits for HW ${Number(lastOffset) + 1}`;
  const { proposedIsr, proposedInEntry } = proposal ?? NOTHING_PROPOSED;
  const isLeaving = (lacking: string): boolean =>
    proposedIsr !== null && !proposedIsr.some((node) => lacking.startsWith(`${node}:`));
  if (who === "") return high;
  return proposedInEntry !== null && waitsFor.every(isLeaving)
    ? `${high} and so for entry ${proposedInEntry}`
    : `${high} and so for ${who}`;
}

type Proposal = Pick<PartitionView, "proposedIsr" | "proposedInEntry">;
const NOTHING_PROPOSED: Proposal = { proposedIsr: null, proposedInEntry: null };

/** The same in a few words, for the stage; null while it waits. */
export function requestOutcome(request: RequestView): string | null {
  if (request.state === "waiting") return null;
  if (request.errorName !== null) return `${request.errorName} (${request.errorCode})`;
  return request.text === "" ? WORDS[request.state] : request.text;
}

const VERBS: Readonly<Record<RequestView["kind"], string>> = {
  produce: "Produce to",
  fetch: "Read",
  createTopics: "Create topic",
  admin: "Admin",
  metadata: "Ask for metadata",
  initProducerId: "Ask for a producer id",
  listOffsets: "Ask for offsets",
  group: "Group",
};

const WORDS = { ok: "done", error: "failed", unanswered: "no answer" };
