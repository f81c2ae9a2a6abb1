import { useRef } from "react";
import type { GateView, ReadyView } from "@chronik/core/view";
import { FsyncBar } from "../glyph/FsyncBar.tsx";
import { useReadout } from "../motion.ts";
import { setText } from "../setText.ts";
import { spanText } from "../timeText.ts";

interface GateProps {
  readonly ready: Pick<ReadyView, "node" | "gate" | "mustSync">;
  /** The stage before the write that a person holds the Ready at: "Persist"; null for none. */
  readonly heldBefore: string | null;
}

/** The write between Persist and Send after: what is below may not leave before it is solid. */
export function Gate({ ready: { node, gate, mustSync }, heldBefore }: GateProps) {
  const state = gate?.state ?? "none";
  // The disk is not held: what it has begun it will finish.
  const waits = heldBefore !== null && state === "none";
  return (
    <div className={`gate ${state} ${mustSync ? "" : "needless"}`}>
      <FsyncBar
        startedAtUs={gate?.startedAtUs ?? 0}
        endsAtUs={gate?.endsAtUs ?? 0}
        state={state}
        height={12}
      />
      <div className="gate-label">
        {waits ? (
          <span className="strong ink cut-short">
            {mustSync ? "not begun" : "nothing to sync"}: you hold {node} before {heldBefore}
          </span>
        ) : (
          <>
            {gate === null || state === "none" ? (
              <span className="quiet">{mustSync ? "write not begun" : "nothing to sync"}</span>
            ) : (
              <Progress gate={gate} mustSync={mustSync} />
            )}
            <span className="quiet cut-short">{mustSync ? RULES[state] : OPEN}</span>
          </>
        )}
      </div>
    </div>
  );
}

function Progress({ gate, mustSync }: { gate: GateView; mustSync: boolean }) {
  const text = useRef<HTMLSpanElement>(null);
  const total = spanText(gate.endsAtUs - gate.startedAtUs);
  useReadout((nowUs) => {
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
const SHUT = (
  <>
    nothing below may leave<span className="until"> before this is durable</span>
  </>
);
const RULES = { none: SHUT, writing: SHUT, durable: OPEN };
