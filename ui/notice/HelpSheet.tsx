import type { FlightKind } from "@chronik/core/view";
import { useEffect, useRef } from "react";
import { EntryCell } from "../glyph/EntryCell.tsx";
import { Icon } from "../glyph/Icon.tsx";
import { MessageGlyph } from "../glyph/MessageGlyph.tsx";

/** Keys and signs. It never covers the sentence or stops the cluster. */
export function HelpSheet({ onClose }: { onClose: () => void }) {
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), []);
  return (
    <div className="sheet help" role="dialog" aria-label="Help">
      <div className="panel-head">
        <h2>Keys</h2>
        <button
          ref={close}
          type="button"
          className="button bare icon-only end"
          aria-label="Close help"
          onClick={onClose}
        >
          <Icon name="bad" />
        </button>
      </div>
      <dl className="key-list">
        {KEYS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <h2>Signs</h2>
      <dl className="sign-list">
        {MESSAGES.map(([kind, meaning]) => (
          <div key={kind}>
            <dt>
              <svg width="26" height="22" viewBox="-13 -11 26 22" aria-hidden="true">
                <MessageGlyph kind={kind} />
              </svg>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
        {ENTRIES.map(([state, meaning]) => (
          <div key={state}>
            <dt>
              <svg width="36" height="20" aria-hidden="true">
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
              </svg>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const KEYS: readonly (readonly [string, string])[] = [
  ["Space", "play or pause"],
  [". ,", "next, previous event"],
  ["L", "live: the end of the run"],
  ["[ ]", "slower, faster"],
  ["1 … 9", "select a node"],
  ["K", "cut the power of the selected node"],
  ["R", "restart it"],
  ["T", "let its election timer run out"],
  ["P", "cut its links, or heal them"],
  ["N", "write a record"],
  ["C", "producers, consumers, groups"],
  ["A", "topics, nodes, console"],
  ["D", "the node’s disk, or its Ready"],
  ["Esc", "close, or leave a field"],
];

const MESSAGES: readonly (readonly [FlightKind, string])[] = [
  ["append", "append entries; hollow is the ack"],
  ["heartbeat", "heartbeat"],
  ["vote", "vote"],
  ["preVote", "pre-vote: asks first, its term stays"],
  ["snapshot", "snapshot"],
  ["produce", "client’s request"],
  ["fetch", "fetch; a dot between brokers"],
];

const ENTRIES: readonly (readonly ["memory" | "disk" | "committed", string])[] = [
  ["memory", "entry in memory: a crash takes it"],
  ["disk", "entry on disk, not committed"],
  ["committed", "entry committed; the number is its term"],
];
