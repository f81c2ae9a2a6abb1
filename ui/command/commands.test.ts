import { describe, expect, test } from "vitest";
import { partitionCommands } from "./clusterCommands.ts";
import type { Command } from "./command.ts";
import { cutLinks, linkCommands } from "./linkCommands.ts";
import { allCommands, objectCommands } from "./objectCommands.ts";
import { pageWith } from "./testing.ts";

const LINK = {
  id: "link:n1>n2",
  from: "n1",
  to: "n2",
  isCut: false,
  lossPercent: 0,
  extraLatencyUs: 0,
};

describe("commands", () => {
  test("have one name and one id each, and short names that are a part of the whole", () => {
    const all = allCommands(pageWith());
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { name, short = name, submenu } of all) {
      expect(name).toContain(short);
      if (submenu !== undefined) expect(submenu.name).toContain(submenu.short);
    }
  });

  test("say why they cannot be done", () => {
    const down = pageWith({
      nodes: [
        { name: "n1", process: "crashed" },
        { name: "n3", isPaused: true },
      ],
    });
    expect(reason(down, "kill:n1")).toBe("n1 is down already.");
    expect(reason(down, "pause:n1")).toBe("n1 does not run.");
    expect(reason(down, "removeNode:n1")).toBeNull();
    expect(reason(down, "restart:n2")).toBe("n2 runs already.");
    expect(reason(down, "removeNode:n2")).toBe("n2 runs. Cut its power first.");
    expect(reason(down, "timeOut:n3")).toBe("n3 is paused. Resume it first.");
    expect(reason(down, "powerOn")).toBeNull();
    expect(reason(pageWith(), "powerOn")).toBe("All nodes run already.");
  });

  test("of a node act on that node, by its number where actions want one", () => {
    expect(intents(pageWith(), "node:n3", "pause:n3")).toEqual([
      { kind: "act", action: { kind: "pause", node: 3 } },
    ]);
    expect(intents(pageWith(), "node:n3", "clock:n3:50")).toEqual([
      { kind: "act", action: { kind: "skewClock", node: 3, percent: 50 } },
    ]);
    expect(intents(pageWith(), "node:n3", "sendTo:n3")).toEqual([
      {
        kind: "produce",
        node: "n3",
        topic: "orders",
        partition: 0,
        key: "k1",
        value: "paid",
        acks: "all",
      },
    ]);
  });

  test("bear a key only where that key would do just that", () => {
    const keys = (ref: string): readonly (string | undefined)[] =>
      objectCommands(ref, pageWith())?.commands.map(({ key }) => key) ?? [];
    expect(keys("node:n2")).toContain("K");
    expect(keys("node:n1")).not.toContain("K");
  });

  test("are there for objects that are there", () => {
    for (const ref of [
      "node:n9",
      "link:n1>n9",
      "link:n1>n1",
      "partition:none-0",
      "message:4",
      "x:1",
      "entry:3",
    ]) {
      expect(objectCommands(ref, pageWith()), ref).toBeNull();
    }
  });

  test("of an object go to the moments that name it", () => {
    const state = pageWith({
      world: {
        events: [
          {
            id: 5,
            atUs: 1_500_000,
            what: [
              { text: "n2 proposed ", ref: null },
              { text: "entry 3", ref: "entry:3" },
            ],
            why: [],
            tone: "plain",
            drama: null,
            importance: 1,
          },
        ],
      },
    });
    const commands = objectCommands("entry:3", state)?.commands ?? [];
    expect(commands.map(({ name }) => name)).toEqual(["Go to 1.500 s: n2 proposed entry 3"]);
  });
});

