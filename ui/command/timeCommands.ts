import type { EventView } from "@chronik/core/view";
import { speedAtStep, SPEEDS, speedStep } from "../geometry/speedSteps.ts";
import type { PageState, StepUnit } from "../page.ts";
import { playIntent } from "../time/playIntent.ts";
import { momentText } from "../timeText.ts";
import { does, firstReason, withoutKey } from "./command.ts";
import type { Command, Submenu } from "./command.ts";

const BACK_US = -10_000;
const ON_US = 10_000;

/** Everything that moves the playhead. */
export function timeCommands(state: PageState): readonly Command[] {
  return [...playCommands(state), ...stepCommands(state), ...goCommands(state)];
}

function playCommands({ playback }: PageState): readonly Command[] {
  const { mode, speed, autoSlow } = playback;
  const runs = mode === "live" || mode === "replaying";
  const step = speedStep(speed);
  const base = { section: "play", refusal: null };
  return [
    {
      ...base,
      id: "play",
      name: runs ? "Pause time" : "Play",
      words: "stop start run",
      key: "Space",
      does: does(playIntent(mode)),
    },
    {
      ...base,
      id: "live",
      name: "Go live",
      words: "end now latest",
      key: "L",
      does: does({ kind: "goLive" }),
    },
    {
      ...base,
      id: "slower",
      name: "Slower",
      words: "speed",
      key: "[",
      refusal: firstReason([step === 0, "It is as slow as it gets."]),
      does: does({ kind: "setSpeed", speed: speedAtStep(step - 1) }),
    },
    {
      ...base,
      id: "faster",
      name: "Faster",
      words: "speed",
      key: "]",
      refusal: firstReason([step === SPEEDS.length - 1, "It is as fast as it gets."]),
      does: does({ kind: "setSpeed", speed: speedAtStep(step + 1) }),
    },
    {
      ...base,
      id: "autoSlow",
      name: "Slow down by itself when it matters",
      words: "auto-slow elections losses violations",
      isOn: autoSlow,
      does: does({ kind: "setAutoSlow", on: !autoSlow }),
    },
  ];
}

const UNITS: readonly StepUnit[] = ["event", "ready", "tick"];
const UNIT_WORDS = { event: "event", ready: "Ready", tick: "tick" };

function stepCommands({ playback, selectedNode }: PageState): readonly Command[] {
  const { stepBy } = playback;
  const base = { section: "step", refusal: null, words: "step to" };
  return [
    ...stepTo("next", "Next", stepBy, "."),
    ...stepTo("previous", "Previous", stepBy, ","),
    ...readySteps(selectedNode, selectedNode),
    ...UNITS.map((unit): Command => ({
      ...base,
      id: `stepBy:${unit}`,
      name: `Step by ${UNIT_WORDS[unit]}`,
      isOn: stepBy === unit,
      does: does({ kind: "setStepBy", unit }),
    })),
  ];
}

function stepTo(
  kind: "next" | "previous",
  word: string,
  stepBy: StepUnit,
  key: string,
): readonly Command[] {
  return [
    {
      id: kind,
      name: `${word} ${UNIT_WORDS[stepBy]}`,
      words: "step to",
      key,
      section: "step",
      refusal: null,
      does: does({ kind: `${kind}Event` }),
    },
  ];
}

/** From one turn of a node's Ready loop to another. */
export function readySteps(node: string, selectedNode: string): readonly Command[] {
  const base = { section: "step", refusal: null, words: "step to batch" };
  const steps: readonly Command[] = [
    {
      ...base,
      id: `nextReady:${node}`,
      name: `Next Ready of ${node}`,
      key: "B",
      does: [...does({ kind: "selectNode", node }), ...does({ kind: "nextEvent", by: "ready" })],
    },
    {
      ...base,
      id: `previousReady:${node}`,
      name: `Previous Ready of ${node}`,
      key: "Shift+B",
      does: [
        ...does({ kind: "selectNode", node }),
        ...does({ kind: "previousEvent", by: "ready" }),
      ],
    },
  ];
  return node === selectedNode ? steps : steps.map(withoutKey);
}

