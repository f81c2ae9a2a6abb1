/**
 * The words that the page uses without saying what they mean, in one sentence each, in alphabetical
 * order. They mean what they mean in the Raft paper and in Kafka's documentation.
 */
export const GLOSSARY: readonly (readonly [word: string, meaning: string])[] = [
  ["ack", "A follower’s answer to an append: what it holds on its disk is counted for the commit."],
  ["acks", "How much a producer waits for: 0 nothing, 1 the leader, all every member of the ISR."],
  ["applied", "A committed entry that has changed the node’s own state."],
  ["branch", "Another future of the same run, from the moment at which something else was done."],
  ["commit", "The last entry that a majority holds durably; no later leader can lack it."],
  ["controller", "The leader of the metadata log: only it decides on topics, leaders and the ISR."],
  ["cut", "A part of the network that no message crosses."],
  ["election timer", "If it runs out before a leader is heard of, the node asks for votes."],
  [
    "entry",
    "One place in the replicated log: its index says where, its term says who put it there.",
  ],
  ["fenced", "A broker that the controller takes for dead: it leads no partition."],
  [
    "fsync",
    "Makes what was written survive a loss of power; until it returns nothing is promised.",
  ],
  ["hard state", "Term, vote and commit: what a node must remember over every crash."],
  ["HW", "High watermark: records below it are on every member of the ISR, and can be read."],
  ["invariant", "A rule that may never be broken; all are checked after every step of every node."],
  ["ISR", "In-sync replicas: the copies of a partition that count for acks=all and may lead it."],
  ["leader epoch", "Grows with every new leader of a partition, as the term does for Raft."],
  ["LEO", "Log end offset: where the next record of a copy will stand."],
  ["match, next", "How far a follower agrees with the leader, and what it will be sent next."],
  ["min ISR", "With fewer members of the ISR than that, acks=all is refused."],
  ["offset", "The number of a record in its partition."],
  ["partition", "One log of a topic, kept by several brokers, led by one of them."],
  ["pre-vote", "Asks whether an election could be won before it disturbs anybody with a new term."],
  ["quorum", "A majority of the voters: any two of them have a node in common."],
  ["Ready", "A batch of work that Raft hands out: save this, then send that, then apply these."],
  ["snapshot", "The state up to an entry; it takes the place of all entries before it."],
  ["stranded", "An entry that was never committed and will give way to the leader’s."],
  ["term", "The number of an election; in each at most one node is elected."],
  ["torn", "A write that a loss of power has cut short."],
  ["WAL", "Write-ahead log: the file that everything a node promises is written to first."],
];
