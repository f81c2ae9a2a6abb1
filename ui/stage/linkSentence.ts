import type { LinkView } from "@chronik/core/view";

/** "Link n1 to n2; cut from n2 to n1": a link as a sentence without its full stop. */
export function linkSentence(from: string, to: string, faults: readonly LinkView[]): string {
  const there = faultOf(from, to, faults);
  const back = faultOf(to, from, faults);
  const link = `Link ${from} to ${to}`;
  if (there === back) return there === "" ? link : `${link}; ${there}`;
  return [
    link,
    ...(there === "" ? [] : [`${there} from ${from} to ${to}`]),
    ...(back === "" ? [] : [`${back} from ${to} to ${from}`]),
  ].join("; ");
}

/** "20 % lost, 50 ms later": what a direction of a link does to messages; "" for nothing. */
export function linkFaultText({ isCut, lossPercent, extraLatencyUs }: LinkView): string {
  if (isCut) return "cut";
  return [
    ...(lossPercent > 0 ? [`${lossPercent} % lost`] : []),
    ...(extraLatencyUs > 0 ? [`${extraLatencyUs / 1000} ms later`] : []),
  ].join(", ");
}

function faultOf(from: string, to: string, faults: readonly LinkView[]): string {
  const fault = faults.find((link) => link.from === from && link.to === to);
  return fault === undefined ? "" : linkFaultText(fault);
}
