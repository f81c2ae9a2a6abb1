import type { Moment } from "./share.ts";

/**
 * A test of the page that opens this run at this moment and expects what is seen now; it takes the
 * fixture of `e2e/README.md`. All texts from outside are written as JSON strings.
 */
export function playwrightScenario(address: string, { world, title, traceHash }: Moment): string {
  const { leader, term } = world.summary;
  const name = `${title}, ${(world.nowUs / 1_000_000).toFixed(3)} s`;
  const facts = [`  expect(await cluster.hash()).toBe(${JSON.stringify(traceHash)});`];
  if (leader !== null) {
    facts.push(
      `  expect(await cluster.leader()).toEqual({ name: ${JSON.stringify(leader)}, term: ${term} });`,
    );
  }
  for (const partition of world.partitionNames.slice(0, PARTITIONS_MAX)) {
    const led = world.partitions[partition]?.leader ?? "nobody";
    facts.push(
      `  expect(await cluster.partitionLeader(${JSON.stringify(partition)})).toBe(${JSON.stringify(led)});`,
    );
  }
  return `import { expect, test } from "./cluster.ts";

test(${JSON.stringify(name)}, async ({ cluster }) => {
  await cluster.open(${JSON.stringify(address)});
${facts.join("\n")}
});
`;
}

/** More would hide what a reader looks for. */
const PARTITIONS_MAX = 6;
