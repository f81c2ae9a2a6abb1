import type { AdminAnswerView } from "@chronik/core/view";
import { useId, useState } from "react";
import type { FormEvent } from "react";
import { usePage, useView } from "../pageContext.ts";

/** One line, one answer: what an administrator would type. */
export function Console() {
  const { dispatch } = usePage();
  const refusal = useView((state) => state.commandRefusal);
  const answer = useView((state) => state.world?.adminAnswers.at(-1) ?? null);
  const [line, setLine] = useState("cluster status");
  const list = useId();
  const give = (event: FormEvent): void => {
    event.preventDefault();
    if (line.trim() !== "") dispatch({ kind: "command", line });
  };
  return (
    <>
      <form className="console" aria-label="Console" onSubmit={give}>
        <label className="field grow">
          <span className="quiet">command</span>
          <input
            className="code"
            list={list}
            value={line}
            maxLength={200}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => setLine(event.target.value)}
          />
          <datalist id={list}>
            {COMMANDS.map((command) => (
              <option key={command}>{command}</option>
            ))}
          </datalist>
        </label>
        <button type="submit" className="button">
          Run
        </button>
      </form>
      <div className="console-answer small" role="log" aria-label="Answer of the console">
        {refusal === null ? null : <p className="tone-bad">{refusal}</p>}
        {refusal === null && answer !== null ? <Answer answer={answer} /> : null}
      </div>
    </>
  );
}

const COMMANDS = [
  "cluster status",
  "health",
  "list-nodes",
  "list-partitions",
  "partition-info orders-0",
  "isr-status",
  "add-node",
  "remove-node 3",
  "rebalance",
  "reassign orders-0 2,3,1",
  "create-partitions orders 8",
  "alter-topic orders 1 unclean",
];

function Answer({ answer }: { answer: AdminAnswerView }) {
  const failed = answer.state === "error" || answer.state === "unanswered";
  const outcome = answer.state === "waiting" ? "waits for an answer" : `answered by ${answer.node}`;
  return (
    <>
      <p>
        <b>{answer.command}</b> <span className="quiet">{failed ? "" : outcome}</span>{" "}
        <span className={failed ? "tone-bad" : ""}>
          {answer.text === "no answer yet" ? "" : answer.text}
        </span>
      </p>
      {answer.facts.length === 0 ? null : (
        <p>{answer.facts.map(({ name, value }) => `${name}: ${value}`).join(", ")}</p>
      )}
      {answer.rows.length === 0 ? null : (
        <table className="facts-table code" aria-label={`Answer to ${answer.command}`}>
          <thead>
            <tr>
              {answer.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {answer.rows.map((row, at) => (
              <tr key={at}>
                {row.map((cell, column) => (
                  <td key={column}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
