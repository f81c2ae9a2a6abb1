import { DEFAULT_RUN_OPTIONS, firstVisit } from "@chronik/core/sim";
import type { Scenario } from "@chronik/core/sim/scenarios";
import { SCENARIOS } from "@chronik/core/sim/scenarios";
import type { Asked, Opening } from "../link.ts";
import { parseSeed } from "../link.ts";
import { formatLink, parseRunText, refuseLink, runTextOf } from "./link.ts";
import type { Parsed } from "./parsed.ts";
import { refuse, shorten } from "./parsed.ts";
import { parsePresentation } from "./presentation.ts";
import { parseRunFile } from "./runFile.ts";
import { checkOptions } from "./runSchema.ts";
import { changedOptions } from "./sharedRun.ts";
import type { SharedRun } from "./sharedRun.ts";

type AskedBy<Kind extends Asked["kind"]> = Extract<Asked, { readonly kind: Kind }>;

/**
 * The one place where something from outside becomes a run. It is opened exactly as it says or it is
 * refused, with the path of what is wrong and what to do.
 */
export async function openingOf(asked: Asked): Promise<Parsed<Opening>> {
  switch (asked.kind) {
    case "openAddress":
      return openAddress(asked);
    case "openScenario":
      return openScenario(asked.name, null);
    case "openRun":
      return openOptions(asked);
    case "openFile":
      return openFile(asked);
  }
}

async function openAddress({ search, hash }: AskedBy<"openAddress">): Promise<Parsed<Opening>> {
  const query = new URLSearchParams(search);
  const presentation = parsePresentation(query);
  if (!presentation.ok) {
    return refuse(
      "This address asks for something that there is not.",
      `${presentation.breach}.`,
      "Correct it, or leave that part out.",
    );
  }
  const opened = await openQuery(query, runTextOf(hash));
  if (!opened.ok) return opened;
  const seed = `seed=${opened.value.run.seed}`;
  const missing = query.has("seed") ? "" : `${search === "" ? "?" : "&"}${seed}`;
  const address = `${search}${missing}${hash}`;
  return { ok: true, value: { ...opened.value, address, presentation: presentation.value } };
}

async function openQuery(query: URLSearchParams, runText: string | null): Promise<Parsed<Opening>> {
  const name = query.get("scenario") ?? "";
  const seedText = query.get("seed");
  const seed = seedText === null ? null : parseSeed(seedText);
  if (seed !== null && !seed.ok) return seed;
  const opened = openScenario(name, seed?.value ?? null);
  if (runText === null || !opened.ok) return opened;

  const linked = await parseRunText(runText);
  if (!linked.ok) return linked;
  const { run } = linked.value;
  if (seed !== null && seed.value !== run.seed) {
    return refuseLink(
      `The address says seed ${seed.value}, the run in it says ${run.seed}.`,
      "Copy the whole link again, or open one of the two seeds from the top bar.",
    );
  }
  return sharedOpening({ ...linked.value, scenario: name }, "A shared run");
}

/** "" is what somebody sees who asks for none. */
function openScenario(name: string, askedSeed: number | null): Parsed<Opening> {
  const scenario = name === "" ? SCENARIOS[0] : scenarioOf(name);
  if (scenario === undefined) {
    return refuse(
      `There is no scenario "${shorten(name)}".`,
      `There are ${SCENARIOS.map((each) => each.name).join(", ")}.`,
      "Choose one from the top bar.",
    );
  }
  const { title, viewAtUs } = scenario;
  const seed = askedSeed ?? scenario.seed;
  const named = scenario === SCENARIOS[0] ? "" : `scenario=${scenario.name}&`;
  const address = `?${named}seed=${seed}`;
  const run = scenario.run(seed);
  const opening = { run, viewAtUs, scenario: scenario.name, title, address };
  return opened(opening, scenario.shown ?? null);
}

/** The first visit's topic, in a cluster with options of its own. */
async function openOptions({ seed, options }: AskedBy<"openRun">): Promise<Parsed<Opening>> {
  const checked = checkOptions(options);
  if (!checked.ok) {
    return refuse("This cluster cannot be opened.", `${checked.breach}.`, "Choose other values.");
  }
  const run = { ...firstVisit(seed), options: { ...DEFAULT_RUN_OPTIONS, ...checked.value } };
  const { nodeCount } = run.options;
  const title = `${nodeCount} ${nodeCount === 1 ? "broker" : "brokers"}, set up by hand`;
  const address = await addressOf({ run, viewAtUs: 0, scenario: "" });
  return opened({ run, viewAtUs: null, scenario: "", title, address });
}

async function openFile({ name, text }: AskedBy<"openFile">): Promise<Parsed<Opening>> {
  const parsed = await parseRunFile(name, text);
  return parsed.ok ? sharedOpening(parsed.value, name.replace(/\.jsonl?$/, "")) : parsed;
}

/** A run that comes with its actions: of the scenario that it began as it has the name alone. */
async function sharedOpening(shared: SharedRun, title: string): Promise<Parsed<Opening>> {
  const known = scenarioOf(shared.scenario);
  const address = await addressOf(shared);
  const { run, viewAtUs } = shared;
  const scenario = known?.name ?? "";
  return opened({ run, viewAtUs, scenario, title: known?.title ?? title, address });
}

/** The whole run where that fits, else what can be said of it. */
async function addressOf(shared: SharedRun): Promise<string> {
  const link = await formatLink(shared);
  return link.ok ? link.value : `?seed=${shared.run.seed}`;
}

function opened(
  value: Omit<Opening, "options" | "shown" | "presentation">,
  shown: Opening["shown"] = null,
): Parsed<Opening> {
  const options = changedOptions(value.run.options);
  return { ok: true, value: { ...value, options, shown, presentation: null } };
}

const scenarioOf = (name: string): Scenario | undefined =>
  SCENARIOS.find((scenario) => scenario.name === name);
