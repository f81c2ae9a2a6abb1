import { flightLabel } from "../flightLabel.ts";
import { plainText } from "../richText.ts";
import type { LinkView, NodeView, ReplicaLogView, WorldView } from "../view.ts";

/** Holds a claim of the sentence against what the panels show; throws if one of them disagrees. */
type Check = (view: WorldView, ...words: string[]) => boolean;

const NAMES = "(?:n\\d+(?:, | and )?)+";

/** What holds of a sentence whether it tells an event or a state. */
const ALWAYS: readonly (readonly [RegExp, Check])[] = [
  [
    /(?<!that it |now |who )\b(n\d+) leads term (\d+)/g,
    (view, name, term) =>
      nodeOf(view, name).role === "leader" && nodeOf(view, name).term === Number(term),
  ],
  [
    /^(n\d+) asks whether it could win/g,
    (view, name) => nodeOf(view, name).role === "preCandidate",
  ],
  [
    /^(n\d+) stands for election in term (\d+)/g,
    (view, name, term) =>
      nodeOf(view, name).role === "candidate" && nodeOf(view, name).term === Number(term),
  ],
  [
    /^The clock of (n\d+) runs at (\d+) %/g,
    (view, name, percent) => nodeOf(view, name).clockPercent === Number(percent),
  ],
  [
    /^Of the messages from (n\d+) to (n\d+), (\d+) % are lost/g,
    (view, from, to, percent) => linkOf(view, from, to)?.lossPercent === Number(percent),
  ],
  [
    /^No message passes (?:from|between) (n\d+) (?:to|and) (n\d+)/g,
    (view, from, to) => linkOf(view, from, to)?.isCut === true,
  ],
  [
    /^Every link between brokers loses (\d+) %/g,
    (view, percent) => view.network.lossPercent === Number(percent),
  ],
];

/** What holds of a sentence that says what is so now. */
const OF_STATES: readonly (readonly [RegExp, Check])[] = [
  [
    /\b(n\d+) leads term (\d+)(?! without)/g,
    (view, name, term) =>
      view.summary.leader === name || nodeOf(view, name).term < view.summary.term || term === "",
  ],
  [/^There is no leader/g, (view) => view.summary.leader === null],
  [
    /^Nobody leads term (\d+)/g,
    ({ summary }, term) => summary.leader === null && summary.term === Number(term),
  ],
  [
    /(n\d+) still believes that it leads term (\d+)/g,
    (view, name, term) => {
      const node = nodeOf(view, name);
      return node.role === "leader" && node.term === Number(term) && view.summary.leader !== name;
    },
  ],
  [
    /The election timer of (n\d+) is the next to run out, at ([\d.]+) s/g,
    (view, name, seconds) =>
      (nodeOf(view, name).timer!.expiresAtUs / 1_000_000).toFixed(3) === seconds,
  ],
  [
    /(n\d+) has (\d+) of the (\d+) votes/g,
    (view, name, votes, needed) => {
      const node = nodeOf(view, name);
      const granted = Object.values(node.votes).filter((vote) => vote === "granted").length;
      return granted === Number(votes) && node.votesNeeded === Number(needed);
    },
  ],
  [new RegExp(`(${NAMES}) (?:is|are) (down|cut off|half cut off|paused)\\b`, "g"), isSo],
  [new RegExp(`(${NAMES}) (down|cut off|half cut off|paused)\\b`, "g"), isSo],
  [
    new RegExp(`^Only (${NAMES}) (?:is|are) (running|awake)`, "g"),
    (view, list) => {
      const awake = namesIn(list).every((name) => isAwake(nodeOf(view, name)));
      return awake && view.summary.commit <= view.summary.lastIndex;
    },
  ],
  [/^No node runs/g, (view) => nodes(view).every(({ process }) => process !== "running")],
  [
    /the cluster is quiet/g,
    (view) => view.quorum === null && view.cuts.length === 0 && nodes(view).every(isAwake),
  ],
  [
    new RegExp(`election timers of (${NAMES}) from`, "g"),
    (view, list) => namesIn(list).every((name) => nodeOf(view, name).timer !== null),
  ],
  [
    /^Entry (\d+) (?:is|must|waits)/g,
    ({ quorum, summary }, index) =>
      quorum?.index === Number(index) && summary.commit < Number(index),
  ],
  [
    /^Entry (\d+) is one fsync away/g,
    ({ quorum, readies }, index) =>
      quorum!.holders.filter(({ state }) => state === "disk").length === quorum!.needed - 1 &&
      quorum!.holders.some(({ node }) => {
        const { gate, stages } = readies[node]!;
        return (
          gate?.state === "writing" && stages[1]!.items.some((item) => item.index === Number(index))
        );
      }),
  ],
  [
    /^Entry (\d+) is on enough disks/g,
    ({ quorum }) =>
      quorum!.holders.filter(({ state }) => state === "disk").length >= quorum!.needed,
  ],
  [
    new RegExp(`(${NAMES}) (?:has|have) it on disk`, "g"),
    (view, list) => namesIn(list).every((name) => hasOnDisk(view, name, view.quorum!.index)),
  ],
  [
    /The ack of (n\d+) is on its way/g,
    ({ flights, quorum }, name) =>
      flights.some(
        ({ from, caption, heldAtUs, lostAtUs }) =>
          from === name &&
          caption === `ack ${quorum!.index}` &&
          heldAtUs === null &&
          lostAtUs === null,
      ),
  ],
  [
    new RegExp(`^(n\\d+) waits for (${NAMES}) before it answers`, "g"),
    (view, name, list) => {
      const asked = view.requests.findLast(
        ({ state, kind }) => state === "waiting" && kind === "produce",
      );
      const logs = view.partitions[asked!.target]!.replicaLogs;
      const end = logOf(logs, name).logEndOffset;
      return (
        asked!.to === name && namesIn(list).every((one) => logOf(logs, one).durableOffset < end)
      );
    },
  ],
  [
    /is proposed in entry (\d+)/g,
    (view, index) =>
      Object.values(view.partitions).some(
        ({ proposedInEntry }) => proposedInEntry === Number(index),
      ),
  ],
  [
    /^Ready (\d+) of (n\d+) waits before/g,
    ({ readies }, number, name) => {
      const ready = readies[name]!;
      return (
        ready.number === Number(number) &&
        ready.stages.some(({ isHeld, state }) => isHeld && state === "here")
      );
    },
  ],
  [
    /^You hold the (.+)\.$/g,
    ({ flights }, label) =>
      flights.some((flight) => flightLabel(flight) === label && flight.heldAtUs !== null),
  ],
  [
    /^(\d+) messages stand still/g,
    ({ flights }, number) =>
      flights.filter(({ heldAtUs, lostAtUs }) => heldAtUs !== null && lostAtUs === null).length ===
      Number(number),
  ],
  [
    /^(?:Entry|Entries) ([\d, and]+) of (n\d+) (?:is|are) stranded/g,
    ({ logs }, indexes, name) => logs[name]!.stranded.join() === indexes.split(/, | and /).join(),
  ],
  [
    /(\d+) partitions? ha(?:s|ve) a copy too few/g,
    (view, number) => shortOf(view).length === Number(number),
  ],
  [
    /All copies of (\d+) partitions? are in sync/g,
    (view, number) => shortOf(view).length === 0 && view.partitionNames.length === Number(number),
  ],
];

