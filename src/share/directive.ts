import type { ActionBody } from "@chronik/core/sim";
import type { AdminCommand } from "@chronik/core/view";

/**
 * An action as a story writes it (`core/sim/story/storyAction.ts`); null where no directive can say
 * it, as a record with a line break.
 */
export function directiveOf(action: ActionBody): string | null {
  switch (action.kind) {
    case "powerCut":
    case "powerOn":
    case "addNode":
      return action.kind;
    case "kill":
    case "restart":
    case "timeOut":
    case "pause":
    case "resume":
    case "failSync":
    case "tear":
    case "snapshot":
    case "repair":
    case "removeNode":
      return `${action.kind} n${action.node}`;
    case "skewClock":
    case "flipBit": {
      const { kind, node, ...fields } = action;
      return line(`${kind} n${node}`, fields);
    }
    case "holdStage":
      return `holdStage n${action.node} ${action.stage} ${onOff(action.on)}`;
    case "diskFault":
      return `diskFault n${action.node} ${action.fault} ${onOff(action.on)}`;
    case "cut":
    case "heal":
      return [action.kind, ...(action.nodes ?? []).map((node) => `n${node}`)].join(" ");
    case "setLink": {
      const { kind, from, to, ...fields } = action;
      return line(`${kind} n${from} n${to}`, fields);
    }
    case "setNetwork": {
      const { kind, ...fields } = action;
      return line(kind, fields);
    }
    case "dropMessage":
    case "holdMessage":
    case "releaseMessage":
    case "duplicateMessage":
      return `${action.kind} ${action.message}`;
    case "delayMessage":
      return `delayMessage ${action.message} byUs=${action.byUs}`;
    default:
      return clientDirective(action);
  }
}

type ClientActionBody = Extract<
  ActionBody,
  {
    kind:
      | "produce"
      | "consume"
      | "createTopic"
      | "deleteTopic"
      | "admin"
      | "startProducer"
      | "startConsumer"
      | "stopClient";
  }
>;

function clientDirective(action: ClientActionBody): string | null {
  switch (action.kind) {
    case "produce": {
      const { kind, topic, partition, node, key, value, acks } = action;
      const fields = { key, value, acks: ACKS[acks], ...at(node) };
      return line(`${kind} ${topic} ${partition}`, fields);
    }
    case "consume":
      return line(`consume ${action.topic} ${action.partition}`, at(action.node));
    case "createTopic": {
      const { kind, topic, ...fields } = action;
      return line(`${kind} ${topic}`, fields);
    }
    case "deleteTopic":
      return `deleteTopic ${action.topic}`;
    case "admin":
      return `admin ${commandLine(action.command)}`;
    case "startProducer": {
      const { kind, client, topic, acks, ...fields } = action;
      return line(`${kind} c${client} ${topic}`, { acks: ACKS[acks], ...fields });
    }
    case "startConsumer": {
      const { kind, client, topic, group } = action;
      return line(`${kind} c${client} ${topic}`, group === null ? {} : { group });
    }
    case "stopClient":
      return `stopClient c${action.client}${action.crash ? " crash" : ""}`;
  }
}

const ACKS = { "0": "0", "1": "1", "-1": "all" } as const;

const onOff = (on: boolean): string => (on ? "on" : "off");

const at = (node: number | null): { readonly node?: string } =>
  node === null ? {} : { node: `n${node}` };

function line(words: string, fields: Readonly<Record<string, string | number | boolean>>) {
  const written = Object.entries(fields).map(([key, value]) => {
    const text = valueText(String(value));
    return text === null ? null : `${key}=${text}`;
  });
  return written.includes(null) ? null : [words, ...written].join(" ");
}

/** A value as it stands behind its =, in parentheses where it would not end in the right place. */
function valueText(text: string): string | null {
  if (/[\r\n]/.test(text)) return null;
  const isBare = !/^\(|[\s\\]/.test(text);
  if (isBare) return text;
  return isWholeInParentheses(text) ? `(${text})` : null;
}

/** A comma would part it there, and a parenthesis without its other one would end it. */
function isWholeInParentheses(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth++;
    if (character === ")" && --depth < 0) return false;
    if (character === "," && depth === 0) return false;
  }
  return depth === 0;
}

/** As an administrator types it (`core/broker/admin/commandLine.ts`). */
function commandLine(command: AdminCommand): string {
  switch (command.kind) {
    case "clusterStatus":
      return "status";
    case "health":
      return "health";
    case "listNodes":
      return "list-nodes";
    case "rebalance":
      return "rebalance";
    case "listPartitions":
      return ["list-partitions", command.topic ?? ""].join(" ").trim();
    case "isrStatus":
      return ["isr-status", command.topic ?? ""].join(" ").trim();
    case "electPreferredLeaders":
      return ["elect-preferred-leaders", command.topic ?? ""].join(" ").trim();
    case "partitionInfo":
      return `partition-info ${command.topic}-${command.partition}`;
    case "createPartitions":
      return `create-partitions ${command.topic} ${command.partitionCount}`;
    case "reassign":
      return `reassign ${command.topic}-${command.partition} ${command.replicas.join(",")}`;
    case "deleteTopic":
      return `delete-topic ${command.topic}`;
    case "alterTopic": {
      const { topic, minInsyncReplicas, uncleanLeaderElection } = command;
      return `alter-topic ${topic} ${minInsyncReplicas} ${uncleanLeaderElection ? "unclean" : "clean"}`;
    }
    case "addNode":
      return `add-node ${command.node} ${command.address}`;
    case "removeNode":
      return `remove-node ${command.node}`;
  }
}
