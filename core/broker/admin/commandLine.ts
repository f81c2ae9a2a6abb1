import { nodeId } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import { isTopicName } from "../../metadata/index.ts";
import type { AdminCommand } from "../../wire/index.ts";

export type CommandParsed =
  | { readonly ok: true; readonly command: AdminCommand }
  /** `column` counts characters from 0: where in the line the sentence points. */
  | { readonly ok: false; readonly column: number; readonly message: string };

/** A command as people type it: "remove-node 3", "reassign orders-1 2,3,1". */
interface CommandForm {
  readonly name: string;
  /** As shown in `COMMAND_HELP`; a parameter in brackets may be left out. */
  readonly parameters: string;
  readonly meaning: string;
  readonly read: (words: Words) => AdminCommand;
}

const FORMS: readonly CommandForm[] = [
  {
    name: "status",
    parameters: "",
    meaning: "the cluster in numbers",
    read: () => ({ kind: "clusterStatus" }),
  },
  {
    name: "health",
    parameters: "",
    meaning: "everything that is not as it should be",
    read: () => ({ kind: "health" }),
  },
  {
    name: "list-nodes",
    parameters: "",
    meaning: "all nodes, what they lead and keep",
    read: () => ({ kind: "listNodes" }),
  },
  {
    name: "list-partitions",
    parameters: "[TOPIC]",
    meaning: "leaders, replicas and ISRs",
    read: (words) => ({ kind: "listPartitions", topic: words.topicIfAny() }),
  },
  {
    name: "describe",
    parameters: "TOPIC",
    meaning: "a topic's configuration and partitions",
    read: (words) => ({ kind: "listPartitions", topic: words.topic() }),
  },
  {
    name: "partition-info",
    parameters: "TOPIC-PARTITION",
    meaning: "one partition, replica by replica",
    read: (words) => ({ kind: "partitionInfo", ...words.partition() }),
  },
  {
    name: "isr-status",
    parameters: "[TOPIC]",
    meaning: "partitions that lack replicas or a leader",
    read: (words) => ({ kind: "isrStatus", topic: words.topicIfAny() }),
  },
  {
    name: "add-node",
    parameters: "NODE HOST:PORT",
    meaning: "let in a new node that asks to join",
    read: (words) => ({ kind: "addNode", node: words.node(), address: words.address() }),
  },
  {
    name: "remove-node",
    parameters: "NODE",
    meaning: "do without a node that is down",
    read: (words) => ({ kind: "removeNode", node: words.node() }),
  },
  {
    name: "rebalance",
    parameters: "",
    meaning: "spread replicas and leadership evenly",
    read: () => ({ kind: "rebalance" }),
  },
  {
    name: "reassign",
    parameters: "TOPIC-PARTITION NODE,NODE,...",
    meaning: "move a partition to these nodes",
    read: (words) => ({ kind: "reassign", ...words.partition(), replicas: words.nodes() }),
  },
  {
    name: "elect-preferred-leaders",
    parameters: "[TOPIC]",
    meaning: "give leadership back to first replicas",
    read: (words) => ({ kind: "electPreferredLeaders", topic: words.topicIfAny() }),
  },
  {
    name: "create-partitions",
    parameters: "TOPIC COUNT",
    meaning: "let a topic have so many partitions",
    read: (words) => ({
      kind: "createPartitions",
      topic: words.topic(),
      partitionCount: words.count("a partition count"),
    }),
  },
  {
    name: "alter-topic",
    parameters: "TOPIC MIN-ISR clean|unclean",
    meaning: "change min.insync.replicas, and whether unclean elections may be",
    read: (words) => ({
      kind: "alterTopic",
      topic: words.topic(),
      minInsyncReplicas: words.count("a number of in-sync replicas"),
      uncleanLeaderElection: words.either("clean", "unclean") === "unclean",
    }),
  },
  {
    name: "delete-topic",
    parameters: "TOPIC",
    meaning: "delete a topic and its records",
    read: (words) => ({ kind: "deleteTopic", topic: words.topic() }),
  },
];

