import type { WorldEvent } from "../sim/worldEvent.ts";
import { nodeName } from "./richText.ts";
import type { Story } from "./story.ts";
import type { RunMarkView, RunView, TermBandView, Tone } from "./view.ts";

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

  /** `story` already knows of `event`. */
  observe(event: WorldEvent, story: Story): void {
    const bands = withBand(this.view.bands, event.atUs, story);
    const mark = markOf(event);
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

function markOf(event: WorldEvent): RunMarkView | null {
  const what = event.event;
  const mark = (label: string, tone: Tone): RunMarkView => ({ atUs: event.atUs, label, tone });
  const name = nodeName(event.node);
  switch (what.kind) {
    case "powerLost":
      return mark(`${name} lost power`, "bad");
    case "processStarted":
      return what.incarnation === 1 ? null : mark(`${name} restarted`, "plain");
    case "stopped":
      return mark(`${name} stopped`, "bad");
    case "roleChanged":
      return what.to === "leader" ? mark(`${name} leads term ${what.term}`, "ok") : null;
    case "ruleBroken":
      return mark("rule broken", "bad");
    case "actionTaken": {
      const { action } = what;
      if (action.kind === "cut") return mark(`${action.nodes.map(nodeName)} cut off`, "bad");
      if (action.kind === "heal") return mark("cut healed", "plain");
      return null;
    }
    default:
      return null;
  }
}
