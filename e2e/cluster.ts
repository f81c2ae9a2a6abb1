import { test as base, expect, type Locator, type Page } from "@playwright/test";

export type NodeAction = "Cut power" | "Restart" | "Time out" | "Cut links" | "Heal links";

/**
 * A cluster as a person meets it on the page: by role and label only. Copy this file to write your
 * own scenarios; it knows no selector that a screen reader does not.
 */
export class Cluster {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens a run and waits until some node leads and the topic is there. */
  async open(address = "?seed=1042"): Promise<void> {
    await this.page.goto(`/${address}`);
    await expect(this.leaderGlyph()).toBeVisible();
    await expect(this.partition("orders-0")).toBeVisible();
  }

  leaderGlyph(): Locator {
    return this.#picture().getByRole("button", { name: /^n\d+, leader of term \d+/ });
  }

  node(name: string): Locator {
    return this.#picture().getByRole("button", { name: new RegExp(`^${name}, `) });
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

  async showDisk(name: string): Promise<void> {
    await this.node(name).click();
    await this.page.getByRole("button", { name: "Disk", exact: true }).click();
    await expect(this.diskRecords().first()).toBeVisible();
  }

  /** "2 entries, commit 2": what two equal logs have in common. */
  async logFacts(name: string): Promise<string> {
    return /^n\d+: (\d+ entries, commit \d+)/.exec(await labelOf(this.logRow(name)))?.[1] ?? "";
  }

  timeBar(): Locator {
    return this.page.getByRole("slider", { name: "Time" });
  }

  /** Who leads, and in which term, as the cluster's picture says it. */
  async leader(): Promise<{ readonly name: string; readonly term: number }> {
    const label = await labelOf(this.leaderGlyph());
    const match = /^(n\d+), leader of term (\d+)/.exec(label);
    expect(match, `the label of a leader: ${label}`).not.toBeNull();
    return { name: match![1]!, term: Number(match![2]) };
  }

  /** Who leads a partition, as the matrix says it. */
  async partitionLeader(name: string): Promise<string> {
    const label = await labelOf(this.partition(name));
    return /led by (n\d+)/.exec(label)?.[1] ?? "nobody";
  }

  async act(action: NodeAction, name: string): Promise<void> {
    await this.node(name).click();
    await this.region(`Actions on ${name}`)
      .getByRole("button", { name: `${action} of ${name}` })
      .or(this.page.getByRole("button", { name: `${action} ${name}`, exact: true }))
      .first()
      .click();
  }

  async power(action: "Power cut" | "Power on"): Promise<void> {
    await this.page.getByRole("button", { name: `${action} for all nodes` }).click();
  }

  /** Sends one produce request; the first row of the requests is its. */
  async produce(request: {
    readonly to: string;
    readonly partition: string;
    readonly key: string;
    readonly value: string;
  }): Promise<void> {
    const panel = this.region("Partitions");
    await panel.getByRole("combobox", { name: "Partition" }).selectOption(request.partition);
    await panel.getByRole("combobox", { name: "Node" }).selectOption({ label: request.to });
    await panel.getByRole("textbox", { name: "Key" }).fill(request.key);
    await panel.getByRole("textbox", { name: "Value" }).fill(request.value);
    await panel.getByRole("button", { name: "Send", exact: true }).click();
  }

  async readBack(partition: string): Promise<void> {
    const panel = this.region("Partitions");
    await panel.getByRole("combobox", { name: "Partition" }).selectOption(partition);
    await panel.getByRole("button", { name: "Read back" }).click();
  }

  /** The moment on the screen, in the unit of the time bar. */
  async shownTime(): Promise<number> {
    return Number(await this.timeBar().getAttribute("aria-valuenow"));
  }

  /** Takes the handle of the time bar and drags it to the left until the moment is reached. */
  async dragBackTo(moment: number): Promise<void> {
    const box = (await this.timeBar().boundingBox())!;
    let x = box.x + box.width / 2;
    const y = box.y + box.height / 2;
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    for (; x > 0 && (await this.shownTime()) > moment; x -= 12) await this.page.mouse.move(x, y);
    await this.page.mouse.up();
  }

  async pause(): Promise<void> {
    await this.page.getByRole("button", { name: "Pause" }).click();
  }

  async play(): Promise<void> {
    await this.page.getByRole("button", { name: "Play" }).click();
  }

  /** Ten simulated seconds a second: tests need not watch. */
  async runFast(): Promise<void> {
    await this.page.getByRole("slider", { name: "Speed" }).press("End");
  }

  async showPanel(name: "Partitions" | "Clients" | "Admin"): Promise<void> {
    await this.page
      .getByRole("group", { name: "Panel of the cluster" })
      .getByRole("button", { name, exact: true })
      .click();
  }

  async createTopic(topic: {
    readonly topic: string;
    readonly partitions: number;
    readonly copies: number;
    readonly minIsr: number;
  }): Promise<void> {
    await this.showPanel("Admin");
    const form = this.page.getByRole("form", { name: "New topic" });
    await form.getByRole("textbox", { name: "topic" }).fill(topic.topic);
    await form.getByRole("spinbutton", { name: "partitions" }).fill(`${topic.partitions}`);
    await form.getByRole("spinbutton", { name: "copies" }).fill(`${topic.copies}`);
    await form.getByRole("spinbutton", { name: "min ISR" }).fill(`${topic.minIsr}`);
    await form.getByRole("button", { name: "Create topic" }).click();
    await expect(form.getByRole("status")).toContainText(`Create topic ${topic.topic}`);
    await expect(form.getByRole("status")).toContainText("created");
  }

  /** Types a line on the console. */
  async command(line: string): Promise<void> {
    const form = this.page.getByRole("form", { name: "Console" });
    await form.getByRole("combobox", { name: "command" }).fill(line);
    await form.getByRole("button", { name: "Run" }).click();
  }

  #picture(): Locator {
    return this.region("Cluster");
  }

  region(name: string): Locator {
    return this.page.getByRole("region", { name, exact: true });
  }
}

async function labelOf(locator: Locator): Promise<string> {
  return (await locator.getAttribute("aria-label")) ?? "";
}

export const test = base.extend<{ cluster: Cluster }>({
  cluster: async ({ page }, use) => {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await use(new Cluster(page));
    expect(problems, "nothing is reported in the console").toEqual([]);
  },
});

export { expect };
