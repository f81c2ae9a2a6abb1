import { describe, expect, test } from "vitest";
import { parseDataFile } from "./dataFile.ts";
import { describeDifference, unifiedDiff } from "./difference.ts";
import { replay } from "./replay.ts";
import type { Outcome } from "./replay.ts";

function outcomesOf(text: string): readonly Outcome[] {
  const parts = parseDataFile(text);
  if ("error" in parts) throw new Error(`line ${parts.line}: ${parts.error}`);
  return replay(parts);
}

/** What one directive after another prints, or why it does not. */
const printed = (...directives: readonly string[]): readonly string[] =>
  outcomesOf(directives.map((d) => `${d}\n----\n\n`).join("")).map(({ result }) =>
    result.kind === "transcript" ? result.text : `refused: ${result.why}`,
  );

const last = (...directives: readonly string[]): string | undefined =>
  printed(...directives).at(-1);

describe("the language of a file", () => {
  test("is told by the first command that only one language has", () => {
    expect(printed("bogus", "vote cfg=(1) votes=(y)", "campaign 1")).toEqual([
      "refused: unknown command: bogus",
      "VoteWon\n",
      "refused: unknown command: campaign",
    ]);
    expect(printed("simple\nv1", "vote cfg=(1) votes=(y)", "bogus")).toEqual([
      "voters=(1)\n1: StateProbe match=0 next=1\n",
      "unknown command\n",
      "unknown command\n",
    ]);
    expect(printed("log-level none", "simple\nv1", "_breakpoint")).toEqual([
      "ok\n",
      "unknown command\n",
      "ok\n",
    ]);
    expect(printed("bogus")).toEqual(["unknown command\n"]);
  });

  test("lets a directive that fails not end the replay", () => {
    const outcomes = outcomesOf(
      "campaign 1\n----\nok\n\nlog-level info\n----\nok\n\nx\n----\nok\n",
    );
    expect(outcomes.map(({ passed }) => passed)).toEqual([false, true, false]);
  });

  test("lets no expected text match a directive that could not be carried out", () => {
    const [outcome] = outcomesOf("campaign 7\n----\nthere is no node 7: 0 were added\n");
    expect(outcome).toMatchObject({ result: { why: "there is no node 7: 0 were added" } });
    expect(outcome!.passed).toBe(false);
  });
});

describe("quorum files", () => {
  test("chart what the voters have stored", () => {
    expect(printed("committed cfg=(1,2,10) cfgj=(3) idx=(_,5,5,12)")).toEqual([
      `        idx
?         0    (id=1)
x>        5    (id=2)
xxx>     12    (id=3)
x>        5    (id=a)
5
`,
    ]);
    expect(last("committed cfg=(1,2,3) idx=(12,5,_)")).toBe(
      `       idx
xx>     12    (id=1)
x>       5    (id=2)
?        0    (id=3)
5
`,
    );
    expect(
      printed("vote cfg=(1) cfgj=(2) votes=(y,_)", "vote cfg=(1) cfgj=(2) votes=(y,n)"),
    ).toEqual(["VotePending\n", "VoteLost\n"]);
    expect(printed("committed", "committed cfgj=zero")).toEqual([
      "<empty majority quorum>∞\n",
      "<empty majority quorum>∞\n",
    ]);
  });

  test("say when voters and values do not fit together", () => {
    expect(printed("committed cfg=(2,1) idx=(4)", "vote cfg=(1) cfgj=(2) votes=(y,_,n)")).toEqual([
      "error: mismatched input (explicit or _) for voters map[1:{} 2:{}]: [4]\n",
      "error: mismatched input (explicit or _) for voters map[1:{} 2:{}]: [2 0 1]\n",
    ]);
  });

  test.each([
    ["vote cfg=(1) votes=(x)", "unknown vote: x"],
    ["committed cfg=(1) idx=(0)", "cannot use 0 as idx"],
    ["group_committed cfg=(1) idx=(1) gid=(0)", "cannot use 0 as gid"],
    ["committed cfg=(one) idx=(1)", 'a voter in cfg must be a whole number, not "one"'],
    ["committed cfg=(1) cfgj=(zero,2) idx=(1)", "cannot mix 'zero' into configuration"],
    ["vote cfgs=(1) votes=(y)", "unknown arg cfgs"],
  ])("refuse %s", (directive, why) => {
    expect(last(directive)).toContain(`refused: ${why}`);
  });
});

