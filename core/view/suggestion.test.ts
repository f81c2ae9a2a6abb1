import { describe, expect, test } from "vitest";
import { NO_DISK_FAULTS } from "../sim/diskFaults.ts";
import type { Action } from "../sim/index.ts";
import { diskSuggestions } from "./diskSuggestion.ts";
import type { Scene } from "./sentence.ts";
import { suggestionView } from "./suggestion.ts";
import { down, leader, node, partition, ready, request, scene } from "./testing/scene.ts";
import type { DiskItemView, DiskView } from "./view.ts";

/** A cluster in which only this is known of the disk of n1. */
const onDisk = (changes: Partial<DiskView>): Pick<Scene, "diskOf"> => {
  const disk = { node: "n1", items: [], unreadable: null, ...changes } as Partial<DiskView>;
  return { diskOf: (name) => (name === "n1" ? (disk as DiskView) : null) };
};
const withFault = (fault: keyof typeof NO_DISK_FAULTS): Pick<Scene, "diskFaults"> => ({
  diskFaults: { n1: { ...NO_DISK_FAULTS, [fault]: true } },
});
const record = (sequence: number): DiskItemView =>
  ({
    kind: "entry",
    state: "durable",
    sequence,
    file: "wal.log",
    position: 100 * sequence,
    sizeBytes: 100,
  }) as DiskItemView;

const BY_HAND = ["kill", "cut", "timeOut", "pause", "holdStage", "setLink"] as const;

describe("what to try", () => {
  const calm = scene([node(1), leader, node(3)], { partitions: { p: partition() } });
  const tries = (of: Scene, ...tried: Action["kind"][]): string =>
    suggestionView(of, new Set(tried), diskSuggestions).id;
  const answered = { ...request, state: "ok" as const };
  const refused = { ...request, errorName: "NOT_LEADER_OR_FOLLOWER" };

  test("one new thing after the other while all is well", () => {
    expect(tries(calm)).toBe("kill-leader");
    expect(tries(calm, "kill")).toBe("produce");
    expect(tries({ ...calm, requests: [answered] }, "kill")).toBe("produce-to-follower");
    const asked = { ...calm, requests: [answered, refused] };
    expect(tries(asked, "kill")).toBe("cut-leader");
    expect(tries(asked, "kill", "cut")).toBe("time-out-against-leader");
    expect(tries(asked, "kill", "cut", "timeOut")).toBe("pause-leader");
    expect(tries(asked, "kill", "cut", "timeOut", "pause")).toBe("hold-persist");
    expect(tries(asked, "kill", "cut", "timeOut", "pause", "holdStage")).toBe("cut-one-way");
    const known = BY_HAND;
    expect(tries(asked, ...known)).toBe("tear");
    expect(tries(asked, ...known, "tear")).toBe("power-cut");
    const seen = { ...asked, ...onDisk({ items: [1, 2, 3].map(record) }) };
    expect(tries(seen, ...known, "tear", "powerCut")).toBe("flip-bit");
    expect(tries(seen, ...known, "tear", "powerCut", "flipBit")).toBe("snapshot");
    expect(tries(seen, ...known, "tear", "powerCut", "flipBit", "snapshot")).toBe("kill-leader");
  });

  test("a bit is flipped in the middle of what is durable", () => {
    const cached = { ...record(4), state: "cache" } as DiskItemView;
    const disk = onDisk({ items: [record(1), record(2), record(3), cached] });
    const known = [...BY_HAND, "tear", "powerCut"] as const;
    const seen = scene([node(1), leader], { partitions: {}, ...disk });
    const { action } = suggestionView(seen, new Set(known), diskSuggestions);
    expect(action).toMatchObject({ kind: "flipBit", node: "n1", file: "wal.log", byte: 298 });
  });

  test("what a disk has led to is followed up", () => {
    const known = [...BY_HAND, "tear", "powerCut", "flipBit", "snapshot"] as const;
    const told = { ...calm, requests: [answered, refused] };
    const after = (of: Partial<Scene>): string => tries({ ...told, ...of }, ...known);
    expect(after({})).toBe("kill-leader");
    expect(tries({ ...calm, ...withFault("full") })).toBe("make-room");
    expect(after(withFault("tear"))).toBe("produce-to-be-torn");
    expect(after(withFault("full"))).toBe("make-room");
    const damaged = onDisk({ unreadable: { kind: "damaged" } as DiskItemView });
    expect(after(damaged)).toBe("kill-to-find");
    const hurt = node(1, { ...down, process: "stopped", isDamaged: true });
    expect(tries(scene([hurt, leader, node(3)]))).toBe("repair");
    const dark = [1, 2, 3].map((id) => node(id, down));
    expect(tries(scene(dark))).toBe("power-on");
  });

  test("what the cluster needs comes first", () => {
    const hurt = scene([node(1, down), leader, node(3)], { partitions: { p: partition() } });
    expect(tries(hurt, "kill")).toBe("produce-despite-down");
    expect(tries({ ...hurt, requests: [request] }, "kill")).toBe("restart");
    expect(tries(scene([node(1), node(2, down), node(3)]), "kill")).toBe("time-out");
    const candidate = node(1, { role: "candidate" });
    expect(tries(scene([candidate, node(2, down), node(3)]), "kill")).toBe("restart");
    expect(tries(scene([candidate, node(2), node(3)]), "kill")).toBe("time-out");
    expect(tries(scene([node(1, down), leader, node(3, down)]), "kill")).toBe("restart-for-quorum");
    const cuts = [{ nodes: ["n2"], sinceUs: 7_000_000 }];
    expect(tries({ ...calm, cuts }, "cut")).toBe("produce-despite-cut");
    expect(tries({ ...calm, cuts, requests: [request] }, "cut")).toBe("heal");
  });

  test("what a person has stopped goes on, one thing at a time", () => {
    const after = (of: Scene) => suggestionView(of, new Set(BY_HAND), diskSuggestions);
    const paused = scene([node(1, { isPaused: true, timer: null }), leader, node(3)]);
    const known = { ...calm, requests: [answered, refused] };
    expect(after(paused).action).toMatchObject({ action: { kind: "resume", node: 1 } });
    const held = { ...known, readies: { n3: ready("n3", "persist", "none", "persist") } };
    expect(after(held).action).toMatchObject({
      action: { kind: "holdStage", node: 3, stage: "persist", on: false },
    });
    const link = { id: "link:n2>n1", from: "n2", to: "n1", extraLatencyUs: 0, lossPercent: 0 };
    expect(after({ ...known, links: [{ ...link, isCut: true }] }).action).toMatchObject({
      action: { kind: "setLink", from: 2, to: 1, isCut: false },
    });
    expect(after(known).id).toBe("tear");
  });

  test("after a rule was broken there is only what came before", () => {
    const violation = { rule: "Election Safety", atUs: 6_900_000, text: "Two lead." };
    for (const of of [calm, scene([node(1, down), leader, node(3, down)])]) {
      const broken = { ...of, safety: { rules: [], violation } };
      const { action } = suggestionView(broken, new Set(), null);
      expect(action).toMatchObject({ kind: "seek", atUs: 6_890_000 });
    }
  });

  test("whoever stands still is not asked to stand for election", () => {
    const asleep = { isPaused: true, timer: null };
    const one = scene([node(1, asleep), node(2), node(3)]);
    expect(tries(one)).toBe("time-out");
    expect(suggestionView(one, new Set(), null).action).toMatchObject({ node: "n2" });
    expect(tries(scene([node(1, asleep), node(2, asleep), node(3)]))).toBe("resume");
  });
});
