import { useRef } from "react";
import type { GateView } from "@chronik/core/view";
import { FsyncBar } from "../glyph/FsyncBar.tsx";
import { useMotion } from "../motion.ts";
import { setText } from "../setText.ts";
import { spanText } from "../timeText.ts";

interface GateProps {
  readonly gate: GateView | null;
  readonly mustSync: boolean;
  /** A person holds the Ready before it is persisted. */
  readonly isHeld: boolean;
}

/** The write between Persist and Send after: what is below may not leave before it is solid. */
export function Gate({ gate, mustSync, isHeld }: GateProps) {
  const state = gate?.state ?? "none";
  // The disk is not held: what it has begun it will finish.
  const waits = isHeld && mustSync && state === "none";
  return (
    <div className={`gate ${state} ${mustSync ? "" : "needless"}`}>
      <FsyncBar
        startedAtUs={gate?.startedAtUs ?? 0}
        endsAtUs={gate?.endsAtUs ?? 0}
        state={state}
        height={12}
      />
      <div className="gate-label">
        {gate === null || state === "none" ? (
          <span className="quiet">{mustSync ? "write not begun" : "nothing to sync"}</span>
        ) : (
          <Progress gate={gate} mustSync={mustSync} />
        )}
        <span className={`cut-short ${waits ? "strong ink" : "quiet"}`}>
          {waits ? "shut: waits for you" : mustSync ? RULES[state] : OPEN}
        </span>
      </div>
    </div>
  );
}

function Progress({ gate, mustSync }: { gate: GateView; mustSync: boolean }) {
  const text = useRef<HTMLSpanElement>(null);
  const total = spanText(gate.endsAtUs - gate.startedAtUs);
  useMotion((nowUs) => {
    const done = Math.max(0, Math.min(nowUs, gate.endsAtUs) - gate.startedAtUs);
    setText(
      text.current,
      gate.state === "durable" ? `in ${total}` : `${(done / 1000).toFixed(1)} of ${total}`,
    );
  });
  return (
    <span>
      <b>{gate.state === "durable" ? "durable" : mustSync ? "fsync" : "write"}</b>{" "}
      <span ref={text} />
    </span>
  );
}

const OPEN = "the gate is open";
const SHUT = "nothing below may leave before this is durable";
const RULES = { none: SHUT, writing: SHUT, durable: OPEN };