describe("confchange files", () => {
  test("go on from what the last directive left, unless that was refused", () => {
    expect(
      printed("simple\nv1", "simple\nv2 v3", "enter-joint autoleave=true\nr1 v2", "leave-joint"),
    ).toEqual([
      "voters=(1)\n1: StateProbe match=0 next=1\n",
      "more than one voter changed without entering joint config\n",
      "voters=(2)&&(1) autoleave\n1: StateProbe match=0 next=1\n2: StateProbe match=0 next=2\n",
      "voters=(2)\n2: StateProbe match=0 next=2\n",
    ]);
  });

  test("refuse what they cannot read in etcd's words", () => {
    expect(printed("simple\nx1", "simple\nv", "leave-joint\nv1", "enter-joint now\nv1")).toEqual([
      "unknown input: x1\n",
      "unknown token v\n",
      "this command takes no input\n",
      "refused: missing argument: autoleave",
    ]);
  });
});

const QUIET_LEADER = [
  "log-level none",
  "add-nodes 3 voters=(1,2,3) index=2",
  "campaign 1",
  "stabilize",
];

describe("interaction files", () => {
  test.each([
    ["add-nodes 3 voters=(1 2 3) index=2", 'voters must be a whole number, not "1 2 3"'],
    ["add-nodes 1 voters=(1) index=2 prevotes=true", "add-nodes has no option prevotes"],
    ["add-nodes 1 voters=(1) index=2 prevote=yes", "prevote must be true or false"],
    ["add-nodes", "add-nodes: argument 1 must be how many nodes"],
    ["campaign 4", "there is no node 4: 3 were added"],
    ["deliver-msgs 1 type=MsgFoo", "unknown message type MsgFoo"],
    ["deliver-msgs 1 drop=(2,1)", "can't both deliver and drop msgs to 1"],
    ["set-randomized-election-timeout 1 timeout=0", "timeout must not be 0"],
    ["transfer-leadership from=1", "missing argument: to"],
    ["propose 1 a\ncampaign 2", 'propose takes no input, yet has "campaign 2": is a ----'],
    ["report-snapshot 1 2 lost", "a snapshot is finished or failed, not lost"],
    ["restart 1", "node 1 is running: crash it first"],
    ["finish-ready 1", "node 1 holds no Ready: hold-ready 1 first"],
    ["send-ready 1", "node 1 holds no Ready: hold-ready 1 first"],
    ["write-ready 1 part=snapshot", "part must be hard-state or entries, not snapshot"],
    ["wipe 1", "node 1 is running: crash it first"],
    ["step 1 MsgFoo", "unknown message type MsgFoo"],
    ["step 1 MsgApp entries=(4)", 'the index of an entry must be a whole number, not ""'],
    ["step 1 MsgApp reject=true", "step has no option reject"],
  ])("refuse %j", (directive, why) => {
    expect(last(...QUIET_LEADER, directive)).toContain(`refused: ${why}`);
  });

  test.each([
    ["add-nodes 1 voters=(1)", "index must be specified as > 1 due to bootstrap\n"],
    ["add-nodes 1 read-only=none", 'invalid read-only option "none"\n'],
    ["log-level loud", "log levels must be either of [DEBUG INFO WARN ERROR FATAL NONE]\n"],
    ["propose-conf-change 1 v1=true\nv1 v2", /^v1 conf change can only have one operation/],
    ["propose-conf-change 1 transition=now\nv1", "unknown transition now\n"],
    ["propose-conf-change 1\nq1", "unknown input: q1\n"],
    ["report-unreachable 1", /^must specify exactly two node indexes: /],
    ["compact 1 2", "requested index is unavailable due to compaction\n"],
    ["add-nodes 1 inflight=0", "panic: max inflight messages must be greater than 0\n"],
    ["bogus", "unknown command\n"],
  ])("print the error of %j even at log level none", (directive, text) => {
    expect(last(...QUIET_LEADER, directive)).toMatch(text);
  });

  test("deliver and lose messages in the order of the arguments, but lose none to oneself", () => {
    const deliver = ["campaign 1", "process-ready 1", "log-level debug"];
    expect(last(...QUIET_LEADER.slice(0, 2), ...deliver, "deliver-msgs drop=(3) 2")).toMatch(
      /^dropped: 1->3 MsgVote .*\n1->2 MsgVote .*\nINFO 2 \[term: 0\] received a MsgVote/,
    );
    const async = "add-nodes 1 voters=(1) index=2 async-storage-writes=true";
    const write = ["campaign 1", "process-ready 1", "process-append-thread 1", "log-level debug"];
    expect(last("log-level none", async, ...write, "deliver-msgs drop=(1)")).toBe("no messages\n");
    expect(last("log-level none", async, ...write, "deliver-msgs 1")).toMatch(/^1->1 MsgVoteResp/);
  });

  test("lose with a crash what was not synced, and nothing else", () => {
    const synced = [...QUIET_LEADER, "propose 1 a", "hold-ready 1", "finish-ready 1"];
    const written = [...synced, "propose 1 b", "hold-ready 1", "write-ready 1", "log-level info"];
    expect(last(...written, "raft-log 1")).toContain('1/5 EntryNormal "b"\n');
    const crashed = [...written, "crash 1"];
    expect(last(...crashed, "raft-state")).toMatch(/^1: crashed\n2: StateFollower/);
    expect(last(...crashed, "campaign 1")).toBe("refused: node 1 has crashed: restart 1 first");
    expect(last(...crashed, "deliver-msgs 1 2 3", "restart 1", "raft-log 1")).toBe(
      '1/3 EntryNormal ""\n1/4 EntryNormal "a"\n',
    );
    expect(
      last(
        ...QUIET_LEADER,
        "propose 1 a",
        "stabilize 1",
        "crash 2",
        "log-level info",
        "deliver-msgs 2",
      ),
    ).toMatch(/^dropped: 1->2 MsgApp/);
  });

  test("restart a node from what its log was compacted to, or from what it had applied", () => {
    const crashed = [...QUIET_LEADER, "propose 1 a", "stabilize", "compact 1 3", "crash 1"];
    const restarted = [...crashed, "log-level info"];
    expect(last(...restarted, "restart 1")).toContain("commit: 4, applied: 3, lastindex: 4,");
    const beyond = last(...restarted, "restart 1 applied=9");
    expect(beyond).toContain("panic: applied(9) is out of range [prevApplied(3), committed(4)]");
    const kept = [...QUIET_LEADER, "propose 1 a", "stabilize", "propose 1 b", "stabilize"];
    const lines = printed(
      ...kept,
      "crash 1",
      "log-level info",
      "restart 1 applied=4",
      "process-ready 1",
    );
    expect(lines.at(-2)).toContain("commit: 4, applied: 4, lastindex: 5,");
    expect(lines.at(-1)).toBe("<empty Ready>\n");
  });

  test("show the guards at work, with what was printed before them", () => {
    const held = [...QUIET_LEADER, "propose 1 a", "log-level debug", "hold-ready 1"];
    expect(last(...held, "process-ready 1")).toBe(
      "panic: two accepted Ready structs without call to Advance\n",
    );
    expect(last(...held, "advance 1")).toMatch(/^panic: advance without storing the entries/);
    expect(last("add-nodes 1", "process-ready 1 1", "hold-ready 1", "process-ready 1 1")).toMatch(
      /^> 1 handling Ready\npanic: two accepted/,
    );
  });

  test("have a node read, ping, tick, take a batch and hear of a snapshot", () => {
    const asked = [...QUIET_LEADER, "read-index 1 who", "log-level debug"];
    expect(last(...asked, "stabilize")).toContain("  ReadStates [{3 [119 104 111]}]\n");
    expect(last(...QUIET_LEADER, "log-level debug", "ping 1", "process-ready 1")).toContain(
      "\n1->2 MsgHeartbeat Term:1 Log:0/0 Commit:3\n1->3 MsgHeartbeat",
    );
    const ticked = last(...QUIET_LEADER, "log-level info", "tick 2 n=3");
    expect(ticked).toMatch(/^INFO 2 is starting a new election at term 1\n/);
    const batch = [...QUIET_LEADER, "propose-batch 1 a b", "log-level info", "process-ready 1"];
    expect(last(...batch)).toContain("1->2 MsgApp Term:1 Log:1/3 Commit:3 Entries:[\n  1/4 ");
    const lagging = ["propose 1 a", "stabilize 1 2", "deliver-msgs drop=(3)", "compact 1 4"];
    const sent = [...QUIET_LEADER, ...lagging, "tick-heartbeat 1", "stabilize 1 3"];
    expect(last(...sent, "log-level debug", "report-snapshot 1 3 failed", "status 1")).toContain(
      "3: State",
    );
  });

  test("pipeline the writes: the append thread makes them durable, the apply thread applies", () => {
    const pipelined = [
      "log-level none",
      "add-nodes 1 voters=(1) index=2 storage-writes=pipelined",
      "campaign 1",
      "stabilize",
      "propose 1 a",
      "process-ready 1",
      "propose 1 b",
      "log-level debug",
      "process-ready 1",
    ];
    expect(last(...pipelined)).toBe('Ready MustSync=true:\nEntries:\n1/5 EntryNormal "b"\n');
    expect(last(...pipelined, "process-append-thread 1", "process-ready 1")).toContain(
      'CommittedEntries:\n1/4 EntryNormal "a"\n',
    );
    const stable = [...pipelined, "stabilize"];
    expect(last(...stable)).toMatch(/> 1 processing apply thread\n {2}Processing:\n {2}Committed/);
    const light = last(...stable, "propose 1 c", "hold-ready 1", "finish-ready 1");
    expect(light).toBe('LightReady:\nCommit:6\nCommittedEntries:\n1/6 EntryNormal "c"\n');
    expect(last(...stable, "process-append-thread 1")).toBe("no append work to perform\n");
    expect(last(...stable, "process-apply-thread 1")).toBe("no apply work to perform\n");
    expect(last(...stable, "hold-ready 1", "advance 1")).toMatch(/^panic: /);
  });

  test("have raft-rs's options and commands", () => {
    const make = (options: string): readonly string[] => [
      "log-level none",
      `add-nodes 2 voters=(1,2,3) index=2 ${options} group-commit=true skip-bcast-commit=true`,
      "add-nodes 1 voters=(1,2,3) index=2 priority=1",
      "campaign 1",
    ];
    const low = [...make("priority=0"), "process-ready 1", "log-level info", "deliver-msgs 3"];
    expect(last(...low)).toContain("rejected MsgVote from 1");
    const high = [...make("priority=1 batch-append=true"), "stabilize"];
    // In one group only, so far: the second one is needed.
    const stored = [...high, "assign-commit-groups 1 1:1 2:1 3:2", "propose 1 a", "propose 1 b"];
    const shown = [...stored, "log-level info"];
    expect(last(...shown, "process-ready 1")).toContain("Entries:[\n  1/4 EntryNormal");
    const half = [...shown, "stabilize 1 2"];
    expect(last(...half)).not.toContain('CommittedEntries:\n  1/4 EntryNormal "a"\n');
    const full = last(...half, "stabilize 1 3");
    expect(full).toContain('CommittedEntries:\n  1/4 EntryNormal "a"\n');
    // Nobody is told of it on its own account.
    expect(full).not.toMatch(/MsgApp .*Commit:5/);
    expect(last(...high, "request-snapshot 1")).toBe("raft: snapshot request dropped\n");
    expect(last(...high, "assign-commit-groups 1 2")).toBe(
      'refused: a commit group must be a whole number, not ""',
    );
  });

  test("print what the log level lets through, and set it for one command", () => {
    const info = [...QUIET_LEADER.slice(1, 2), "log-level info", "campaign 1"];
    expect(last(...info, "stabilize")).toContain("  INFO 1 became leader at term 1\n");
    expect(printed(...info, "stabilize log-level=none", "campaign 2").slice(-2)).toEqual([
      "ok\n",
      expect.stringMatching(/^INFO 2 is starting a new election at term 1\n/),
    ]);
    const lagging = ["propose 1 a", "stabilize 1 2", "deliver-msgs drop=(3)", "tick-heartbeat 1"];
    const probed = [...QUIET_LEADER, ...lagging, "log-level info", "stabilize"];
    expect(last(...probed)).toContain("  3->1 MsgAppResp Term:1");
    expect(last(...probed)).not.toContain("DEBUG");
  });

  test("pass over a node that holds a Ready, and over one that has crashed", () => {
    const held = [...QUIET_LEADER, "propose 1 a", "hold-ready 1", "propose 1 b", "log-level info"];
    expect(last(...held, "stabilize 1")).toBe("ok\n");
    expect(last(...held, "finish-ready 1", "stabilize 1")).toContain('1/5 EntryNormal "b"');
    expect(last(...held, "crash 1", "stabilize 1")).toBe("ok\n");
  });

  test("forget with a crash the Ready that a node held", () => {
    const voted = [...QUIET_LEADER.slice(0, 2), "campaign 1", "hold-ready 1", "crash 1"];
    const restarted = [...voted, "restart 1", "log-level debug"];
    expect(last(...restarted, "finish-ready 1")).toMatch(/^refused: node 1 holds no Ready/);
    // The vote of before was lost, so that the same one is new to the disk.
    expect(last(...restarted, "campaign 1", "process-ready 1")).toMatch(/^Ready MustSync=true:/);
  });

  test("forget with a crash what a node had to say to itself, and what its threads had to do", () => {
    const async = [
      "log-level none",
      "add-nodes 1 voters=(1) index=2 async-storage-writes=true",
      "campaign 1",
      "process-ready 1",
    ];
    const crash = ["crash 1", "restart 1", "log-level debug"];
    expect(last(...async, ...crash, "process-append-thread 1")).toBe("no append work to perform\n");
    expect(last(...async, "process-append-thread 1", ...crash, "deliver-msgs 1")).toBe(
      "no messages\n",
    );
    // What the append thread answered for was durable.
    expect(last(...async, "process-append-thread 1", ...crash, "raft-state")).toContain("Term:1");
    expect(last(...async, ...crash, "raft-state")).toContain("Term:0");
  });

  test("forget with a crash, too, which Ready was the last", () => {
    const restarted = ["process-ready 1", "crash 1", "restart 1", "log-level debug"];
    expect(last(...QUIET_LEADER, ...restarted, "advance 1")).toMatch(
      /^refused: node 1 has taken no Ready: hold-ready 1 first/,
    );
  });

  test("start a node with a new disk from what it had at first", () => {
    const kept = [...QUIET_LEADER, "propose 1 a", "stabilize", "compact 2 3", "crash 2"];
    const wiped = [...kept, "wipe 2", "log-level info", "restart 2"];
    expect(last(...wiped)).toContain("term: 0, commit: 2, applied: 2, lastindex: 2, lastterm: 1]");
    const empty = ["log-level none", "add-nodes 1", "crash 1", "wipe 1", "log-level info"];
    expect(last(...empty, "restart 1")).toContain("commit: 0, applied: 0, lastindex: 0,");
  });

  test("lose a write of the append thread, and say which", () => {
    const make = (mode: string): readonly string[] => [
      "log-level none",
      `add-nodes 1 voters=(1) index=2 storage-writes=${mode}`,
      "campaign 1",
      "stabilize",
      "log-level debug",
    ];
    expect(last(...make("async"), "skip-append-thread 1")).toBe("no append work to perform\n");
    const written = ["propose 1 a", "process-ready 1", "skip-append-thread 1"];
    expect(last(...make("async"), ...written)).toBe(
      'Losing:\n1->AppendThread MsgStorageAppend Term:0 Log:0/0 Entries:[1/4 EntryNormal "a"]\n',
    );
    expect(last(...make("pipelined"), ...written)).toMatch(/^Losing:\nReady \d+\n$/);
  });

  test("hand a node a message that nobody has sent", () => {
    const made = "step 2 MsgApp from=1 term=1 index=3 log-term=1 commit=4 entries=(1/4,1/5)";
    const stepped = [...QUIET_LEADER, "log-level warn", made];
    expect(printed(...stepped, "process-ready 2").slice(-2)).toEqual([
      "ok\n",
      `Ready MustSync=true:
HardState Term:1 Vote:1 Commit:4
Entries:
1/4 EntryNormal ""
1/5 EntryNormal ""
CommittedEntries:
1/4 EntryNormal ""
Messages:
2->1 MsgAppResp Term:1 Log:0/5
`,
    ]);
  });

  test("restart a node with the members that it had reached", () => {
    const changed = [...QUIET_LEADER, "propose-conf-change 1\nl4", "stabilize", "propose 1 a"];
    const crashed = [...changed, "stabilize 1 2 3", "crash 1", "log-level info"];
    expect(last(...crashed, "restart 1")).toMatch(
      /^INFO 1 switched to configuration voters=\(1 2 3\)\n/,
    );
    expect(last(...crashed, "restart 1 applied=4")).toMatch(/^INFO 1 .* learners=\(4\)\n/);
  });

  test("restart a node from the snapshot that it was sent", () => {
    const lagging = [
      "log-level none",
      "add-nodes 3 voters=(1,2,3) index=2 content=x",
      "campaign 1",
      "stabilize",
      "propose 1 y",
      "stabilize 1 2",
      "compact 1 4",
      "deliver-msgs drop=(3)",
      "send-snapshot 1 3",
      "deliver-msgs 3",
      "log-level info",
      "hold-ready 3",
      "write-ready 3",
    ];
    expect(printed(...lagging).at(-2)).toContain("\nSnapshot Index:4 Term:1 ConfState:");
    expect(last(...lagging, "finish-ready 3", "raft-log 3")).toBe(
      "log is empty: first index=5, last index=4\n",
    );
    const restarted = ["finish-ready 3", "crash 3", "restart 3"];
    expect(last(...lagging, ...restarted)).toContain("commit: 4, applied: 4, lastindex: 4,");
    expect(last(...lagging, "crash 3", "restart 3")).toContain("applied: 2, lastindex: 3,");
    const next = ["tick-heartbeat 1", "stabilize 1", "deliver-msgs 3"];
    expect(last(...lagging, ...restarted, ...next, "process-ready 3")).toMatch(
      /^Ready MustSync=false:\nLead:1/,
    );
  });

  test("finish a pipelined Ready with what may be done at once", () => {
    const pipelined = [
      "log-level none",
      "add-nodes 3 voters=(1,2,3) index=2 storage-writes=pipelined",
      "campaign 1",
      "stabilize",
      "propose 1 a",
      "hold-ready 1",
      "deliver-msgs 2",
      "stabilize 2",
      "deliver-msgs 1",
      "log-level debug",
    ];
    const light = last(...pipelined, "finish-ready 1");
    expect(light).toBe(`LightReady:
Commit:4
CommittedEntries:
1/4 EntryNormal "a"
Messages:
1->2 MsgApp Term:1 Log:1/4 Commit:4
1->3 MsgApp Term:1 Log:1/4 Commit:4
`);
    expect(last(...pipelined, "finish-ready 1", "deliver-msgs 2")).toContain(" Commit:4\n");
    const vote = ["campaign 2", "hold-ready 2", "deliver-msgs 3", "finish-ready 2"];
    expect(last(...pipelined, ...vote, "deliver-msgs 3 type=MsgVote")).toMatch(/^2->3 MsgVote /);
    const snapshot = [
      "send-snapshot 1 2",
      "finish-ready 1",
      "process-ready 1",
      "send-snapshot 1 2",
    ];
    expect(last(...pipelined, ...snapshot)).toContain("Snapshot: Index:4 Term:1");
  });
});

