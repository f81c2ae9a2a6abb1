import type { FlightKind, NodeView } from "@chronik/core/view";
import type { ReactNode } from "react";
import { EntryCell } from "../glyph/EntryCell.tsx";
import { MessageGlyph } from "../glyph/MessageGlyph.tsx";
import { Sheet } from "../notice/Sheet.tsx";
import { NodeFigure } from "../stage/NodeFigure.tsx";
import "../styles/legend.css";
import { GLOSSARY } from "./glossary.ts";

/** Every sign of the page with its meaning, and every word of the field that it uses. */
export function LegendSheet({ onClose }: { onClose: () => void }) {
  return (
    <Sheet name="Legend" title="Legend" className="legend-sheet" onClose={onClose}>
      <p className="small quiet">
        Fill and number are the term, the outline is the role. Hatched is what a crash takes.
      </p>
      <Signs title="Nodes">
        {NODES.map(([state, meaning]) => (
          <Sign key={meaning} meaning={meaning} width={46} height={56} left={-23} top={-34}>
            <g transform="scale(.6)">
              <NodeFigure node={{ ...NODE, ...state }} size={NODE_SIZE} />
            </g>
          </Sign>
        ))}
      </Signs>
      <Signs title="Messages">
        {MESSAGES.map(([kind, meaning]) => (
          <Sign key={kind} meaning={meaning} width={28} height={24} left={-14} top={-12}>
            <MessageGlyph kind={kind} />
          </Sign>
        ))}
        {MARKS.map(([marks, meaning]) => (
          <Sign key={meaning} meaning={meaning} width={36} height={30} left={-14} top={-15}>
            <MessageGlyph kind="append" {...marks} />
          </Sign>
        ))}
      </Signs>
      <Signs title="Entries">
        {ENTRIES.map(([state, meaning]) => (
          <Sign key={state} meaning={meaning} width={36} height={20} left={0} top={0}>
            <EntryCell
              x={0}
              y={0}
              width={36}
              height={20}
              term={3}
              state={state}
              text="3"
              lit={false}
            />
          </Sign>
        ))}
        <Sign meaning="committed up to the line, applied up to its head" {...PIN_BOX}>
          <path className="stroke-ink w2 none" d="M0-10v20" />
          <circle className="fill-ink" cy="-10" r="3" />
        </Sign>
      </Signs>
      <Signs title="Replicas">
        {REPLICAS.map(([path, className, meaning]) => (
          <Sign key={meaning} meaning={meaning} width={28} height={20} left={-14} top={-10}>
            <path className={className} d={path} />
          </Sign>
        ))}
      </Signs>
      <section aria-label="Words">
        <h3>Words</h3>
        <dl className="words">
          {GLOSSARY.map(([word, meaning]) => (
            <div key={word}>
              <dt>{word}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </section>
    </Sheet>
  );
}

function Signs({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <dl>{children}</dl>
    </section>
  );
}

interface SignProps {
  readonly meaning: string;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly children: ReactNode;
}

function Sign({ meaning, width, height, left, top, children }: SignProps) {
  return (
    <div>
      <dt>
        <svg
          width={width}
          height={height}
          viewBox={`${left} ${top} ${width} ${height}`}
          aria-hidden="true"
        >
          {children}
        </svg>
      </dt>
      <dd>{meaning}</dd>
    </div>
  );
}

const PIN_BOX = { width: 28, height: 26, left: -14, top: -14 };
const NODE_SIZE = { nodeRadius: 28, outlineRadius: 34 };

const NODE: NodeView = {
  name: "n1",
  id: 1,
  process: "running",
  processSinceUs: 0,
  role: "follower",
  term: 3,
  votedFor: null,
  leader: null,
  commit: 0,
  applied: 0,
  votes: {},
  votesNeeded: 2,
  isolated: false,
  // So long that it seems to stand.
  timer: { startedAtUs: 0, expiresAtUs: 6.5e14, longestUs: 1e15 },
  pausedTimer: null,
  write: null,
  metadataHash: "",
  membership: "voter",
  brokerEpoch: 0,
  isFenced: false,
  isDamaged: false,
  isDiskFull: false,
  isPaused: false,
  clockPercent: 100,
};

const NODES: readonly (readonly [Partial<NodeView>, string])[] = [
  [{}, "follower: the arc is the time left until it campaigns; a full ring is the longest timeout"],
  [{ role: "preCandidate", timer: null }, "pre-candidate: asks first, its term stays"],
  [
    { role: "candidate", timer: null, votes: { n1: "granted", n2: "refused" } },
    "candidate: dots are votes granted, refused, open",
  ],
  [{ role: "leader", timer: null }, "leader: second ring and crown"],
  [{ role: "leader", term: 2, timer: null }, "old leader: keeps its old number and hue"],
  [{ membership: "learner" }, "learner: has the log but no vote"],
  [
    { isPaused: true, timer: null, pausedTimer: { leftUs: 13, longestUs: 19 } },
    "paused: alive but not running, and its timer stands",
  ],
  [{ process: "crashed" }, "without power: nothing left but its disk"],
  [{ process: "stopped" }, "stopped itself: its disk failed or is damaged"],
];

const MESSAGES: readonly (readonly [FlightKind, string])[] = [
  ["append", "append entries"],
  ["heartbeat", "heartbeat; in a large cluster a pulse on the link"],
  ["vote", "request for a vote"],
  ["preVote", "pre-vote"],
  ["snapshot", "snapshot"],
  ["produce", "client’s request"],
  ["fetch", "fetch; a dot between brokers"],
];

const MARKS = [
  [{ answer: true }, "hollow answers"],
  [{ answer: true, refused: true }, "a stroke through it refuses"],
  [{ held: true }, "a bar in front: held"],
  [{ lost: true }, "a cross: lost"],
  [{ duplicate: true }, "a second outline: repeated"],
] as const;

const ENTRIES: readonly (readonly ["memory" | "disk" | "committed", string])[] = [
  ["memory", "in memory: a crash takes it"],
  ["disk", "on disk, not committed"],
  ["committed", "committed; the number is its term"],
];

const REPLICAS = [
  ["M-7-7h14v14h-14z", "fill-ink", "leader"],
  ["M-7-1h14v8h-14z", "fill-ink-2", "in the ISR"],
  ["M-7-1h14v7h-14z", "stroke-ink-2 w15 none", "not in the ISR"],
  ["M-1-1h2v2h-2z", "fill-line", "no copy"],
] as const;