describe("commands of links", () => {
  test("keep what else the link does", () => {
    const lossy = pageWith({ world: { links: [{ ...LINK, lossPercent: 10 }] } });
    expect(intents(lossy, "link:n1>n2", "cutLink:n1:n2")).toEqual([
      setLink(1, 2, false, { isCut: true, lossPercent: 10 }),
    ]);
  });

  test("take one action for two directions that end up alike, and two for others", () => {
    expect(intents(pageWith(), "link:n1>n2", "loss:n1:n2:50")).toEqual([
      setLink(1, 2, true, { lossPercent: 50 }),
    ]);
    const oneWay = pageWith({ world: { links: [{ ...LINK, isCut: true }] } });
    expect(intents(oneWay, "link:n1>n2", "loss:n1:n2:50")).toEqual([
      setLink(1, 2, false, { isCut: true, lossPercent: 50 }),
      setLink(2, 1, false, { lossPercent: 50 }),
    ]);
    expect(intents(oneWay, "link:n1>n2", "clearLinks:n1:n2")).toEqual([setLink(1, 2, true, {})]);
  });

  test("are refused where they would change nothing", () => {
    expect(reason(pageWith(), "healLinks:n1:n2")).toBe("Neither is cut by itself.");
    expect(reason(pageWith(), "clearLinks:n1:n2")).toBe("They do nothing to messages already.");
    const cut = [LINK, { ...LINK, id: "link:n2>n1", from: "n2", to: "n1" }];
    const both = pageWith({ world: { links: cut.map((link) => ({ ...link, isCut: true })) } });
    expect(reason(both, "cutLinks:n1:n2")).toBe("Both are cut already.");
    expect(reason(both, "healLinks:n1:n2")).toBeNull();
  });

  test("cut several both ways", () => {
    expect(
      cutLinks(
        [
          ["n1", "n2"],
          ["n2", "n3"],
        ],
        pageWith(),
      ).map(intentOf),
    ).toEqual([setLink(1, 2, true, { isCut: true }), setLink(2, 3, true, { isCut: true })]);
    expect(linkCommands("n1", "n1", pageWith())).toEqual([]);
  });
});

describe("commands of partitions", () => {
  test("reassign by rotation, as an administrator would type it", () => {
    const { name, does } = byId(partitionCommands("orders-0", pageWith()), "reassign:orders-0");
    expect(name).toBe("Reassign orders-0 to n2, n3, n1");
    expect(does.map(intentOf)).toEqual([{ kind: "command", line: "reassign orders-0 2,3,1" }]);
  });

  test("leave the cluster's own topics alone", () => {
    const partition = pageWith().world?.partitions["orders-0"];
    const own = { ...partition!, name: "__groups-0", topic: "__groups" };
    const state = pageWith({ world: { partitions: { "__groups-0": own } } });
    const refused = partitionCommands("__groups-0", state).filter(
      ({ refusal }) => refusal !== null,
    );
    expect(refused.map(({ id }) => id)).toEqual([
      "minIsr:__groups:1",
      "minIsr:__groups:2",
      "minIsr:__groups:3",
      "unclean:__groups",
      "addPartition:__groups",
      "producer:__groups",
      "consumer:__groups",
      "deleteTopic:__groups",
    ]);
  });
});

function byId(commands: readonly Command[], id: string): Command {
  const found = commands.find((command) => command.id === id);
  if (found === undefined) throw new Error(`no command ${id}`);
  return found;
}

const reason = (state: ReturnType<typeof pageWith>, id: string): string | null =>
  byId(allCommands(state), id).refusal;

const intentOf = (deed: Command["does"][number]): unknown =>
  deed.kind === "intent" ? deed.intent : deed;

function intents(state: ReturnType<typeof pageWith>, ref: string, id: string): readonly unknown[] {
  return byId(objectCommands(ref, state)?.commands ?? [], id).does.map(intentOf);
}

const setLink = (from: number, to: number, bothWays: boolean, link: object): unknown => ({
  kind: "act",
  action: {
    kind: "setLink",
    from,
    to,
    bothWays,
    isCut: false,
    lossPercent: 0,
    extraLatencyUs: 0,
    ...link,
  },
});
