import type { WorldEvent } from "@chronik/core/sim";

/** What a node was from one moment to another. */
export interface Life {
  readonly node: string;
  readonly fromUs: number;
  readonly toUs: number;
  /** "leader of term 3", "without power". */
  readonly what: string;
}

/** Between two changes a node is a role in a term, or down. */
export class Lives {
  readonly #past: Life[] = [];
  readonly #now = new Map<number, { role: string; term: number; down: string; sinceUs: number }>();

  observe({ atUs, node, event }: WorldEvent): void {
    if (node === 0) return;
    switch (event.kind) {
      case "processStarted":
        return this.#change(node, atUs, { role: ROLES.follower, down: "" });
      case "recovered":
        return this.#change(node, atUs, { term: event.term });
      case "termRaised":
        return this.#change(node, atUs, { term: event.to });
      case "roleChanged":
        return this.#change(node, atUs, { role: ROLES[event.to], term: event.term });
      case "powerLost":
        return this.#change(node, atUs, { down: "without power" });
      case "stopped":
        return this.#change(node, atUs, { down: "stopped" });
      default:
    }
  }

  /** In order of node, then of time. */
  upTo(toUs: number): readonly Life[] {
    for (const node of this.#now.keys()) this.#end(node, toUs);
    return this.#past.sort((a, b) => compare(a.node, b.node) || a.fromUs - b.fromUs);
  }

  #change(
    node: number,
    atUs: number,
    change: { readonly role?: string; readonly term?: number; readonly down?: string },
  ): void {
    const known = this.#now.get(node) ?? { role: ROLES.follower, term: 0, down: "" };
    this.#end(node, atUs);
    this.#now.set(node, { ...known, ...change, sinceUs: atUs });
  }

  #end(node: number, atUs: number): void {
    const life = this.#now.get(node);
    if (life === undefined || life.sinceUs === atUs) return;
    const { role, term, down, sinceUs } = life;
    const what = down === "" ? `${role} of term ${term}` : down;
    this.#past.push({ node: `n${node}`, fromUs: sinceUs, toUs: atUs, what });
  }
}

const ROLES = {
  follower: "follower",
  preCandidate: "pre-candidate",
  candidate: "candidate",
  leader: "leader",
} as const;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
