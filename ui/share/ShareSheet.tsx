import { useRef, useState } from "react";
import type { ChangeEvent } from "react";
import { Sheet } from "../notice/Sheet.tsx";
import type { ShareKind } from "../page.ts";
import { usePage, useView } from "../pageContext.ts";
import { PICTURES, savePicture } from "./picture.ts";
import type { PictureName } from "./picture.ts";
import { readRunFile } from "./runFile.ts";
import "../styles/share.css";

/** Everything that a run can be turned into. The cluster goes on beneath it. */
export function ShareSheet({ onClose }: { onClose: () => void }) {
  const seed = useView((state) => state.scenario.seed);
  return (
    <Sheet name="Share" title="Share" className="share-sheet" onClose={onClose}>
      <p className="small quiet">
        Seed {seed}, what was done and this moment make the run: it is the same wherever it is
        opened. Nothing is uploaded.
      </p>
      <LinkLine />
      <div className="share-row">
        <Kind what="run" label="Save run file" />
        <OpenFile />
      </div>
      <h3>For tests</h3>
      <div className="share-row">
        <Kind what="playwright" label="Copy as Playwright scenario" />
        <Kind what="story" label="Copy as story" />
      </div>
      <h3>For other programs</h3>
      <div className="share-row">
        <Kind what="perfetto" label="Save Perfetto trace" />
        <Kind what="shiviz" label="Save ShiViz log" />
        <Kind what="embed" label="Copy embed code" />
      </div>
      <h3>Pictures of this moment</h3>
      <Pictures />
    </Sheet>
  );
}

/** The link stands here for those whose browser keeps the clipboard to itself. */
function LinkLine() {
  const { dispatch } = usePage();
  const link = useView((state) => state.scenario.link);
  return (
    <div className="share-row">
      {link === "" ? null : (
        <label className="field share-link">
          <input aria-label="Link" readOnly value={link} onFocus={(e) => e.target.select()} />
        </label>
      )}
      <button
        type="button"
        className="button primary"
        onClick={() => dispatch({ kind: "share", what: "link" })}
      >
        Copy link
      </button>
    </div>
  );
}

function Kind({ what, label }: { what: ShareKind; label: string }) {
  const { dispatch } = usePage();
  return (
    <button type="button" className="button" onClick={() => dispatch({ kind: "share", what })}>
      {label}
    </button>
  );
}

function OpenFile() {
  const { dispatch } = usePage();
  const input = useRef<HTMLInputElement>(null);
  const onChange = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.target.files?.[0];
    // The same file may be chosen again after it was changed.
    event.target.value = "";
    if (file !== undefined) void readRunFile(file).then(dispatch);
  };
  return (
    <>
      <button type="button" className="button" onClick={() => input.current?.click()}>
        Open run file
      </button>
      <input ref={input} type="file" accept=".jsonl,.json,.txt" hidden onChange={onChange} />
    </>
  );
}

const NAMES: readonly PictureName[] = ["cluster", "lanes"];

function Pictures() {
  const { store } = usePage();
  const [said, setSaid] = useState("");
  const save = (what: PictureName, format: "SVG" | "PNG"): void => {
    const { scenario, world } = store.getState();
    const moment = `${((world?.nowUs ?? 0) / 1_000_000).toFixed(3)} s`;
    const title = `${scenario.title}, seed ${scenario.seed}, ${moment}`;
    savePicture(what, format, title, `chronik-${scenario.seed}`).then(setSaid, () =>
      setSaid("This browser could not paint the picture."),
    );
  };
  return (
    <>
      {NAMES.map((what) => (
        <div className="share-row" key={what}>
          <span className="share-picture">{PICTURES[what].name}</span>
          {(["SVG", "PNG"] as const).map((format) => (
            <button
              key={format}
              type="button"
              className="button"
              aria-label={`Save ${PICTURES[what].name} as ${format}`}
              onClick={() => save(what, format)}
            >
              {format}
            </button>
          ))}
        </div>
      ))}
      <p className="small quiet" role="status">
        {said}
      </p>
    </>
  );
}
