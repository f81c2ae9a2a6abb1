import { useState } from "react";
import { FieldForm } from "../form/FieldForm.tsx";
import { CheckField, ChoiceField, TextField } from "../form/fields.tsx";
import { NumberField } from "../form/NumberField.tsx";
import { topicOf } from "../geometry/matrixLayout.ts";
import { usePage, useView } from "../pageContext.ts";

const ACKS = ["0", "1", "all"] as const;
const RATE_MAX = 1_000;
const NO_NAMES: readonly string[] = [];

export function StartClients() {
  const names = useView((state) => state.world?.partitionNames ?? NO_NAMES);
  const topics = [...new Set(names.map(topicOf))].filter((name) => !name.startsWith("__"));
  const [chosen, setChosen] = useState("");
  const topic = topics.includes(chosen) ? chosen : (topics[0] ?? "");
  return (
    <>
      <label className="field">
        <span className="quiet">topic</span>
        <select value={topic} onChange={(event) => setChosen(event.target.value)}>
          {topics.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <StartProducer topic={topic} />
      <StartConsumer topic={topic} />
    </>
  );
}

function StartProducer({ topic }: { topic: string }) {
  const { dispatch } = usePage();
  const [recordsPerSecond, setRate] = useState(10);
  const [acks, setAcks] = useState<(typeof ACKS)[number]>("all");
  const [idempotent, setIdempotent] = useState(true);
  const isIdempotent = idempotent && acks === "all";
  return (
    <FieldForm
      label="New producer"
      send="Start producer"
      disabled={topic === ""}
      onSend={() =>
        dispatch({ kind: "startProducer", topic, recordsPerSecond, acks, idempotent: isIdempotent })
      }
    >
      <NumberField
        label="records/s"
        value={recordsPerSecond}
        min={1}
        max={RATE_MAX}
        onChange={setRate}
      />
      <ChoiceField label="acks" value={acks} values={ACKS} onChange={setAcks} />
      <CheckField
        label="idempotent"
        title="Needs acks=all: a batch that is sent again is stored once"
        checked={isIdempotent}
        disabled={acks !== "all"}
        onChange={setIdempotent}
      />
    </FieldForm>
  );
}

function StartConsumer({ topic }: { topic: string }) {
  const { dispatch } = usePage();
  const [group, setGroup] = useState("readers");
  const start = (): void => {
    const name = group.trim();
    dispatch({ kind: "startConsumer", topic, group: name === "" ? null : name });
  };
  return (
    <FieldForm label="New consumer" send="Start consumer" disabled={topic === ""} onSend={start}>
      <TextField label="group" className="grow" value={group} onChange={setGroup} />
    </FieldForm>
  );
}
