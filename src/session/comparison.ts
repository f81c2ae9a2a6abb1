import type { WorldView } from "@chronik/core/view";
import { reuse } from "@chronik/core/view";
import type { Branch } from "./branch.ts";
import { divergedAtUs } from "./branch.ts";
import { diff } from "./patch.ts";
import type { ComparisonFrame } from "./protocol.ts";

/** What is shown of another branch. */
type ComparedView = Pick<
  WorldView,
  | "nowUs"
  | "summary"
  | "sentence"
  | "nodeNames"
  | "nodes"
  | "log"
  | "logs"
  | "partitionNames"
  | "partitions"
  | "events"
>;

/** What the page has of another branch, so that only what has changed is sent. */
export class Comparison {
  readonly name: string;
  #sent: ComparedView | null = null;
  #forkedAtUs = -1;

  constructor(name: string) {
    this.name = name;
  }

  /** Null when the page has it all. */
  frame(shown: Branch, other: Branch, world: WorldView): ComparisonFrame | null {
    const view = reuse(this.#sent, part(world));
    const forkedAtUs = divergedAtUs(shown, other);
    if (view === this.#sent && forkedAtUs === this.#forkedAtUs) return null;
    const patch = diff(this.#sent, view);
    const isFirst = this.#sent === null;
    this.#sent = view;
    this.#forkedAtUs = forkedAtUs;
    return { name: this.name, forkedAtUs, isFirst, patch };
  }
}

function part(world: WorldView): ComparedView {
  const { nowUs, summary, sentence, nodeNames, nodes, log, logs } = world;
  const { partitionNames, partitions, events } = world;
  const first = { nowUs, summary, sentence, nodeNames, nodes, log, logs };
  return { ...first, partitionNames, partitions, events };
}
