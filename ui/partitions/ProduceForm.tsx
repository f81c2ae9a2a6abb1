import { useEffect, useState } from "react";
import type { FormEvent } from "react";
import { ChoiceField, TextField } from "../form/fields.tsx";
import { topicOf } from "../geometry/matrixLayout.ts";
import { usePage, useView } from "../pageContext.ts";
import { selectPartition } from "./selectPartition.ts";

const NO_NODES: readonly string[] = [];
const ACKS = ["0", "1", "all"] as const;
const KEY_FIELD = "produce-key";

interface ProduceFormProps {
  readonly names: readonly string[];
  /** Each time it grows, the key takes the focus. */
  readonly focusWanted: number;
}

/** One record; a client looks for the leader and tries again, unless one node is chosen. */
export function ProduceForm({ names, focusWanted }: ProduceFormProps) {
  const { dispatch } = usePage();
  const selected = useView((state) => selectPartition(state)?.name ?? "");
  const topicSelected = useView((state) => selectPartition(state)?.topic ?? "");
  const partitionSelected = useView((state) => selectPartition(state)?.partition ?? 0);
  const nodes = useView((state) => state.world?.nodeNames ?? NO_NODES);
  const [via, setVia] = useState("");
  /** The topic in which the key decides. */
  const [byKey, setByKey] = useState<string | null>(null);
  const topics = [...new Set(names.map(topicOf))];
  const [key, setKey] = useState("k1");
  const [value, setValue] = useState("paid");
  const [acks, setAcks] = useState<(typeof ACKS)[number]>("all");
  useEffect(() => {
    if (focusWanted > 0) document.getElementById(KEY_FIELD)?.focus();
  }, [focusWanted]);

  const target = { topic: topicSelected, partition: partitionSelected };
  const chosen = byKey === null || key === "" ? target : { topic: byKey, partition: null };
  const choose = (name: string): void => {
    const topic = topics.find((one) => byKeyOf(one) === name) ?? null;
    setByKey(topic);
    if (topic === null) dispatch({ kind: "selectPartition", partition: name });
  };
  const send = (event: FormEvent): void => {
    event.preventDefault();
    const node = via === "" ? null : via;
    dispatch({ kind: "produce", node, ...chosen, key, value, acks });
    setKey(nextKey(key));
  };
  return (
    <form className="produce" onSubmit={send}>
      <label className="field to">
        <span className="quiet">to</span>
        <select
          aria-label="Partition"
          value={byKey === null ? selected : byKeyOf(byKey)}
          onChange={(e) => choose(e.target.value)}
        >
          {topics.map((topic) => (
            <option key={topic} value={byKeyOf(topic)}>
              {topic}, by key
            </option>
          ))}
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <Chevron />
      </label>
      <label className="field via" title="The node that is asked; any: as a client would">
        <span className="quiet">at</span>
        <select aria-label="Node" value={via} onChange={(e) => setVia(e.target.value)}>
          <option value="">any</option>
          {nodes.map((node) => (
            <option key={node}>{node}</option>
          ))}
        </select>
        <Chevron />
      </label>
      <TextField
        id={KEY_FIELD}
        label="key"
        className="key"
        value={key}
        lettersMax={64}
        onChange={setKey}
      />
      <TextField
        label="value"
        className="value"
        value={value}
        lettersMax={200}
        onChange={setValue}
      />
      <ChoiceField label="acks" value={acks} values={ACKS} onChange={setAcks} />
      <button type="submit" className="button primary">
        Send
      </button>
    </form>
  );
}

/** The system's own arrow takes more room than the line has. */
function Chevron() {
  return (
    <svg className="icon" viewBox="0 0 10 16" width="10" height="16" aria-hidden="true">
      <path d="m1.5 6.5 3.5 3.5 3.5-3.5" />
    </svg>
  );
}

/** No partition has such a name. */
const byKeyOf = (topic: string): string => `${topic} by key`;

/** "k1", then "k2": records that can be told apart when they are read back. */
function nextKey(key: string): string {
  return key.replace(/\d{1,9}$/, (digits) => String(Number(digits) + 1));
}
