import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { give, say, type Given, type Way } from "./hands.ts";
import { Screen } from "./screen.ts";

export type DiskFault =
  | "Lost cache"
  | "Torn sectors"
  | "Lost names"
  | "Lying fsync"
  | "Slow writes"
  | "No room";
export type Stage = "Send now" | "Persist" | "Send after" | "Apply" | "Advance";
export type StepUnit = "event" | "Ready" | "tick";

/**
 * A cluster as a person meets it on the page. Copy the three files `cluster.ts`, `screen.ts` and
 * `hands.ts` to write your own scenarios; README.md says what of them is stable.
 */
export class Cluster extends Screen {
  /** How commands are given from now on. */
  way: Way = "palette";

  /** Opens an address and waits until some node leads and there are partitions. */
  async open(address = "?seed=1042"): Promise<void> {
    await this.page.goto(address.startsWith("http") ? address : `/${address}`);
    await expect(this.leaderGlyph().first()).toBeVisible({ timeout: 60_000 });
    await expect(this.region("Partitions").getByRole("button", { name: /-0, / })).not.toHaveCount(
      0,
    );
  }

  // Nodes

  /** Cuts the power of a node: its memory is gone, and what its disk had not synced. */
  async kill(name: string): Promise<void> {
    await this.#toNode(name, `Cut power of ${name}`);
  }

  async restart(name: string): Promise<void> {
    await this.#toNode(name, `Restart ${name}`);
  }

  async timeOut(name: string): Promise<void> {
    await this.#toNode(name, `Time out ${name}`);
  }

  /** Stops the process of a node without its knowing, as its system would. */
  async pauseNode(name: string): Promise<void> {
    await this.#toNode(name, `Pause ${name}`);
  }

  async resumeNode(name: string): Promise<void> {
    await this.#toNode(name, `Resume ${name}`);
  }

  async skewClock(name: string, percent: 50 | 100 | 200): Promise<void> {
    await this.#toNode(name, `Run the clock of ${name} at ${percent} %`, `Clock of ${name}`);
  }

  /** Switches a fault of a disk on, or off again. */
  async toggleDiskFault(name: string, fault: DiskFault): Promise<void> {
    await this.#toNode(name, `${fault} on the disk of ${name}`, `Disk of ${name}`);
  }

  async tearNextWrite(name: string): Promise<void> {
    await this.#toNode(name, `Tear the next write of ${name}`, `Disk of ${name}`);
  }

  async failNextSync(name: string): Promise<void> {
    await this.#toNode(name, `Fail the next fsync of ${name}`, `Disk of ${name}`);
  }

  /** Lets the Ready loop of a node wait before a stage, or go on. */
  async toggleHold(name: string, stage: Stage): Promise<void> {
    await this.#toNode(name, `Hold ${name} before ${stage}`, `Ready loop of ${name}`);
  }

  async powerCut(): Promise<void> {
    await say(this.page, "Power cut for all nodes");
  }

  async powerOn(): Promise<void> {
    await say(this.page, "Power on for all nodes");
  }

  async addNode(): Promise<void> {
    await say(this.page, "Add a node");
  }

  /** Of a node that is down. */
  async removeNode(name: string): Promise<void> {
    await this.#toNode(name, `Remove ${name}`);
  }

  // The network

  /** Cuts one node off from all others. */
  async cutOff(name: string): Promise<void> {
    await this.#toNode(name, `Cut links of ${name}`);
  }

  async heal(name: string): Promise<void> {
    await this.#toNode(name, `Heal links of ${name}`);
  }

  /** One direction only; the other still works. */
  async cutLink(from: string, to: string): Promise<void> {
    await this.#toLink(from, to, `Cut link ${from} to ${to}`);
  }

  async cutLinks(from: string, to: string): Promise<void> {
    await this.#toLink(from, to, `Cut links ${between(from, to)}`);
  }

  async clearLinks(from: string, to: string): Promise<void> {
    await this.#toLink(from, to, `Clear links ${between(from, to)}`);
  }

  async loseMessages(from: string, to: string, percent: 10 | 50 | 100): Promise<void> {
    const both = between(from, to);
    await this.#toLink(from, to, `Lose ${percent} % ${both}`, `Loss ${both}`);
  }

  async addLatency(from: string, to: string, ms: 50 | 200 | 1000): Promise<void> {
    const both = between(from, to);
    await this.#toLink(from, to, `Add ${ms} ms ${both}`, `Latency ${both}`);
  }

  // Messages under way. The world should be paused: a message that moves is hard to hit.

  async holdMessage(label: string): Promise<void> {
    await this.#toMessage(label, `Hold ${label}`);
  }

  async releaseMessage(label: string): Promise<void> {
    await this.#toMessage(label, `Release ${label}`);
  }

  async dropMessage(label: string): Promise<void> {
    await this.#toMessage(label, `Drop ${label}`);
  }

  async delayMessage(label: string, by: "100 ms" | "1 s"): Promise<void> {
    await this.#toMessage(label, `Delay by ${by}: ${label}`);
  }

  async duplicateMessage(label: string): Promise<void> {
    await this.#toMessage(label, `Duplicate ${label}`);
  }

  // Clients and topics

  /** Sends one produce request; the first row of the requests is its. */
  async produce(request: {
    /** Default: wherever the leader is. */
    readonly to?: string;
    readonly partition: string;
    readonly key: string;
    readonly value: string;
  }): Promise<void> {
    const panel = this.region("Partitions");
    await panel.getByRole("combobox", { name: "Partition" }).selectOption(request.partition);
    if (request.to !== undefined) {
      await panel.getByRole("combobox", { name: "Node" }).selectOption({ label: request.to });
    }
    await panel.getByRole("textbox", { name: "Key" }).fill(request.key);
    await panel.getByRole("textbox", { name: "Value" }).fill(request.value);
    await panel.getByRole("button", { name: "Send", exact: true }).click();
  }

