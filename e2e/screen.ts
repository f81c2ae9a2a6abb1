import { expect, type Locator, type Page } from "@playwright/test";

/** The parts of the page, by the names that they have for a screen reader. */
export type Region =
  | "Admin"
  | "Actions"
  | "Clients"
  | "Cluster"
  | "Comparison"
  | "Disk"
  | "Log"
  | "Partitions"
  | "Ready"
  | "Request"
  | "Requests"
  | "Time"
  | "What happened";

/**
 * What is on the page, as a person reads it: found by role and accessible name only, so that it
 * holds on a phone, in the dark and for a screen reader alike.
 */
export class Screen {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  region(name: Region | (string & {})): Locator {
    return this.page.getByRole("region", { name, exact: true });
  }

  leaderGlyph(): Locator {
    return this.region("Cluster").getByRole("button", { name: /^n\d+, leader of term \d+/ });
  }

  node(name: string): Locator {
    return this.region("Cluster").getByRole("button", { name: new RegExp(`^${name}, `) });
  }

  nodes(): Locator {
    return this.region("Cluster").getByRole("button", { name: /^n\d+, / });
  }

  linkBetween(from: string, to: string): Locator {
    const name = new RegExp(`^Link (${from} to ${to}|${to} to ${from})(;|$)`);
    return this.region("Cluster").getByRole("button", { name });
  }

  /** Between two sides of a network that is cut. */
  cutLine(): Locator {
    return this.region("Cluster").getByRole("img", { name: /^The network is cut between / });
  }

  /** Messages under way, by what they are: "ack of entry 5 from n2 to n1". */
  message(name: string | RegExp): Locator {
    return this.region("Cluster").getByRole("img", { name });
  }

  /** One row of the log panel, said as a sentence. */
  logRow(name: string): Locator {
    return this.region("Log").getByRole("group", { name: new RegExp(`^${name}: `) });
  }

  /** One entry on one node. */
  entries(name: string): Locator {
    return this.logRow(name).getByRole("img", { name: /^entry \d+/ });
  }

  partition(name: string): Locator {
    return this.region("Partitions").getByRole("button", { name: new RegExp(`^${name}, `) });
  }

  /** The last request first. */
  requests(): Locator {
    return this.region("Requests").getByRole("listitem");
  }

  events(): Locator {
    return this.region("What happened").getByRole("listitem");
  }

  /** What stands on the disk of the selected node. */
  disk(): Locator {
    return this.region("Disk");
  }

  /** The end of its log, one option a record. */
  diskRecords(): Locator {
    return this.disk().getByRole("option");
  }

  timeBar(): Locator {
    return this.page.getByRole("slider", { name: "Time", exact: true });
  }

  /** "2 entries, commit 2": what two equal logs have in common. */
  async logFacts(name: string): Promise<string> {
    return /^n\d+: (\d+ entries, commit \d+)/.exec(await labelOf(this.logRow(name)))?.[1] ?? "";
  }

  /** Who leads, and in which term, as the cluster's picture says it. */
  async leader(): Promise<{ readonly name: string; readonly term: number }> {
    const label = await labelOf(this.leaderGlyph().first());
    const match = /^(n\d+), leader of term (\d+)/.exec(label);
    expect(match, `the label of a leader: ${label}`).not.toBeNull();
    return { name: match![1]!, term: Number(match![2]) };
  }

  /** The nodes that do not lead the metadata log, in their order. */
  async followers(): Promise<readonly string[]> {
    const { name: leader } = await this.leader();
    return (await this.nodeNames()).filter((name) => name !== leader);
  }

  /** What the picture says of a node; "" of one that is not there. */
  async nodeSentence(name: string): Promise<string> {
    const labels = await this.node(name).evaluateAll((nodes) =>
      nodes.map((node) => node.getAttribute("aria-label")),
    );
    return labels[0] ?? "";
  }

  async nodeNames(): Promise<readonly string[]> {
    const labels = await this.nodes().evaluateAll((nodes) =>
      nodes.map((node) => node.getAttribute("aria-label") ?? ""),
    );
    return labels.map((label) => label.split(",")[0]!).toSorted();
  }

  /** Who leads a partition, as the matrix says it. */
  async partitionLeader(name: string): Promise<string> {
    const label = await labelOf(this.partition(name));
    return /led by (n\d+)/.exec(label)?.[1] ?? "nobody";
  }

  /** The moment on the screen in seconds, exact to the millisecond. */
  async seconds(): Promise<number> {
    return Number(await this.timeBar().getAttribute("aria-valuenow")) / 1_000;
  }

  /** Up to where the run has been simulated, in seconds. */
  async endSeconds(): Promise<number> {
    return Number(await this.timeBar().getAttribute("aria-valuemax")) / 1_000;
  }
}

export async function labelOf(locator: Locator): Promise<string> {
  return (await locator.getAttribute("aria-label")) ?? "";
}
