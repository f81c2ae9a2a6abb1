import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nodeId } from "../../base/ids.ts";
import { utf8Decode, utf8Encode } from "../../base/utf8.ts";
import { confStateOf, MemoryStorage, RawNode } from "../index.ts";
import type { Message } from "../index.ts";
import { work } from "./host.ts";

/** Nodes that hand their messages to each other, and the commands that each one's state holds. */
class Group {
  readonly members: { readonly node: RawNode; readonly storage: MemoryStorage; state: string[] }[] =
    [];
  readonly #wire: Message[] = [];

  start(): void {
    const storage = new MemoryStorage(confStateOf([1, 2, 3].map(nodeId)));
    const node = new RawNode({
      id: nodeId(this.members.length + 1),
      electionTicks: 10,
      heartbeatTicks: 1,
      storage,
      maxSizePerMsgBytes: 1 << 20,
      maxInflightMessages: 256,
      preVote: true,
      checkQuorum: true,
      random: () => this.members.length,
    });
    this.members.push({ node, storage, state: [] });
  }

  settle(): void {
    const send = (m: Message): unknown => this.#wire.push(m);
    do {
      for (const m of this.#wire.splice(0)) this.members[m.to - 1]?.node.step(m);
      for (const member of this.members) {
        work(member.node, member.storage, send, {
          run: (command) => {
            if (command.length > 0) member.state.push(utf8Decode(command));
          },
          restore: (state) => {
            member.state = utf8Decode(state).split("\n");
          },
        });
      }
    } while (this.#wire.length > 0);
  }
}

test("the host of the README elects, replicates, takes in a member and brings it a snapshot", () => {
  const group = new Group();
  for (let i = 0; i < 3; i++) group.start();
  const leader = group.members[0]!;
  for (let i = 0; i < 10; i++) leader.node.tick();
  group.settle();
  expect(leader.node.role).toBe("leader");
  expect(group.members[1]!.node.propose(utf8Encode("by way of a follower"))).toBe("ok");
  const changes = [{ type: "ConfChangeAddNode", nodeId: nodeId(4) }] as const;
  const context = new Uint8Array(0);
  group.settle();
  expect(leader.node.proposeConfChange({ transition: "auto", changes, context })).toBe("ok");
  group.settle();

  leader.storage.createSnapshot(leader.node.applied, utf8Encode(leader.state.join("\n")));
  leader.storage.compact(leader.node.applied);
  group.start();
  leader.node.tick();
  group.settle();
  expect(leader.node.propose(utf8Encode("to all"))).toBe("ok");
  group.settle();

  for (const { node, state } of group.members) {
    expect(state).toEqual(["by way of a follower", "to all"]);
    expect(node.status().confState.voters).toEqual([1, 2, 3, 4]);
  }
  expect(group.members[3]!.node.firstIndex).toBeGreaterThan(1);
});

test("the README shows this very host", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const source = readFileSync(new URL("host.ts", import.meta.url), "utf8");
  const shown = /```ts\n([^]*?)```/.exec(readme)?.[1];
  expect(shown?.replaceAll("@chronik/core/raft", "../index.ts")).toBe(source);
  expect(source.split("\n").length).toBeLessThanOrEqual(41);
});
