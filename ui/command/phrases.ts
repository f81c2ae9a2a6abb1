import { SPEEDS, speedText } from "../geometry/speedSteps.ts";
import type { PageState } from "../page.ts";
import { momentText } from "../timeText.ts";
import { acts, does, firstReason } from "./command.ts";
import type { Command, Deed } from "./command.ts";
import { linkState } from "./linkCommands.ts";

/** A command that needs a figure or a name of the person's own. */
interface Phrase {
  /** How it is said. Up to "…" it is put into the field when it is chosen. */
  readonly form: string;
  readonly words: string;
  readonly pattern: RegExp;
  /** Null when what is named is not there. */
  readonly read: (parts: Parts, state: PageState) => Said | null;
}

type Parts = Readonly<Record<string, string | undefined>>;

interface Said {
  readonly name: string;
  readonly does: readonly Deed[];
  readonly refusal?: string | null;
}

const CLOCK_PERCENT_MIN = 10;
const CLOCK_PERCENT_MAX = 1_000;
const LATENCY_MAX_MS = 60_000;

const PHRASES: readonly Phrase[] = [
  {
    form: "Go to …, a time in seconds",
    words: "seek time moment",
    pattern: /^(?:go to|goto|seek|at)? ?(?<seconds>\d+(?:\.\d*)?) ?s?$/i,
    read: ({ seconds }, { playback }) => {
      const atUs = Math.round(Number(seconds) * 1e6);
      return {
        name: `Go to ${momentText(atUs)}`,
        refusal: firstReason([
          atUs > playback.endUs,
          `The run ends at ${momentText(playback.endUs)} so far.`,
        ]),
        does: does({ kind: "seek", atUs }),
      };
    },
  },
  {
    form: "Open seed …",
    words: "new run",
    pattern: /^(?:open )?seed (?<seed>\S+)$/i,
    read: ({ seed = "" }) => ({
      name: `Open seed ${seed}`,
      does: does({ kind: "openSeed", text: seed }),
    }),
  },
  {
    form: "Open scenario …",
    words: "cluster example",
    pattern: /^(?:open )?scenario (?<scenario>[a-z][a-z0-9-]*)$/i,
    read: ({ scenario = "" }) => ({
      name: `Open scenario ${scenario.toLowerCase()}`,
      does: does({ kind: "openScenario", name: scenario.toLowerCase() }),
    }),
  },
  {
    form: "Speed …, as 1/50 or 2",
    words: "slow fast time",
    pattern: /^(?:set )?speed (?:to )?(?<over>1\/)?(?<figure>\d+(?:\.\d+)?) ?[x×]?$/i,
    read: ({ over, figure }) => {
      const speed = over === undefined ? Number(figure) : 1 / Number(figure);
      const [min = speed, max = speed] = [SPEEDS[0], SPEEDS.at(-1)];
      return {
        name: `Speed ${speedText(speed)}`,
        refusal: firstReason([
          !(speed >= min && speed <= max),
          `Time runs from ${speedText(min)} to ${speedText(max)}.`,
        ]),
        does: does({ kind: "setSpeed", speed }),
      };
    },
  },
  {
    form: "Clock of … at a rate in percent",
    words: "skew drift",
    pattern:
      /^(?:skew |run )?(?:the )?clock (?:of )?(?<node>n\d)(?: (?:at|to))? (?<percent>\d+) ?%?$/i,
    read: ({ node = "", percent = "" }, { world }) => {
      const view = world?.nodes[node.toLowerCase()];
      if (view === undefined) return null;
      const rate = Number(percent);
      return {
        name: `Run the clock of ${view.name} at ${rate} %`,
        refusal: firstReason(
          [
            rate < CLOCK_PERCENT_MIN || rate > CLOCK_PERCENT_MAX,
            `A clock runs at ${CLOCK_PERCENT_MIN} to ${CLOCK_PERCENT_MAX} percent of the right rate.`,
          ],
          [rate === view.clockPercent, "It does so already."],
        ),
        does: acts({ kind: "skewClock", node: view.id, percent: rate }),
      };
    },
  },
  {
    form: "Create topic …, as payments 6 partitions",
    words: "new admin",
    pattern:
      /^(?:create|new) topic (?<topic>[\w.-]+)(?: (?:with )?(?<partitions>\d+)(?: partitions?)?)?(?:,? (?<copies>\d+) copies)?(?:,? min isr (?<minIsr>\d+))?(?:,? (?<raft>raft))?$/i,
    read: readTopic,
  },
  {
    form: "Produce …, as k1=paid to orders-0",
    words: "send write record",
    pattern:
      /^(?:produce|send|write) (?<key>[^=]*)=(?<value>.*?) to (?<topic>[\w.-]+)-(?<partition>\d+)(?: at (?<node>n\d))?(?: acks=?(?<acks>0|1|all))?$/i,
    read: readProduce,
  },
  {
    form: "Lose … % on a link, as 30 % on n1 to n2",
    words: "loss packets network",
    pattern: /^lose (?<percent>\d+) ?% (?:on|from) (?:link )?(?<from>n\d) (?:to )?(?<to>n\d)$/i,
    read: ({ percent, from = "", to = "" }, state) => {
      const lossPercent = Number(percent);
      return readLink(from, to, state, { lossPercent }, `Lose ${lossPercent} % on link`, [
        lossPercent > 100,
        "At most 100 of a hundred messages can be lost.",
      ]);
    },
  },
  {
    form: "Delay … ms on a link, as 300 ms on n1 to n2",
    words: "latency slow network",
    pattern:
      /^(?:delay|add) (?<ms>\d+) ?ms (?:on|from) (?:link )?(?<from>n\d) (?:to )?(?<to>n\d)$/i,
    read: ({ ms, from = "", to = "" }, state) => {
      const latencyMs = Number(ms);
      const change = { extraLatencyUs: latencyMs * 1_000 };
      return readLink(from, to, state, change, `Add ${latencyMs} ms on link`, [
        latencyMs > LATENCY_MAX_MS,
        `A link adds at most ${LATENCY_MAX_MS} ms.`,
      ]);
    },
  },
  {
    form: "Cut off …, as n1 n2",
    words: "partition network group",
    pattern: /^(?:cut off|partition) (?<names>n\d(?:[ ,]+(?:and )?n\d)*)$/i,
    read: ({ names = "" }, { world }) => {
      const wanted = [...new Set(names.toLowerCase().match(/n\d/g))].toSorted();
      const ids = wanted.flatMap((name) => world?.nodes[name]?.id ?? []);
      if (ids.length < wanted.length) return null;
      return {
        name: `Cut off ${wanted.join(", ")}`,
        refusal: firstReason([
          ids.length >= (world?.nodeNames.length ?? 0),
          "A cut needs brokers on both of its sides.",
        ]),
        does: acts({ kind: "cut", nodes: ids }),
      };
    },
  },
];

