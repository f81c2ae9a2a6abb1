import type { NodeView } from "@chronik/core/view";
import { momentText } from "../timeText.ts";

/** The node as a sentence without its full stop: "n2, leader of term 3, commit 14". */
export function nodeSentence(node: NodeView): string {
  if (node.process === "crashed") {
    return `${node.name}, without power since ${momentText(node.processSinceUs)}`;
  }
  if (node.process === "stopped") return `${node.name}, stopped, ${stopReason(node)}`;
  const place = node.role === "leader" ? "of" : "in";
  const cut = node.isolated ? ", cut off" : "";
  const full = node.isDiskFull ? ", its disk is full" : "";
  const paused = node.isPaused ? ", paused" : "";
  const clock = node.clockPercent === 100 ? "" : `, its clock at ${node.clockPercent} %`;
  const what = `${node.name}, ${roleWord(node)} ${place} term ${node.term}, commit ${node.commit}`;
  return `${what}${cut}${full}${paused}${clock}`;
}

/** Why a node stopped itself, as part of a sentence. */
export function stopReason(node: NodeView): string {
  return node.isDamaged ? "its log is damaged" : "its disk failed";
}

/** One word for what a node is now. */
export function stateWord(node: NodeView): string {
  if (node.process === "crashed") return "down";
  if (node.process === "stopped") return node.isDamaged ? "damaged" : "stopped";
  return node.isPaused ? "paused" : roleWord(node);
}

function roleWord(node: NodeView): string {
  if (node.membership !== "voter") return MEMBERSHIPS[node.membership];
  return node.role === "preCandidate" ? "pre-candidate" : node.role;
}

const MEMBERSHIPS = { learner: "learner", outside: "newcomer" };