/** Every claim in the two sentences that a panel contradicts; none if all is well. */
export function contradictions(view: WorldView): string[] {
  const { what, why, eventId } = view.sentence;
  const checks = eventId === 0 ? [...ALWAYS, ...OF_STATES] : ALWAYS;
  // The reason of an event speaks of the moment at which it happened.
  const texts = eventId === 0 ? [plainText(what), plainText(why)] : [plainText(what)];
  return texts.flatMap((text) =>
    checks.flatMap(([pattern, check]) =>
      [...text.matchAll(pattern)]
        .filter(([, ...words]) => !check(view, ...words))
        .map(([claim]) => `"${claim}" of "${text}" at ${view.nowUs}`),
    ),
  );
}

function isSo(view: WorldView, list?: string, state?: string): boolean {
  return namesIn(list).every((name) => {
    const node = nodeOf(view, name);
    if (state === "down") return node.process !== "running";
    if (state === "paused") return node.isPaused;
    return nodes(view).some((other) => other !== node && isApart(view, name, other.name));
  });
}

/** Something between them lets nothing pass, at least one way. */
const isApart = ({ cuts, links }: WorldView, a: string, b: string): boolean =>
  cuts.some(({ nodes: group }) => group.includes(a) !== group.includes(b)) ||
  links.some(({ isCut, from, to }) => isCut && [from, to].includes(a) && [from, to].includes(b));

const namesIn = (list = ""): string[] => list.match(/n\d+/g) ?? [];
const nodes = (view: WorldView): NodeView[] => view.nodeNames.map((name) => nodeOf(view, name));
const nodeOf = (view: WorldView, name = ""): NodeView => view.nodes[name]!;
const isAwake = ({ process, isPaused }: NodeView): boolean => process === "running" && !isPaused;
const linkOf = (view: WorldView, from?: string, to?: string): LinkView | undefined =>
  view.links.find((link) => link.from === from && link.to === to);
const logOf = (logs: readonly ReplicaLogView[], name?: string): ReplicaLogView =>
  logs.find(({ node }) => node === name)!;
const hasOnDisk = ({ logs }: WorldView, name: string, index: number): boolean =>
  logs[name]!.cells.some((cell) => cell.index === index && cell.state !== "memory");
const shortOf = ({ partitions }: WorldView) =>
  Object.values(partitions).filter(({ underReplicated }) => underReplicated);