  /** Reads a partition from its beginning; the first row of the requests says what it holds. */
  async readBack(partition: string): Promise<void> {
    const panel = this.region("Partitions");
    await panel.getByRole("combobox", { name: "Partition" }).selectOption(partition);
    await panel.getByRole("button", { name: "Read back" }).click();
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

  async showDisk(name: string): Promise<void> {
    await this.node(name).click();
    await this.page
      .getByRole("group", { name: "Panel of the node" })
      .getByRole("button", { name: "Disk", exact: true })
      .click();
    await expect(this.diskRecords().first()).toBeVisible();
  }

  // Time

  async pause(): Promise<void> {
    await this.page.getByRole("button", { name: "Pause", exact: true }).click();
    await expect(this.page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  }

  async play(): Promise<void> {
    await this.page.getByRole("button", { name: "Play", exact: true }).click();
  }

  /** Ten simulated seconds a second: tests need not watch. */
  async runFast(): Promise<void> {
    await this.page.getByRole("slider", { name: "Speed" }).press("End");
  }

  /** Goes to a moment of the run, and stays there. */
  async at(seconds: number): Promise<void> {
    const moment = `${seconds.toFixed(3)} s`;
    await say(this.page, `Go to ${moment}`);
    await expect.poll(() => this.seconds()).toBeCloseTo(seconds, 3);
  }

  /** To where the run ends so far. */
  async toEnd(): Promise<void> {
    await say(this.page, "Go to the end");
    await expect.poll(async () => (await this.endSeconds()) - (await this.seconds())).toBe(0);
  }

  /** To the next or the previous event, Ready of the selected node, or tick of its clock. */
  async step(by: StepUnit = "event", direction: "next" | "previous" = "next"): Promise<void> {
    if (by !== "event") await say(this.page, `Step by ${by}`);
    const word = direction === "next" ? "Next" : "Previous";
    const before = await this.seconds();
    await this.page.getByRole("button", { name: `${word} ${by}`, exact: true }).click();
    // Two events of one millisecond are at the same time as far as the screen says.
    for (let look = 0; look < 20 && (await this.seconds()) === before; look++) {
      await this.page.waitForTimeout(20);
    }
  }

  /** Lets time run fast until something holds, then pauses. */
  async runUntil(holds: () => Promise<boolean>): Promise<void> {
    await this.runFast();
    const button = this.page.getByRole("button", { name: "Play", exact: true });
    if (await button.isVisible()) await button.click();
    await expect.poll(holds, { timeout: 30_000, intervals: [50] }).toBe(true);
    await this.pause();
  }

  /** At least so long: at ten times the speed nobody can stop at a moment. */
  async runFor(seconds: number): Promise<void> {
    const until = (await this.seconds()) + seconds;
    await this.runUntil(async () => (await this.seconds()) >= until);
  }

  /** Takes the handle of the time bar and drags it to the left until the moment is reached. */
  async dragBackTo(seconds: number): Promise<void> {
    const box = (await this.timeBar().boundingBox())!;
    let x = box.x + box.width / 2;
    const y = box.y + box.height / 2;
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    for (; x > 0 && (await this.seconds()) > seconds; x -= 12) await this.page.mouse.move(x, y);
    await this.page.mouse.up();
  }

  async undo(): Promise<void> {
    await say(this.page, "Undo the last action");
  }

  /** Takes another branch beside this one. */
  async compareWith(branch: string): Promise<void> {
    await say(this.page, `Compare with branch ${branch}`);
  }

  // The run as a whole

  /** The hash over everything that has happened so far; time must stand still. */
  async hash(): Promise<string> {
    await this.page.getByRole("button", { name: /^Seed/ }).click();
    const shown = this.page.getByLabel("Trace hash");
    await expect(shown).toHaveText(/[0-9a-f]{8,}/);
    const hash = await shown.innerText();
    await this.page.keyboard.press("Escape");
    return hash;
  }

  /** A link to this run at this moment, as the share sheet copies it. */
  async link(): Promise<string> {
    await this.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await this.page.getByRole("button", { name: "Share", exact: true }).click();
    const sheet = this.page.getByRole("dialog", { name: "Share" });
    await sheet.getByRole("button", { name: "Copy link" }).click();
    await expect(this.page.getByText("Link copied.").first()).toBeVisible();
    await this.page.keyboard.press("Escape");
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  async #toNode(name: string, command: string, submenu?: string): Promise<void> {
    await this.#give(this.node(name), { command, ...(submenu && { submenu }) });
  }

  async #toLink(from: string, to: string, command: string, submenu?: string): Promise<void> {
    await this.#give(this.linkBetween(from, to), { command, ...(submenu && { submenu }) });
  }

  async #toMessage(label: string, command: string): Promise<void> {
    await this.#give(this.message(new RegExp(`^${label}`)).first(), { command });
  }

  #give(object: Locator, given: Given): Promise<void> {
    return give(this.page, this.way, object, given);
  }
}

/** What goes for both directions names the lower node first. */
function between(one: string, other: string): string {
  return `between ${[one, other].toSorted().join(" and ")}`;
}

/** What the page reports in the console, which nobody should ever see. */
function watchConsole(page: Page): readonly string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  return problems;
}

export const test = base.extend<{ cluster: Cluster }>({
  cluster: async ({ page }, use) => {
    const problems = watchConsole(page);
    await use(new Cluster(page));
    expect(problems, "nothing is reported in the console").toEqual([]);
  },
});

export { expect };
