import { Rich } from "../glyph/Rich.tsx";
import { useView } from "../pageContext.ts";

/** What happens now, and why. The largest text of the page, and one of its two bright places. */
export function Sentence() {
  const sentence = useView((state) => state.sentence);
  const failed = useView((state) => state.boot === "failed");
  if (sentence === null) {
    return (
      <div className="say">
        <h1>{failed ? "The cluster could not start." : "The cluster is starting."}</h1>
        <p className="why">{failed ? "" : "Three brokers read their disks and elect a leader."}</p>
      </div>
    );
  }
  return (
    <div className="say">
      <div>
        <h1>
          <Rich text={sentence.what} />
        </h1>
        <p className="why">
          <Rich text={sentence.why} />
        </p>
      </div>
    </div>
  );
}
