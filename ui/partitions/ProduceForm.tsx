import type { PartitionView } from "@chronik/core/view";
import { useId, useState } from "react";
import type { FormEvent } from "react";
import { usePage, useView } from "../pageContext.ts";

const NO_NODES: readonly string[] = [];
const ACKS = ["0", "1", "all"] as const;
/** Where the key N goes. */
export const PRODUCE_FOCUS = "produce-key";

interface ProduceFormProps {
  readonly partition: PartitionView;
  readonly names: readonly string[];
}

/** One record, sent to the leader unless another node is chosen. */
export function ProduceForm({ partition, names }: ProduceFormProps) {
  const { dispatch } = usePage();
  const nodes = useView((state) => state.world?.nodeNames ?? NO_NODES);
  const [via, setVia] = useState("");
  const [key, setKey] = useState("k1");
  const [value, setValue] = useState("paid");
  const [acks, setAcks] = useState<(typeof ACKS)[number]>("all");
  const group = useId();

  const target = { topic: partition.topic, partition: partition.partition };
  const send = (event: FormEvent): void => {
    event.preventDefault();
    const node = via === "" ? partition.leader : via;
    dispatch({ kind: "produce", node, ...target, key, value, acks });
    setKey(nextKey(key));
  };
  return (
    <form className="produce" onSubmit={send}>
      <label className="field to">
        <span className="quiet">to</span>
        <select
          aria-label="Partition"
          value={partition.name}
          onChange={(e) => dispatch({ kind: "selectPartition", partition: e.target.value })}
        >
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label className="field via">
        <span className="quiet">via</span>
        <select aria-label="Node" value={via} onChange={(e) => setVia(e.target.value)}>
          <option value="">{`leader ${partition.leader}`}</option>
          {nodes.map((node) => (
            <option key={node}>{node}</option>
          ))}
        </select>
      </label>
      <fieldset className="segmented" aria-label="acks">
        <span className="quiet">acks</span>
        {ACKS.map((choice) => (
          <label key={choice}>
            <input
              className="hidden-text"
              type="radio"
              name={group}
              checked={acks === choice}
              onChange={() => setAcks(choice)}
            />
            {choice}
          </label>
        ))}
      </fieldset>
      <label className="field key">
        <span className="quiet">key</span>
        <input
          id={PRODUCE_FOCUS}
          aria-label="Key"
          value={key}
          maxLength={64}
          autoComplete="off"
          onChange={(e) => setKey(e.target.value)}
        />
      </label>
      <label className="field value">
        <span className="quiet">value</span>
        <input
          aria-label="Value"
          value={value}
          maxLength={200}
          autoComplete="off"
          onChange={(e) => setValue(e.target.value)}
        />
      </label>
      <button
        type="button"
        className="button"
        onClick={() => dispatch({ kind: "consume", ...target })}
      >
        Read back
      </button>
      <button type="submit" className="button primary">
        Send
      </button>
    </form>
  );
}

/** "k1", then "k2": records that can be told apart when they are read back. */
function nextKey(key: string): string {
  return key.replace(/\d{1,9}$/, (digits) => String(Number(digits) + 1));
}