describe("describeDifference", () => {
  test("names file, line and directive, and shows what is around the difference", () => {
    const [outcome] = outcomesOf("\nadd-nodes 1 voters=(1,2) index=2\n----\nINFO one\n");
    expect(describeDifference("some.txt", outcome!))
      .toBe(`some.txt:2: add-nodes 1 voters=(1,2) index=2
--- expected
+++ actual
@@ -1,1 +1,3 @@
-INFO one
+INFO 1 switched to configuration voters=(1 2)
+INFO 1 became follower at term 0
+INFO newRaft 1 [peers: [1,2], term: 0, commit: 2, applied: 2, lastindex: 2, lastterm: 1]
`);
  });

  test("gives the reason where there is nothing to compare", () => {
    const [outcome] = outcomesOf("campaign 1\n----\nok\n");
    expect(describeDifference("some.txt", outcome!)).toBe(
      "some.txt:1: campaign 1\n  there is no node 1: 0 were added\n",
    );
  });

  test("puts differences that are far from each other into hunks of their own", () => {
    const expected = Array.from({ length: 20 }, (_, i) => `${i}\n`);
    const actual = expected.toSpliced(1, 1).toSpliced(16, 0, "new\n");
    expect(unifiedDiff(expected.join(""), actual.join(""))).toBe(`@@ -1,5 +1,4 @@
 0
-1
 2
 3
 4
@@ -15,6 +14,7 @@
 14
 15
 16
+new
 17
 18
 19
`);
    expect(unifiedDiff("", "a\n")).toBe("@@ -0,0 +1,1 @@\n+a\n");
    expect(unifiedDiff("a\n", "a\n")).toBe("");
  });
});
