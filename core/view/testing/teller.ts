import { index, nodeId, term } from "../../base/index.ts";
import type { BrokerEvent } from "../../broker/index.ts";
import type { Happening, RequestRecord } from "../../sim/index.ts";
import { brokerEventView } from "../brokerEventView.ts";
import { flightLabel } from "../flightLabel.ts";
import { flightView } from "../flightView.ts";
import { eventView } from "../eventView.ts";
import type { TellMore } from "../eventView.ts";
import { plainText } from "../richText.ts";
import type { ErrorName } from "../source.ts";
import { Story } from "../story.ts";

/** Tells events one after the other and returns what is said of the last one. */
export class Teller {
  readonly story = new Story(3);
  readonly requests: RequestRecord[] = [];
  readonly #errorName: ErrorName;
  #id = 0;

  readonly #tellMore: TellMore = (event, story) =>
    brokerEventView(event, story, this.requests, {
      errorName: this.#errorName,
      labelOf: (flight) => flightLabel(flightView(flight, null)),
    });

  constructor(errorName: ErrorName) {
    this.#errorName = errorName;
  }

  /** `atUs` is a later moment than that of the event before, unless it is given. */
  tell(node: number, event: BrokerEvent | Happening, atUs = 1_000 * this.#id): string | null {
    const world = { id: ++this.#id, atUs, node: nodeId(node), event };
    const view = eventView(world, this.story, this.#tellMore);
    this.story.observe(world);
    return view === null
      ? null
      : `${view.importance} ${view.tone}: ${plainText(view.what)} ${plainText(view.why)}`;
  }

  refs(node: number, event: BrokerEvent | Happening): (string | null)[] {
    const world = { id: ++this.#id, atUs: 0, node: nodeId(node), event };
    const view = eventView(world, this.story, this.#tellMore);
    return (view?.what ?? []).map(({ ref }) => ref).filter((ref) => ref !== null);
  }

  static started(errorName: ErrorName): Teller {
    const teller = new Teller(errorName);
    for (const node of [1, 2, 3]) teller.tell(node, { kind: "processStarted", incarnation: 1 });
    return teller;
  }

  /** n2 leads term 3 with the vote of n1; orders-0 is kept by all and led by n1. */
  static running(errorName: ErrorName): Teller {
    const teller = Teller.started(errorName);
    teller.tell(2, role("follower", "preCandidate", 2, "electionTimeout"));
    teller.tell(2, role("preCandidate", "candidate", 3, "preVoteWon"));
    teller.tell(1, vote("voteGranted", 2, 3));
    teller.tell(2, role("candidate", "leader", 3, "electionWon"));
    teller.tell(
      2,
      applied(1, {
        kind: "assignPartition",
        topic: "orders",
        partition: 0,
        replicas: [nodeId(1), nodeId(2), nodeId(3)],
      }),
    );
    return teller;
  }
}

export type Of<Kind> = Extract<BrokerEvent, { kind: Kind }>;

export const role = (
  from: Of<"roleChanged">["from"],
  to: Of<"roleChanged">["to"],
  inTerm: number,
  cause: Of<"roleChanged">["cause"],
): BrokerEvent => ({ kind: "roleChanged", from, to, term: term(inTerm), cause });

export const vote = (kind: "voteGranted", candidate: number, inTerm: number): BrokerEvent => ({
  kind,
  candidate: nodeId(candidate),
  term: term(inTerm),
  preVote: false,
});

export const applied = (at: number, command: Of<"commandApplied">["command"]): BrokerEvent => ({
  kind: "commandApplied",
  index: index(at),
  command,
  noOpReason: null,
});
