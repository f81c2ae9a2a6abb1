import type { DiskFileView, DiskView } from "@chronik/core/view";
import { FsyncBar } from "../glyph/FsyncBar.tsx";
import { useView } from "../pageContext.ts";
import { bytesText } from "../timeText.ts";

/** More segments than this are counted, and more other files than that. */
const SEGMENTS_MAX = 5;
const OTHERS_MAX = 4;

/** The files of the log as slots that fill up, the other files, and the write under way. */
export function Segments({ disk }: { disk: DiskView }) {
  const shown = disk.segments.slice(-SEGMENTS_MAX);
  const hidden = disk.segments.length - shown.length;
  const others = disk.otherFiles.slice(-OTHERS_MAX);
  const isCrowded = shown.length + others.length > 2;
  const capacity = Math.max(disk.segmentBytesMax, ...shown.map(({ sizeBytes }) => sizeBytes));
  return (
    <div className="segments">
      <ul aria-label="Files">
        {hidden + disk.removedSegmentCount === 0 ? null : (
          <li className="count">
            {disk.removedSegmentCount > 0 ? <span>{disk.removedSegmentCount} removed</span> : null}
            {hidden > 0 ? <span>{hidden} older</span> : null}
          </li>
        )}
        {shown.map((segment) => (
          <li key={segment.id} className="slot" title={fileSentence(segment)}>
            <Fill file={segment} capacity={capacity} />
            <span className="cut-short">{fileText(segment, isCrowded)}</span>
          </li>
        ))}
        {others.map((file) => (
          <li key={file.id} className="slot other" title={fileSentence(file)}>
            <Fill file={file} capacity={file.sizeBytes} />
            <span className="cut-short">{fileText(file, isCrowded)}</span>
          </li>
        ))}
        {disk.otherFiles.length > others.length ? (
          <li className="count">{disk.otherFiles.length - others.length} more</li>
        ) : null}
      </ul>
      <Writing node={disk.node} />
    </div>
  );
}

/** Solid is durable, hollow is lied about, hatched is in the cache. */
function Fill({ file, capacity }: { file: DiskFileView; capacity: number }) {
  const { durableBytes, liedBytes, sizeBytes, isNameDurable } = file;
  const cachedBytes = sizeBytes - durableBytes - liedBytes;
  const width = (bytes: number) => ({
    width: `${((100 * bytes) / Math.max(1, capacity)).toFixed(2)}%`,
  });
  return (
    <span className={isNameDurable ? "fill" : "fill nameless"} aria-hidden="true">
      <i className="durable" style={width(durableBytes)} />
      {liedBytes > 0 ? <i className="lied" style={width(liedBytes)} /> : null}
      {cachedBytes > 0 ? <i className="cache" style={width(cachedBytes)} /> : null}
    </span>
  );
}

function Writing({ node }: { node: string }) {
  const write = useView((state) => state.world?.nodes[node]?.write ?? null);
  return (
    <div className="writing">
      <FsyncBar
        startedAtUs={write?.startedAtUs ?? 0}
        endsAtUs={write?.endsAtUs ?? 0}
        state={write === null ? "none" : "writing"}
        height={8}
      />
      <span className="cut-short">{write === null ? "no write now" : write.label}</span>
    </div>
  );
}

function fileText({ text, sizeBytes }: DiskFileView, isCrowded: boolean): string {
  return isCrowded ? text : `${text} · ${bytesText(sizeBytes)}`;
}

function fileSentence({ file, sizeBytes, durableBytes, liedBytes, isNameDurable }: DiskFileView) {
  const parts = [`${file}: ${sizeBytes} bytes, ${durableBytes} of them durable`];
  if (liedBytes > 0) parts.push(`${liedBytes} only said to be`);
  if (!isNameDurable) parts.push("its name is not durable yet");
  return parts.join(", ");
}