function goCommands({ playback, world }: PageState): readonly Command[] {
  const nowUs = world?.nowUs ?? 0;
  const { endUs } = playback;
  const base = { section: "go", words: "time scrub seek" };
  const to = (atUs: number) => does({ kind: "seek", atUs: Math.max(0, Math.min(endUs, atUs)) });
  const atStart = firstReason([nowUs <= 0, "This is the start."]);
  const atEnd = firstReason([nowUs >= endUs, "This is the end of the run so far."]);
  return [
    {
      ...base,
      id: "back",
      name: "10 ms back",
      key: "ArrowLeft",
      refusal: atStart,
      does: to(nowUs + BACK_US),
    },
    {
      ...base,
      id: "on",
      name: "10 ms on",
      key: "ArrowRight",
      refusal: atEnd,
      does: to(nowUs + ON_US),
    },
    { ...base, id: "start", name: "Go to the start", key: "Home", refusal: atStart, does: to(0) },
    { ...base, id: "end", name: "Go to the end", key: "End", refusal: atEnd, does: to(endUs) },
  ];
}

/** What concerns the run as a whole, and its branches. */
export function branchCommands(state: PageState): readonly Command[] {
  const { playback, branch, comparison } = state;
  const base = { section: "branch", refusal: null };
  return [
    {
      ...base,
      id: "undo",
      name: "Undo the last action",
      words: "take back",
      key: "Z",
      does: does({ kind: "undo" }),
    },
    {
      ...base,
      id: "fork",
      name: "Fork the run here",
      words: "branch",
      key: "F",
      refusal: firstReason([
        !playback.inPast,
        "This is the end of the run: what you do here goes on with it.",
      ]),
      does: does({ kind: "fork" }),
    },
    ...branch.others.flatMap(({ name, label }): readonly Command[] => [
      {
        ...base,
        id: `branch:${name}`,
        name: `Switch to branch ${name}`,
        words: label,
        does: does({ kind: "switchBranch", name }),
      },
      {
        ...base,
        id: `compare:${name}`,
        name: `Compare with branch ${name}`,
        words: label,
        isOn: comparison?.name === name,
        does: does({ kind: "compare", branch: name }),
      },
    ]),
    {
      ...base,
      id: "compareNothing",
      name: "Stop comparing",
      refusal: firstReason([comparison === null, "Nothing is compared."]),
      does: does({ kind: "compare", branch: null }),
    },
    {
      ...base,
      id: "cancelSeek",
      name: "Stop the replay",
      words: "cancel",
      refusal: firstReason([playback.seeking == null, "No long replay is under way."]),
      does: does({ kind: "cancelSeek" }),
    },
  ];
}

const MOMENTS_MAX = 6;

/** The last moments at which something happened to an object, the newest first. */
export function momentCommands(
  ref: string,
  title: string,
  { world }: PageState,
): readonly Command[] {
  const submenu: Submenu = {
    name: `What happened to ${title}`,
    short: "What happened",
    picks: "any",
  };
  return (world?.events ?? [])
    .filter(({ what, why }) => [...what, ...why].some((part) => part.ref === ref))
    .slice(-MOMENTS_MAX)
    .toReversed()
    .map((event) => ({ ...eventCommand(event), submenu }));
}

/** Every moment of the list, the newest first. */
export function eventCommands({ world }: PageState): readonly Command[] {
  return (world?.events ?? []).toReversed().map(eventCommand);
}

function eventCommand({ id, atUs, what }: EventView): Command {
  const text = what.map((part) => part.text).join("");
  return {
    id: `event:${id}`,
    name: `Go to ${momentText(atUs)}: ${text}`,
    words: "event find",
    section: "moments",
    refusal: null,
    does: does({ kind: "seek", atUs }),
  };
}
