import { describe, expect, test } from "vitest";
import { PHRASE_COMMANDS, readPhrase } from "./phrases.ts";
import { pageWith } from "./testing.ts";

describe("phrases", () => {
  test.each([
    ["go to 1.5", "Go to 1.500 s", { kind: "seek", atUs: 1_500_000 }],
    ["0.25 s", "Go to 0.250 s", { kind: "seek", atUs: 250_000 }],
    ["open seed 7", "Open seed 7", { kind: "openSeed", text: "7" }],
    [
      "scenario five-brokers",
      "Open scenario five-brokers",
      { kind: "openScenario", name: "five-brokers" },
    ],
    ["speed 1/50", "Speed 1/50", { kind: "setSpeed", speed: 0.02 }],
    [
      "skew clock of n3 to 37 %",
      "Run the clock of n3 at 37 %",
      act({ kind: "skewClock", node: 3, percent: 37 }),
    ],
    ["lose 30 % on n1 n2", "Lose 30 % on link n1 to n2", act(link({ lossPercent: 30 }))],
    [
      "delay 300 ms on n1 to n2",
      "Add 300 ms on link n1 to n2",
      act(link({ extraLatencyUs: 300_000 })),
    ],
    ["cut off n3 and n1", "Cut off n1, n3", act({ kind: "cut", nodes: [1, 3] })],
    [
      "send k2=a b=c to orders-0 at n1 acks=1",
      "Send k2 = a b=c to orders-0 at n1",
      {
        kind: "produce",
        node: "n1",
        topic: "orders",
        partition: 0,
        key: "k2",
        value: "a b=c",
        acks: "1",
      },
    ],
  ])("%s", (text, name, intent) => {
    const command = readPhrase(`  ${text} `, pageWith());
    expect(command?.name).toBe(name);
    expect(command?.refusal).toBeNull();
    expect(command?.does).toEqual([{ kind: "intent", intent }]);
  });

  test("a topic has what is said, and otherwise what is usual", () => {
    expect(readPhrase("create topic payments 6 partitions", pageWith())?.does).toEqual([
      {
        kind: "intent",
        intent: topic({ partitionCount: 6, replicationFactor: 3, minInsyncReplicas: 2 }),
      },
    ]);
    expect(
      readPhrase("new topic payments with 2 partitions, 1 copies, min isr 1, raft", pageWith())
        ?.does,
    ).toEqual([
      {
        kind: "intent",
        intent: topic({
          partitionCount: 2,
          replicationFactor: 1,
          minInsyncReplicas: 1,
          replicationMode: "raft",
        }),
      },
    ]);
  });

  test("what cannot be is refused with the reason", () => {
    const refusal = (text: string): string | null | undefined =>
      readPhrase(text, pageWith())?.refusal;
    expect(refusal("go to 9")).toBe("The run ends at 2.000 s so far.");
    expect(refusal("speed 99")).toBe("Time runs from 1/1000 to 10×.");
    expect(refusal("clock n1 5")).toContain("10 to 1000 percent");
    expect(refusal("clock n1 100")).toBe("It does so already.");
    expect(refusal("lose 101 % on n1 n2")).toContain("At most 100");
    expect(refusal("cut off n1 n2 n3")).toBe("A cut needs brokers on both of its sides.");
    expect(refusal("send a=b to none-0")).toBe("There is no partition none-0.");
  });

  test("what names nothing is no phrase", () => {
    for (const text of ["", "clock of n9 at 50", "cut off n9", "lose 3 % on n1 n1", "hello"]) {
      expect(readPhrase(text, pageWith()), text).toBeNull();
    }
  });

  test("each can be begun by choosing it, and goes on from there", () => {
    for (const { name, does } of PHRASE_COMMANDS) {
      const [deed] = does;
      const text = deed?.kind === "palette" ? deed.text : "";
      expect(text.length, name).toBeGreaterThan(3);
      expect(name.startsWith(text)).toBe(true);
    }
  });
});

function act(action: object): unknown {
  return { kind: "act", action };
}

function link(does: object): object {
  const plain = { isCut: false, lossPercent: 0, extraLatencyUs: 0 };
  return { kind: "setLink", from: 1, to: 2, bothWays: false, ...plain, ...does };
}

function topic(given: object): unknown {
  return {
    kind: "createTopic",
    topic: "payments",
    replicationMode: "isr",
    uncleanLeaderElection: false,
    ...given,
  };
}
