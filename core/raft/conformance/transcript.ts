import type { RaftEvent } from "../trace.ts";
import { describeTrace, traceLevel } from "../traceText.ts";
import type { RaftLogLevel } from "../traceText.ts";

const LEVELS = ["DEBUG", "INFO", "WARN", "ERROR", "FATAL", "NONE"] as const;
const NONE = LEVELS.indexOf("NONE");
const LEVEL_OF: Readonly<Record<RaftLogLevel, number>> = {
  debug: 0,
  info: 1,
  warning: 2,
  error: 3,
};

/** What the commands print, and how much of it is wanted. */
export class Transcript {
  #level = 0;
  #text = "";

  get text(): string {
    return this.#text;
  }

  clear(): void {
    this.#text = "";
  }

  /** At the level NONE nothing is printed at all, the commands' own words included. */
  print(text: string): void {
    if (this.#level < NONE) this.#text += text;
  }

  log(event: RaftEvent): void {
    const at = LEVEL_OF[traceLevel(event)];
    if (this.#level <= at) this.print(`${LEVELS[at]} ${describeTrace(event)}\n`);
  }

  /** What `body` prints stands two columns further in, also when it breaks off. */
  indented(body: () => void): void {
    const outer = this.#text;
    this.#text = "";
    try {
      body();
    } finally {
      const lines = this.#text.replace(/\n$/, "").split("\n");
      const inner = this.#text === "" ? "" : lines.map((line) => `  ${line}\n`).join("");
      this.#text = outer + inner;
    }
  }

  /** Sets the level by its name. Returns etcd's error text if there is no such level. */
  setLevel(name: string): string {
    const level = LEVELS.findIndex((each) => each === name.toUpperCase());
    if (level < 0) return `log levels must be either of [${LEVELS.join(" ")}]`;
    this.#level = level;
    return "";
  }

  /** The level is after `body` what it was before. */
  keepingLevel(body: () => void): void {
    const before = this.#level;
    try {
      body();
    } finally {
      this.#level = before;
    }
  }
}
