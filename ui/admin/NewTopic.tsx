import type { PageState } from "../page.ts";
import type { RequestView } from "@chronik/core/view";
import { useState } from "react";
import { FieldForm } from "../form/FieldForm.tsx";
import { CheckField, ChoiceField, TextField } from "../form/fields.tsx";
import { NumberField } from "../form/NumberField.tsx";
import { usePage, useView } from "../pageContext.ts";
import { requestAnswer, requestTitle } from "../partitions/requestText.ts";

const MODES = ["isr", "raft"] as const;
const PARTITIONS_MAX = 100;
const NODES_MAX = 9;

/** A topic as a client asks for it; what is refused is said in words below. */
export function NewTopic() {
  const { dispatch } = usePage();
  const [topic, setTopic] = useState("payments");
  const [partitionCount, setPartitionCount] = useState(6);
  const [replicationFactor, setReplicationFactor] = useState(3);
  const [minInsyncReplicas, setMinInsyncReplicas] = useState(2);
  const [replicationMode, setReplicationMode] = useState<(typeof MODES)[number]>("isr");
  const [uncleanLeaderElection, setUnclean] = useState(false);
  const create = (): void =>
    dispatch({
      kind: "createTopic",
      topic,
      partitionCount,
      replicationFactor,
      minInsyncReplicas,
      replicationMode,
      uncleanLeaderElection,
    });
  return (
    <FieldForm
      label="New topic"
      send="Create topic"
      isPrimary
      onSend={create}
      below={<LastAnswer />}
    >
      <TextField label="topic" className="grow" value={topic} onChange={setTopic} />
      <NumberField
        label="partitions"
        value={partitionCount}
        min={1}
        max={PARTITIONS_MAX}
        onChange={setPartitionCount}
      />
      <NumberField
        label="copies"
        value={replicationFactor}
        min={1}
        max={NODES_MAX}
        onChange={setReplicationFactor}
      />
      <NumberField
        label="min ISR"
        value={minInsyncReplicas}
        min={1}
        max={NODES_MAX}
        onChange={setMinInsyncReplicas}
      />
      <ChoiceField
        label="mode"
        value={replicationMode}
        values={MODES}
        onChange={setReplicationMode}
      />
      <CheckField
        label="unclean election"
        title="A replica from outside the ISR may lead: records can be lost"
        checked={uncleanLeaderElection}
        onChange={setUnclean}
      />
    </FieldForm>
  );
}

/** What became of the last topic that was asked for. */
function LastAnswer() {
  const request = useView(lastCreation);
  if (request === null) return null;
  const answer = requestAnswer(request) ?? "no answer yet";
  const failed = request.state === "error" || request.state === "unanswered";
  return (
    <p className="small wide" role="status">
      <b>{requestTitle(request)}</b> <span className={failed ? "tone-bad" : "quiet"}>{answer}</span>
    </p>
  );
}

function lastCreation({ world }: PageState): RequestView | null {
  return world?.requests.findLast(({ kind }) => kind === "createTopics") ?? null;
}
