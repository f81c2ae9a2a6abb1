/** The states of a raft node (Raft paper, figure 4; pre-candidate: thesis 9.6). */
export type Role = "follower" | "preCandidate" | "candidate" | "leader";
