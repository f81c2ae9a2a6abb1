import type { NetworkView } from "@chronik/core/view";
import { useState } from "react";
import { FieldForm } from "../form/FieldForm.tsx";
import { NumberField } from "../form/NumberField.tsx";
import { usePage, useView } from "../pageContext.ts";
import { DIALS_FOCUS } from "./dialsFocus.ts";
import { TIMING_USUAL, timingVerdict } from "./timing.ts";
import type { Timing } from "./timing.ts";

const LATENCY_MAX_MS = 10_000;
const PERCENT_MAX = 100;

/** How slow the world is, and how patient the brokers are. */
export function Dials() {
  const network = useView((state) => state.world?.network ?? null);
  const options = useView((state) => state.scenario.options);
  const seed = useView((state) => state.scenario.seed);
  if (network === null) return null;
  const { latencyMinUs, latencyMaxUs } = network;
  const timing = { ...TIMING_USUAL, ...options, latencyMinUs, latencyMaxUs };
  return (
    <>
      <h2>Network, from now on</h2>
      <NetworkForm key={JSON.stringify(network)} network={network} />
      <h2>Timers, in a new run of seed {seed}</h2>
      <TimerForm key={JSON.stringify(timing)} timing={timing} seed={seed} />
    </>
  );
}

/** Whole milliseconds are enough to play with. */
const msOf = (us: number): number => Math.max(1, Math.round(us / 1_000));

function NetworkForm({ network }: { network: NetworkView }) {
  const { dispatch } = usePage();
  const [minMs, setMinMs] = useState(msOf(network.latencyMinUs));
  const [maxMs, setMaxMs] = useState(msOf(network.latencyMaxUs));
  const [lossPercent, setLoss] = useState(network.lossPercent);
  const set = (): void =>
    dispatch({
      kind: "act",
      action: {
        kind: "setNetwork",
        latencyMinUs: minMs * 1_000,
        latencyMaxUs: Math.max(minMs, maxMs) * 1_000,
        lossPercent,
      },
    });
  return (
    <FieldForm label="Dials" send="Set network" onSend={set}>
      <NumberField
        id={DIALS_FOCUS}
        label="latency from ms"
        value={minMs}
        min={1}
        max={LATENCY_MAX_MS}
        onChange={setMinMs}
      />
      <NumberField
        label="latency to ms"
        value={maxMs}
        min={1}
        max={LATENCY_MAX_MS}
        onChange={setMaxMs}
      />
      <NumberField
        label="loss %"
        value={lossPercent}
        min={0}
        max={PERCENT_MAX}
        onChange={setLoss}
      />
    </FieldForm>
  );
}

interface Dial {
  readonly label: string;
  readonly field: keyof Timing;
  /** How much of the field's unit one step is. */
  readonly unit: number;
  readonly min: number;
  readonly max: number;
}

const DIALS: readonly Dial[] = [
  { label: "nodes", field: "nodeCount", unit: 1, min: 1, max: 9 },
  { label: "tick ms", field: "tickUs", unit: 1_000, min: 10, max: 1_000 },
  { label: "election ticks", field: "electionTicks", unit: 1, min: 3, max: 100 },
  { label: "heartbeat ticks", field: "heartbeatTicks", unit: 1, min: 1, max: 50 },
  { label: "fsync from ms", field: "syncMinUs", unit: 1_000, min: 1, max: 10_000 },
  { label: "fsync to ms", field: "syncMaxUs", unit: 1_000, min: 1, max: 10_000 },
];

/** Timers are what a cluster starts with: other ones are another run. */
function TimerForm({ timing, seed }: { timing: Timing; seed: number }) {
  const { dispatch } = usePage();
  const options = useView((state) => state.scenario.options);
  const [wanted, setWanted] = useState(timing);
  const { tone, text } = timingVerdict(wanted);
  const refusal = contradiction(wanted);
  return (
    <FieldForm
      label="Timers"
      send="Open with these timers"
      disabled={refusal !== null}
      title={refusal ?? "The same seed, from the start"}
      onSend={() => dispatch({ kind: "openRun", seed, options: { ...options, ...wanted } })}
      below={
        <p className="small wide" role="status" aria-label="Verdict">
          <span className={`tone-${tone}`}>{refusal ?? text}</span>{" "}
          <span className="quiet">
            Broadcast time ≪ election timeout ≪ time between failures (Raft paper 5.6).
          </span>
        </p>
      }
    >
      {DIALS.map(({ label, field, unit, min, max }) => (
        <NumberField
          key={field}
          label={label}
          value={Math.round(wanted[field] / unit)}
          min={min}
          max={max}
          onChange={(value) => setWanted({ ...wanted, [field]: value * unit })}
        />
      ))}
    </FieldForm>
  );
}

/** Why no run can have these; null when one can. */
function contradiction({ heartbeatTicks, electionTicks, syncMinUs, syncMaxUs }: Timing) {
  if (heartbeatTicks >= electionTicks) return "Heartbeats must come before an election does.";
  return syncMinUs > syncMaxUs ? "The shortest fsync is longer than the longest." : null;
}
