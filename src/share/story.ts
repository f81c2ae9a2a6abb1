import type { NodeView, PartitionView, WorldView } from "@chronik/core/view";
import { directiveOf } from "./directive.ts";
import type { Parsed } from "./parsed.ts";
import { refuse } from "./parsed.ts";
import type { Moment } from "./share.ts";
import { changedOptions } from "./sharedRun.ts";

/**
 * A run as a story in the format of `core/stories`: what was done and when, and what the page shows
 * in the end as claims. It can be played as it is.
 */
export function storyOf({ shared, world, title }: Moment): Parsed<string> {
  const { seed, options, actions } = shared.run;
  const settings = Object.entries(changedOptions(options)).map(
    ([key, value]) => ` ${key}=${key.endsWith("Us") ? `${value}us` : value}`,
  );
  const parts = [
    `# ${title}, up to ${seconds(shared.viewAtUs)}.\n`,
    told(`cluster seed=${seed}${settings.join("")}`, `${options.nodeCount} nodes, seed ${seed}`),
  ];
  let nowUs = 0;
  // What was done later belongs to a moment that is not shown.
  for (const [at, action] of actions.entries()) {
    const { atUs, ...body } = action;
    if (atUs > shared.viewAtUs) break;
    const directive = directiveOf(body);
    if (directive === null) {
      return refuse(
        "This run cannot be told as a story.",
        `Action ${at + 1} sends a text with line breaks, or with commas and spaces.`,
        "Save it as a run file instead.",
      );
    }
    if (atUs > nowUs) parts.push(told(`run until=${moment(atUs)}`, seconds(atUs)));
    parts.push(told(directive, "ok"));
    nowUs = atUs;
  }
  const { violation } = world.safety;
  if (shared.viewAtUs > nowUs || violation !== null) {
    const end =
      violation === null
        ? seconds(shared.viewAtUs)
        : `${seconds(violation.atUs)}  "${violation.rule}" is broken: ${violation.text}`;
    parts.push(told(`run until=${moment(shared.viewAtUs)}`, end));
  }
  return { ok: true, value: [...parts, ...claims(world)].join("\n") };
}

const told = (directive: string, transcript: string): string =>
  `${directive}\n----\n${transcript}\n`;

function claims(world: WorldView): string[] {
  const known = bestInformed(world);
  const parts: string[] = [];
  if (known !== null) {
    parts.push(claim("cluster", [["controller", [known.leader ?? "none"]]]));
    for (const name of world.partitionNames) {
      const partition = world.partitions[name];
      if (partition !== undefined) parts.push(...partitionClaims(partition));
    }
  }
  if (world.safety.violation === null) {
    parts.push(told("rules", `all ${world.safety.rules.length} rules hold`));
  }
  return parts;
}

/**
 * The node of which a story asks what the cluster has agreed on: of those that run the one that has
 * applied most. Null when one that is down may have known more, for that is what the page shows.
 */
function bestInformed({ nodeNames, nodes }: WorldView): NodeView | null {
  const all = nodeNames.flatMap((name) => nodes[name] ?? []);
  const running = all.filter(({ process }) => process === "running");
  const applied = Math.max(...running.map((node) => node.applied));
  const isNewest = all.every((node) => node.commit <= applied || node.process === "running");
  return isNewest ? (running.find((node) => node.applied === applied) ?? null) : null;
}

function partitionClaims({ name, leader, leaderEpoch, isr, replicaLogs }: PartitionView): string[] {
  const agreed = claim(name, [
    ["leader", [leader ?? "none"]],
    ["epoch", [String(leaderEpoch)]],
    ["isr", isr],
  ]);
  const held = replicaLogs.flatMap(({ node, logEndOffset, highWatermark }) => {
    if (logEndOffset === 0) return [];
    const facts = [
      ["end", [String(logEndOffset)]],
      ["hw", [String(highWatermark)]],
    ] as const;
    return claim(`${name} ${node}`, facts);
  });
  return [agreed, ...held];
}

/** The directive, and the transcript that a claim which holds gives. */
function claim(subject: string, facts: readonly (readonly [string, readonly string[]])[]): string {
  const claimed = facts.map(
    ([name, values]) =>
      `${name}=${values.length === 1 ? values.join("") : `(${values.join(", ")})`}`,
  );
  const said = facts.map(([name, values]) => `${name} ${values.join(" ") || "nothing"}`);
  return told(`claim ${subject} ${claimed.join(" ")}`, said.join(", "));
}

/** Exactly, in the largest unit that can say it. */
function moment(us: number): string {
  if (us % 1_000_000 === 0) return `${us / 1_000_000}s`;
  return us % 1_000 === 0 ? `${us / 1_000}ms` : `${us}us`;
}

const seconds = (us: number): string => `${(us / 1_000_000).toFixed(3)} s`;