/** What the text says outright; null when it is none of the phrases. */
export function readPhrase(text: string, state: PageState): Command | null {
  const plain = text.trim().replaceAll(/\s+/g, " ");
  for (const { pattern, read } of PHRASES) {
    const parts = pattern.exec(plain)?.groups;
    const said = parts === undefined ? null : read(parts, state);
    if (said === null) continue;
    return { id: `said:${said.name}`, section: "phrase", refusal: null, ...said };
  }
  return null;
}

/** The phrases themselves, to be begun by choosing them. */
export const PHRASE_COMMANDS: readonly Command[] = PHRASES.map(({ form, words }) => ({
  id: `phrase:${form}`,
  name: form,
  words,
  section: "phrase",
  refusal: null,
  does: [{ kind: "palette", text: form.slice(0, form.indexOf("…")) }],
}));

const COPIES_USUAL = 3;

/** What is not said is as usual: one partition, three copies or as many as there are nodes. */
function readTopic(parts: Parts, { world }: PageState): Said {
  const { topic = "", partitions = "1", copies, minIsr, raft } = parts;
  const partitionCount = Number(partitions);
  const nodeCount = world?.nodeNames.length ?? COPIES_USUAL;
  const replicationFactor = Number(copies ?? Math.min(COPIES_USUAL, nodeCount));
  return {
    name: `Create topic ${topic} with ${partitionCount} ${partitionCount === 1 ? "partition" : "partitions"}`,
    does: does({
      kind: "createTopic",
      topic,
      partitionCount,
      replicationFactor,
      minInsyncReplicas: Number(minIsr ?? Math.max(1, replicationFactor - 1)),
      replicationMode: raft === undefined ? "isr" : "raft",
      uncleanLeaderElection: false,
    }),
  };
}

function readProduce(parts: Parts, { world }: PageState): Said {
  const { key = "", value = "", topic = "", partition, node, acks } = parts;
  const number = Number(partition);
  const name = `${topic}-${number}`;
  return {
    name: `Send ${key} = ${value} to ${name}${node === undefined ? "" : ` at ${node}`}`,
    refusal: firstReason([world?.partitions[name] === undefined, `There is no partition ${name}.`]),
    does: does({
      kind: "produce",
      node: node?.toLowerCase() ?? null,
      topic,
      partition: number,
      key,
      value,
      acks: acks === "0" || acks === "1" ? acks : "all",
    }),
  };
}

/** One direction of a link; what else it does to messages stays. */
function readLink(
  from: string,
  to: string,
  state: PageState,
  change: { readonly lossPercent: number } | { readonly extraLatencyUs: number },
  what: string,
  obstacle: readonly [boolean, string],
): Said | null {
  const [one, other] = [from.toLowerCase(), to.toLowerCase()];
  const a = state.world?.nodes[one]?.id;
  const b = state.world?.nodes[other]?.id;
  if (a === undefined || b === undefined || a === b) return null;
  const { isCut, lossPercent, extraLatencyUs } = { ...linkState(one, other, state), ...change };
  return {
    name: `${what} ${one} to ${other}`,
    refusal: firstReason(obstacle),
    does: acts({
      kind: "setLink",
      from: a,
      to: b,
      bothWays: false,
      isCut,
      lossPercent,
      extraLatencyUs,
    }),
  };
}
