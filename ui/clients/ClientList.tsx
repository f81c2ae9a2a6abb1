import type { ClientView } from "@chronik/core/view";
import { usePage, useView } from "../pageContext.ts";

const NO_CLIENTS: readonly ClientView[] = [];

export function ClientList() {
  const clients = useView((state) => state.world?.clients ?? NO_CLIENTS);
  if (clients.length === 0) {
    return (
      <p className="small quiet">
        You are c1. Producers and consumers that are started here work by themselves.
      </p>
    );
  }
  return (
    <ul className="client-list small" aria-label="Running clients">
      {clients.map((client) => (
        <Client key={client.name} client={client} />
      ))}
    </ul>
  );
}

function Client({ client }: { client: ClientView }) {
  const { dispatch } = usePage();
  const { name, id, kind, topic, state, isStopping, facts } = client;
  return (
    <li>
      <span>
        <b>{name}</b> {kind} of {topic},{" "}
        <span className={state === "failed" ? "tone-bad" : "quiet"}>{state}</span>
      </span>
      <span className="quiet grow">
        {facts.map(({ what, number }) => `${what} ${number}`).join(", ")}
      </span>
      <button
        type="button"
        className="button small-button"
        aria-label={`Stop ${name}`}
        title="It finishes what it has begun"
        disabled={isStopping}
        onClick={() => dispatch({ kind: "stopClient", client: id, crash: false })}
      >
        Stop
      </button>
      <button
        type="button"
        className="button small-button"
        aria-label={`Crash ${name}`}
        title="It is gone at once, in the middle of what it does"
        onClick={() => dispatch({ kind: "stopClient", client: id, crash: true })}
      >
        Crash
      </button>
    </li>
  );
}
