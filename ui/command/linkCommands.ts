import type { LinkView } from "@chronik/core/view";
import type { PageState } from "../page.ts";
import { acts, firstReason } from "./command.ts";
import type { Command, Deed, Submenu } from "./command.ts";

type LinkState = Pick<LinkView, "isCut" | "lossPercent" | "extraLatencyUs">;

const PLAIN: LinkState = { isCut: false, lossPercent: 0, extraLatencyUs: 0 };
const LOSSES = [10, 50, 100] as const;
const LATENCIES_MS = [50, 200, 1_000] as const;

/** What can be done to the link between two nodes; nothing when there is no such link. */
export function linkCommands(from: string, to: string, state: PageState): readonly Command[] {
  const a = state.world?.nodes[from]?.id;
  const b = state.world?.nodes[to]?.id;
  if (a === undefined || b === undefined || a === b) return [];
  const there = linkState(from, to, state);
  const back = linkState(to, from, state);
  const between = `between ${from} and ${to}`;
  const both = (change: Partial<LinkState>): readonly Deed[] => setBoth(a, b, there, back, change);
  const isBoth = (test: (link: LinkState) => boolean): boolean => test(there) && test(back);
  const loss: Submenu = { name: `Loss ${between}`, short: "Loss", picks: "one" };
  const latency: Submenu = { name: `Latency ${between}`, short: "Latency", picks: "one" };
  return [
    cutOneWay(from, to, a, b, there),
    cutOneWay(to, from, b, a, back),
    {
      id: `cutLinks:${from}:${to}`,
      name: `Cut links ${between}`,
      short: "Cut links",
      words: "both ways partition",
      section: "cut",
      refusal: firstReason([isBoth(({ isCut }) => isCut), "Both are cut already."]),
      does: both({ isCut: true }),
    },
    {
      id: `healLinks:${from}:${to}`,
      name: `Heal links ${between}`,
      short: "Heal links",
      section: "cut",
      refusal: firstReason([isBoth(({ isCut }) => !isCut), "Neither is cut by itself."]),
      does: both({ isCut: false }),
    },
    ...LOSSES.map((lossPercent): Command => {
      const isOn = isBoth((link) => link.lossPercent === lossPercent);
      return {
        id: `loss:${from}:${to}:${lossPercent}`,
        name: `Lose ${lossPercent} % ${between}`,
        short: `${lossPercent} %`,
        words: "loss drop packets link",
        section: "loss",
        submenu: loss,
        isOn,
        refusal: firstReason([isOn, "So it is already."]),
        does: both({ lossPercent }),
      };
    }),
    ...LATENCIES_MS.map((latencyMs): Command => {
      const extraLatencyUs = latencyMs * 1_000;
      const isOn = isBoth((link) => link.extraLatencyUs === extraLatencyUs);
      return {
        id: `latency:${from}:${to}:${latencyMs}`,
        name: `Add ${latencyMs} ms ${between}`,
        short: `${latencyMs} ms`,
        words: "latency delay slow link",
        section: "latency",
        submenu: latency,
        isOn,
        refusal: firstReason([isOn, "So it is already."]),
        does: both({ extraLatencyUs }),
      };
    }),
    {
      id: `clearLinks:${from}:${to}`,
      name: `Clear links ${between}`,
      short: "Clear links",
      words: "reset loss latency",
      section: "clear",
      refusal: firstReason([
        isBoth((link) => same(link, PLAIN)),
        "They do nothing to messages already.",
      ]),
      does: both(PLAIN),
    },
  ];
}

function cutOneWay(from: string, to: string, a: number, b: number, link: LinkState): Command {
  return {
    id: `cutLink:${from}:${to}`,
    name: `Cut link ${from} to ${to}`,
    words: "one way asymmetric partition",
    section: "cut",
    refusal: firstReason([link.isCut, "It is cut already."]),
    does: setLink(a, b, { ...link, isCut: true }, false),
  };
}

export function linkState(from: string, to: string, { world }: PageState): LinkState {
  return world?.links.find((link) => link.from === from && link.to === to) ?? PLAIN;
}

/** One action where both directions end up alike, otherwise one for each that changes. */
function setBoth(
  a: number,
  b: number,
  there: LinkState,
  back: LinkState,
  change: Partial<LinkState>,
): readonly Deed[] {
  const [newThere, newBack] = [
    { ...there, ...change },
    { ...back, ...change },
  ];
  if (same(newThere, newBack)) return setLink(a, b, newThere, true);
  return [
    ...(same(there, newThere) ? [] : setLink(a, b, newThere, false)),
    ...(same(back, newBack) ? [] : setLink(b, a, newBack, false)),
  ];
}

function setLink(from: number, to: number, link: LinkState, bothWays: boolean): readonly Deed[] {
  const { isCut, lossPercent, extraLatencyUs } = link;
  return acts({ kind: "setLink", from, to, bothWays, isCut, lossPercent, extraLatencyUs });
}

function same(one: LinkState, other: LinkState): boolean {
  return (
    one.isCut === other.isCut &&
    one.lossPercent === other.lossPercent &&
    one.extraLatencyUs === other.extraLatencyUs
  );
}

/** Cuts every one of these links both ways, whatever else they do to messages. */
export function cutLinks(
  pairs: readonly (readonly [string, string])[],
  state: PageState,
): readonly Deed[] {
  return pairs.flatMap(
    ([from, to]) =>
      linkCommands(from, to, state).find(({ id }) => id === `cutLinks:${from}:${to}`)?.does ?? [],
  );
}
