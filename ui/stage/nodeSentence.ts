import type { NodeView, RoleView } from "@chronik/core/view";
import { momentText } from "../timeText.ts";

/** The node as a sentence without its full stop: "n2, leader of term 3, commit 14". */
export function nodeSentence(node: NodeView): string {
  if (node.process === "crashed") {
    return `${node.name}, without power since ${momentText(node.processSinceUs)}`;
  }
  if (node.process === "stopped") return `${node.name}, stopped, its disk failed`;
  const place = node.role === "leader" ? "of" : "in";
  const cut = node.isolated ? ", cut off" : "";
  return `${node.name}, ${roleWord(node.role)} ${place} term ${node.term}, commit ${node.commit}${cut}`;
}

/** One word for what a node is now. */
export function stateWord(node: NodeView): string {
  if (node.process === "crashed") return "down";
  if (node.process === "stopped") return "stopped";
  return roleWord(node.role);
}

function roleWord(role: RoleView): string {
  return role === "preCandidate" ? "pre-candidate" : role;
}
