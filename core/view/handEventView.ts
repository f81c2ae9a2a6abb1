import type { ReadyStage } from "../broker/io.ts";
import type { Action, Flight } from "../sim/index.ts";
import { draft } from "./eventDraft.ts";
import type { EventDraft } from "./eventDraft.ts";
import { linkNoun, milliseconds, nodeNoun, say, termNoun } from "./richText.ts";
import type { Story } from "./story.ts";
import type { RichText } from "./view.ts";

type Of<Kind extends Action["kind"]> = Extract<Action, { kind: Kind }>;

/** "ack of entry 20 from n1 to n2". */
export type LabelOf = (flight: Flight) => string;

/** What a person does to a process, a clock, a Ready loop, a link or a message. */
export function handEventView(
  action: Action,
  message: Flight | null,
  story: Story,
  labelOf: LabelOf,
): EventDraft | null {
  switch (action.kind) {
    case "pause":
    case "resume":
      return paused(action, story);
    case "skewClock":
      return clockSkewed(action);
    case "holdStage":
      return stageHeld(action);
    case "setLink":
      return linkSet(action);
    case "setNetwork":
      return networkSet(action);
    case "dropMessage":
    case "holdMessage":
    case "releaseMessage":
    case "duplicateMessage":
    case "delayMessage":
      return message === null ? null : messageTouched(action, message, labelOf(message));
    default:
      return null;
  }
}

function paused({ kind, node: id }: Of<"pause" | "resume">, story: Story): EventDraft {
  const node = nodeNoun(id);
  if (kind === "resume") {
    return draft(
      2,
      "plain",
      say`${node} goes on.`,
      say`It does not know that time has passed; what came for it meanwhile comes first.`,
    );
  }
  const { role, term } = story.node(id);
  return draft(
    2,
    "warn",
    say`You paused ${node}.`,
    role === "leader"
      ? say`It leads ${termNoun(term)} and sends no heartbeats now; it will not know if another is elected.`
      : say`Its process stands still: what arrives waits, and nothing leaves it.`,
  );
}

function clockSkewed({ node: id, percent }: Of<"skewClock">): EventDraft {
  const node = nodeNoun(id);
  if (percent === 100) {
    return draft(
      2,
      "ok",
      say`The clock of ${node} runs at its right rate again.`,
      say`What it shows stays as far from the others' as it has come.`,
    );
  }
  return draft(
    2,
    "warn",
    say`The clock of ${node} runs at ${percent} % of its rate.`,
    percent > 100
      ? say`All that it waits for ends sooner than the others expect.`
      : say`All that it waits for lasts longer than the others expect.`,
  );
}

function stageHeld({ node: id, stage, on }: Of<"holdStage">): EventDraft {
  const node = nodeNoun(id);
  const title = STAGE_TITLES[stage];
  return on
    ? draft(
        2,
        "warn",
        say`You hold ${node} before ${title}.`,
        say`Its next Ready stops there, and all that comes after it has to wait.`,
      )
    : draft(
        2,
        "plain",
        say`You hold ${node} before ${title} no longer.`,
        say`What has waited there goes on at once.`,
      );
}

const STAGE_TITLES: Readonly<Record<ReadyStage, string>> = {
  send: "Send now",
  persist: "Persist",
  sendAfter: "Send after",
  apply: "Apply",
  advance: "Advance",
};

function linkSet(action: Of<"setLink">): EventDraft {
  const { isCut, bothWays, lossPercent, extraLatencyUs } = action;
  const [from, to] = [nodeNoun(action.from), nodeNoun(action.to)];
  const link = linkNoun(action.from, action.to, bothWays);
  if (isCut) {
    return draft(
      2,
      "bad",
      say`No message passes ${link}.`,
      bothWays
        ? say`You cut the link between two nodes; both still reach the others.`
        : say`You cut one direction; what ${to} sends to ${from} still arrives.`,
    );
  }
  if (lossPercent > 0) {
    return draft(
      2,
      "warn",
      say`Of the messages ${link}, ${lossPercent} % are lost.`,
      extraLatencyUs > 0
        ? say`You changed the link; the rest take ${milliseconds(extraLatencyUs)} longer.`
        : say`You changed the link; what is missed is sent again.`,
    );
  }
  if (extraLatencyUs > 0) {
    return draft(
      2,
      "warn",
      say`Messages ${link} take ${milliseconds(extraLatencyUs)} longer.`,
      say`You changed the link; whoever waits for an answer over it waits longer.`,
    );
  }
  return draft(
    2,
    "ok",
    say`The link ${link} works again.`,
    say`You cleared it; what was lost is sent again when it is missed.`,
  );
}

function networkSet({ latencyMinUs, latencyMaxUs, lossPercent }: Of<"setNetwork">): EventDraft {
  const latency =
    latencyMinUs === latencyMaxUs
      ? milliseconds(latencyMinUs)
      : `${milliseconds(latencyMinUs)} to ${milliseconds(latencyMaxUs)}`;
  return draft(
    2,
    lossPercent > 0 ? "warn" : "plain",
    lossPercent > 0
      ? say`Messages between brokers take ${latency}, and ${lossPercent} % of them are lost.`
      : say`Messages between brokers take ${latency}.`,
    say`You changed all links; what is under way keeps its time.`,
  );
}

type MessageAction = Extract<Action, { readonly message: number }>;

function messageTouched(action: MessageAction, flight: Flight, label: string): EventDraft {
  const noun = { text: label, ref: `message:${flight.id}` };
  const { to, from } = flight;
  const receiver = to.kind === "node" ? nodeNoun(to.id) : to.name;
  const isBetweenBrokers = to.kind === "node" && from.kind === "node";
  switch (action.kind) {
    case "dropMessage":
      return draft(
        2,
        "bad",
        say`You dropped the ${noun}.`,
        isBetweenBrokers
          ? say`${receiver} never hears of it; whoever misses something says it again.`
          : say`Its connection goes with it: on TCP everything arrives in order or nothing does.`,
      );
    case "holdMessage":
      return draft(
        2,
        "warn",
        say`You hold the ${noun}.`,
        say`It stands where it is, and ${receiver} does not get it.`,
      );
    case "releaseMessage":
      return draft(2, "plain", say`You let the ${noun} go on.`, releaseReason(isBetweenBrokers));
    case "duplicateMessage":
      return draft(
        2,
        "warn",
        say`You sent the ${noun} once more.`,
        say`${receiver} will hear the same twice, which must change nothing.`,
      );
    case "delayMessage":
      return draft(
        2,
        "warn",
        say`You delayed the ${noun} by ${milliseconds(action.byUs)}.`,
        releaseReason(isBetweenBrokers),
      );
  }
}

function releaseReason(isBetweenBrokers: boolean): RichText {
  return isBetweenBrokers
    ? say`What was sent after it may have come before it.`
    : say`What was sent after it on its connection has to wait for it.`;
}
