import { useState } from "react";
import type { FormEvent } from "react";
import { usePage, useView } from "../pageContext.ts";

interface SeedFormProps {
  readonly close: () => void;
  /** On a phone that would bring up the keyboard. */
  readonly takesFocus: boolean;
}

/** A field for another seed, and the hash that proves two runs equal. */
export function SeedForm({ close, takesFocus }: SeedFormProps) {
  const { dispatch } = usePage();
  const seed = useView((state) => state.scenario.seed);
  const hash = useView((state) => state.scenario.traceHash);
  const [text, setText] = useState(String(seed));
  const open = (event: FormEvent): void => {
    event.preventDefault();
    dispatch({ kind: "openSeed", text });
    close();
  };
  return (
    <form className="seed-form" onSubmit={open}>
      <label className="field">
        <span className="quiet">seed</span>
        <input
          aria-label="New seed"
          inputMode="numeric"
          autoComplete="off"
          autoFocus={takesFocus}
          value={text}
          onFocus={(e) => e.target.select()}
          onChange={(e) => setText(e.target.value)}
        />
      </label>
      <button type="submit" className="button primary">
        Open
      </button>
      <p className="small quiet">
        The same seed and the same actions give the same run, in every browser.
      </p>
      {hash === undefined ? null : (
        <p className="small quiet">
          Trace hash{" "}
          <output className="code" aria-label="Trace hash">
            {hash}
          </output>
        </p>
      )}
    </form>
  );
}
