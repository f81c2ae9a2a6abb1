import type { Action } from "../sim/index.ts";
import type { WorldEvent } from "../sim/worldEvent.ts";
import { count, nodeName } from "./richText.ts";
import type { Story } from "./story.ts";
import type { EventView, RunMarkView, RunView, TermBandView, Tone } from "./view.ts";

const EMPTY_RUN: RunView = {
  bands: [{ fromUs: 0, toUs: null, term: 0, leader: null }],
  marks: [],
};

/**
 * The time bar of a run. A band lasts as long as one leader can commit, or as long as nobody can;
 * a mark stands where a person, or the cluster, changed the course of things.
 */
export class RunFold {
  view: RunView = EMPTY_RUN;

  /** `story` already knows of `event`, which was told as `told` if it was worth it. */
  observe(event: WorldEvent, story: Story, told: EventView | null): void {
    const bands = withBand(this.view.bands, event.atUs, story);
    const mark = markOf(event, story, told);
    if (bands === this.view.bands && mark === null) return;
    const marks = mark === null ? this.view.marks : [...this.view.marks, mark];
    this.view = { bands, marks };
  }
}

function withBand(
  bands: readonly TermBandView[],
  atUs: number,
  story: Story,
): readonly TermBandView[] {
  const current = bands.at(-1);
  if (current === undefined) return bands;
  const id = story.effectiveLeader();
  const leader = id === null ? null : nodeName(id);
  // Without a leader the term is the newest that was seen, even if nobody who saw it runs.
  const term = id === null ? Math.max(current.term, story.highestTerm()) : story.node(id).term;
  if (current.leader === leader && current.term === term) return bands;
  const closed = { ...current, toUs: atUs };
  const before = closed.fromUs === atUs ? bands.slice(0, -1) : [...bands.slice(0, -1), closed];
  return [...before, { fromUs: before.length === 0 ? 0 : atUs, toUs: null, term, leader }];
}

function markOf(event: WorldEvent, story: Story, told: EventView | null): RunMarkView | null {
  const what = event.event;
  const mark = (label: string, tone: Tone): RunMarkView => ({ atUs: event.atUs, label, tone });
  const name = nodeName(event.node);
  const isOneOfAll = story.isOneOfAll(event.atUs);
  switch (what.kind) {
    case "powerLost":
      return isOneOfAll ? null : mark(`${name} lost power`, "bad");
    case "processStarted":
      return what.incarnation === 1 || isOneOfAll ? null : mark(`${name} restarted`, "plain");
    case "stopped":
      return mark(`${name} stopped`, "bad");
    case "roleChanged":
      return what.to === "leader" ? mark(`${name} leads term ${what.term}`, "ok") : null;
    case "ruleBroken":
      return mark("rule broken", "bad");
    case "replicaTruncated":
      return what.committedCount === 0 ? null : mark(lostText(what.committedCount), "bad");
    case "commandApplied":
      return told?.drama === "loss" ? mark("unclean election", "bad") : null;
    case "actionTaken":
      return actionMark(event.atUs, what.action);
    default:
      return null;
  }
}

const lostText = (records: number): string => `${count(records, "record", "records")} lost`;

function actionMark(atUs: number, action: Action): RunMarkView | null {
  const mark = (label: string, tone: Tone): RunMarkView => ({ atUs, label, tone });
  switch (action.kind) {
    case "cut":
      return mark(`${action.nodes.map(nodeName).join(", ")} cut off`, "bad");
    case "heal":
      return mark("cut healed", "plain");
    case "setLink":
      return action.isCut ? mark(linkText(action), "bad") : null;
    case "powerCut":
      return mark("power cut", "bad");
    case "powerOn":
      return mark("power on", "plain");
    case "pause":
      return mark(`${nodeName(action.node)} paused`, "warn");
    case "resume":
      return mark(`${nodeName(action.node)} goes on`, "plain");
    default:
      return null;
  }
}

const linkText = ({ from, to, bothWays }: Extract<Action, { kind: "setLink" }>): string =>
  `${nodeName(from)} ${bothWays ? "↔" : "→"} ${nodeName(to)} cut`;