/** How each command is typed, and what it does. */
export const COMMAND_HELP: readonly { readonly form: string; readonly meaning: string }[] =
  FORMS.map(({ name, parameters, meaning }) => ({ form: `${name} ${parameters}`.trim(), meaning }));

/** Reads one line, or the words of a shell joined by spaces. A first word "cluster" may stand. */
export function parseAdminCommand(line: string): CommandParsed {
  const words = new Words(line);
  try {
    const command = words.form().read(words);
    words.end();
    return { ok: true, command };
  } catch (error) {
    if (!(error instanceof Misread)) throw error;
    return { ok: false, column: error.column, message: error.message };
  }
}

/** Ends the reading of a line at its first fault; never leaves this module. */
class Misread extends Error {
  readonly column: number;

  constructor(column: number, message: string) {
    super(message);
    this.column = column;
  }
}

/** The words of a line, taken one after the other as what they must be. */
class Words {
  readonly #line: string;
  #words: readonly { readonly text: string; readonly column: number }[];
  #usage = "";

  constructor(line: string) {
    this.#line = line;
    const words = [...line.matchAll(/\S+/g)];
    this.#words = words.map(({ 0: text, index }) => ({ text, column: index }));
  }

  form(): CommandForm {
    if (this.#words[0]?.text === "cluster") this.#words = this.#words.slice(1);
    const { text, column } = this.#next("a command");
    const form = FORMS.find(({ name }) => name === text);
    if (form === undefined) {
      const names = FORMS.map(({ name }) => name).join(", ");
      throw new Misread(column, `"${text}" is no command. There are: ${names}.`);
    }
    this.#usage = `: ${form.name} ${form.parameters}`.trimEnd();
    return form;
  }

  end(): void {
    const rest = this.#words[0];
    if (rest !== undefined) throw this.#misread(rest, "is too much");
  }

  node(): NodeId {
    return this.#read("a node", readNode);
  }

  nodes(): NodeId[] {
    return this.#read("a list of nodes like 2,3,1", (text) => {
      const nodes = text.split(",").map(readNode);
      return nodes.some((node) => node === null) ? null : nodes.flatMap((node) => node ?? []);
    });
  }

  topic(): string {
    return this.#read("a topic name", (text) => (isTopicName(text) ? text : null));
  }

  topicIfAny(): string | null {
    return this.#words.length === 0 ? null : this.topic();
  }

  /** "orders-1"; a topic's name may have hyphens too. */
  partition(): { readonly topic: string; readonly partition: number } {
    return this.#read("a partition like orders-1", (text) => {
      const [, topic, digits] = /^(.+)-(\d{1,9})$/.exec(text) ?? [];
      if (topic === undefined || !isTopicName(topic)) return null;
      return { topic, partition: Number(digits) };
    });
  }

  address(): string {
    return this.#read("an address like n4:9092", (text) => {
      const [, port] = /^[^:\s]+:(\d{1,5})$/.exec(text) ?? [];
      return port === undefined || Number(port) > 65_535 ? null : text;
    });
  }

  count(what: string): number {
    return this.#read(what, (text) => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : null));
  }

  either(one: string, other: string): string {
    return this.#read(`"${one}" or "${other}"`, (text) =>
      text === one || text === other ? text : null,
    );
  }

  #read<T>(what: string, read: (text: string) => T | null): T {
    const word = this.#next(what);
    const value = read(word.text);
    if (value === null) throw this.#misread(word, `is not ${what}`);
    return value;
  }

  #next(what: string): { readonly text: string; readonly column: number } {
    const [word, ...rest] = this.#words;
    if (word === undefined) {
      throw new Misread(this.#line.length, `Here ${what} is missing${this.#usage}`);
    }
    this.#words = rest;
    return word;
  }

  #misread(word: { readonly text: string; readonly column: number }, why: string): Misread {
    return new Misread(word.column, `"${word.text}" ${why}${this.#usage}`);
  }
}

/** "3" or "n3". */
function readNode(text: string): NodeId | null {
  const [, digits] = /^n?([1-9]\d{0,8})$/.exec(text) ?? [];
  return digits === undefined ? null : nodeId(Number(digits));
}
