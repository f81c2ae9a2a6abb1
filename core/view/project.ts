import type { ClusterMetadata } from "../metadata/index.ts";
import type { RaftStatus } from "../raft/index.ts";
import type { DiskWrite, WorldEvent } from "../sim/index.ts";
import { newestMetadata, NO_METADATA } from "./appliedMetadata.ts";
import type { AppliedMetadata } from "./appliedMetadata.ts";
import { Commands } from "./commands.ts";
import type { Recovered } from "./diskNote.ts";
import { NO_BROKER_PART } from "./brokerPart.ts";
import type { BrokerPartView, Inspected } from "./brokerPart.ts";
import type { BrokerViews } from "./brokerViews.ts";
import type { DiskViews } from "./diskView.ts";
import { eventView } from "./eventView.ts";
import type { TellMore } from "./eventView.ts";
import type { Inspector } from "./inspector.ts";
import { firstSentence } from "./firstSentence.ts";
import { firstSuggestion } from "./firstSuggestion.ts";
import { flightView } from "./flightView.ts";
import { FlightViews } from "./flightViews.ts";
import { LogCells, logHeadView, logRowView, nodeLogs, quorumView } from "./logView.ts";
import { cutViews, linkViews, networkView, nodeView, writeView } from "./nodeView.ts";
import { Memos } from "./memo.ts";
import type { Members } from "./nodeView.ts";
import { readyView } from "./readyView.ts";
import { reuse } from "./reuse.ts";
import { nodeName } from "./richText.ts";
import { RunFold } from "./runView.ts";
import { safetyView } from "./safetyView.ts";
import { sentenceView } from "./sentence.ts";
import type { Scene } from "./sentence.ts";
import type { ProcessSource, Readers, WorldSource } from "./source.ts";
import { Story } from "./story.ts";
import { leaderOf, summaryView } from "./summaryView.ts";
import { EVENTS_MAX } from "./view.ts";
import type {
  DiskBytesView,
  EventView,
  LookedAt,
  ReadyStageView,
  WorldView,
  WriteView,
} from "./view.ts";
import { WriteLabels } from "./writeLabels.ts";

/**
 * Shows one world. It must be given all events of that world, from the first one on: they are told
 * only once. A world that was made anew, as for a seek, needs a new Projector; give it the view
 * that was shown last, and what did not change keeps its identity.
 *
 *     const projector = new Projector(readers, lastView, new BrokerViews(readers, clientReaders));
 *     const world = new World(run, { onEvent: projector.onEvent }, parts);
 *     projector.project(world);
 */
export class Projector {
  readonly #readers: Readers;
  readonly #commands: Commands;
  /** Null in a world without clients. */
  readonly #brokers: BrokerViews | null;
  readonly #writeLabels: WriteLabels;
  /** Null until `showDisks`. */
  #disks: DiskViews | null = null;
  #looksAtDiskOf: (node: string) => boolean = () => true;
  #inspector: Inspector | null = null;
  #inspected: Inspected | null = null;
  /** What each node found when it was started last. */
  readonly #recovered = new Map<number, Recovered>();
  readonly #run = new RunFold();
  readonly #flights = new FlightViews();
  /** A write is another object once it was cut short; all else about it was clear at its start. */
  readonly #writes = new WeakMap<DiskWrite, WriteView>();
  readonly #stages = new Memos<number, readonly ReadyStageView[]>();
  readonly #cells: LogCells;
  readonly #hashes = new WeakMap<ClusterMetadata, string>();
  /** Happened since the last projection. */
  #untold: WorldEvent[] = [];
  #events: readonly EventView[] = [];
  #story: Story | null = null;
  /** The newest that any node has applied: what was agreed on never goes back. */
  #metadata: AppliedMetadata = NO_METADATA;
  #view: WorldView | null;

  constructor(readers: Readers, previous: WorldView | null, brokers: BrokerViews | null) {
    this.#readers = readers;
    this.#brokers = brokers;
    this.#commands = new Commands(readers.decodeCommand);
    this.#cells = new LogCells(this.#commands);
    this.#writeLabels = new WriteLabels(readers.segmentOfFileName);
    this.#view = previous;
  }

  readonly onEvent = (event: WorldEvent): void => {
    this.#untold.push(event);
  };

  /** From now on disks are shown too: a part of its own, which a page can load when it has time. */
  showDisks(disks: DiskViews): void {
    this.#disks = disks;
  }

  /** From now on the view tells of these what is much to tell, and of no others. */
  lookAt({ disk, partition }: LookedAt): void {
    this.#looksAtDiskOf = (name) => name === disk;
    this.#brokers?.lookAt(partition);
  }

  /** And for the bytes of what is looked at. */
  showInspector(inspector: Inspector): void {
    this.#inspector = inspector;
  }

  inspect(what: Inspected | null): void {
    this.#inspected = what;
  }

  /** Another world was shown meanwhile: what did not change against its view keeps its identity. */
  shows(view: WorldView): void {
    this.#view = view;
  }

  /** The world as it is now. The same object as last time when nothing has changed. */
  project(world: WorldSource): WorldView {
    const story = this.#tell(world);
    const view = this.#project(world, story);
    const reused = reuse(this.#view, view);
    this.#view = reused;
    return reused;
  }

  #tell(world: WorldSource): Story {
    const story = (this.#story ??= new Story(world.options.nodeCount));
    const told: EventView[] = [];
    const brokers = this.#brokers;
    const tellMore: TellMore | null =
      brokers === null
        ? null
        : (event, story) => brokers.tell(event, story, world.history.requests);
    for (const event of this.#untold) {
      const view = eventView(event, story, tellMore);
      if (view !== null) told.push(view);
      this.#writeLabels.observe(event, story);
      story.observe(event);
      this.#run.observe(event, story, view);
      if (event.event.kind === "processStarted") this.#recovered.delete(event.node);
      if (event.event.kind === "recovered") {
        this.#recovered.set(event.node, { ...event.event, atUs: event.atUs });
      }
    }
    this.#untold = [];
    if (told.length > 0) this.#events = [...this.#events, ...told].slice(-EVENTS_MAX);
    return story;
  }

  #project(world: WorldSource, story: Story): WorldView {
    const slices = this.#slices(world, story);
    const { heartbeatTicks, tickUs } = world.options;
    const scene: Scene = {
      ...slices,
      heartbeatUs: heartbeatTicks * tickUs,
      diskOf: (name) => this.#diskOf(world, name)?.disk ?? null,
    };
    const brokers = this.#brokers;
    return {
      ...slices,
      sentence: sentenceView(scene, this.#events, brokers?.sentence ?? firstSentence),
      suggestion:
        brokers?.suggestion(scene, story.actionKinds, this.#disks?.suggestions ?? null) ??
        firstSuggestion(scene),
    };
  }

  /** All that the sentence and the suggestion are made from. */
  #slices(world: WorldSource, story: Story): Omit<WorldView, "sentence" | "suggestion"> {
    const { nowUs, processes } = world;
    const writes = processes.map(({ node }) => world.writes(node));
    const writeViews = writes.map((ofNode) => ofNode.map((write) => this.#writeView(write)));
    const statuses = processes.map(
      ({ broker, remains }) => (broker ?? remains)?.raft?.status() ?? null,
    );
    const leading = leaderOf(processes);
    const leader = statuses[processes.findIndex((one) => one === leading)] ?? null;
    const members = membersOf(statuses, leader);
    const partitionList = this.#partitionViews(world);
    const partitions = Object.fromEntries(
      partitionList.map((partition) => [partition.name, partition]),
    );
    return {
      nowUs,
      summary: summaryView(processes),
      nodeNames: processes.map(({ node }) => nodeName(node)),
      nodes: byName(processes, (process, at) =>
        this.#nodeView(world, process, statuses[at] ?? null, members, writeViews[at] ?? []),
      ),
      cuts: cutViews(world),
      links: linkViews(world),
      network: networkView(world),
      partitionNames: partitionList.map(({ name }) => name),
      partitions,
      requests: this.#brokers?.requests(world.history.requests) ?? [],
      safety: safetyView(world),
      flights: this.#flights.of(world.flights(), (flight) =>
        flightView(flight, this.#brokers?.tellRequest ?? null),
      ),
      writes: writeViews.flat(),
      diskFaults: byName(processes, ({ node }) => world.disk(node).faults),
      readies: byName(processes, (process, at) =>
        readyView(
          process,
          writes[at] ?? [],
          this.#writeLabels.syncHistoryUs(process.node),
          this.#commands,
          this.#stages.at(process.node),
        ),
      ),
      events: this.#events,
      run: this.#run.view,
      ...this.#logSlices(processes, leader, members),
      ...this.#diskSlices(world),
      ...this.#brokerPart(world, story, partitions),
    };
  }

  #diskSlices(world: WorldSource): Pick<WorldView, "disks" | "diskBytes"> {
    const names = world.processes.map(({ node }) => nodeName(node)).filter(this.#looksAtDiskOf);
    const seen = names.flatMap((name) => this.#diskOf(world, name) ?? []);
    const diskBytes: Record<string, DiskBytesView> = {};
    for (const { bytes } of seen) Object.assign(diskBytes, bytes);
    return { disks: Object.fromEntries(seen.map(({ disk }) => [disk.node, disk])), diskBytes };
  }

  #diskOf(world: WorldSource, name: string): ReturnType<DiskViews["view"]> | null {
    const process = world.processes.find(({ node }) => nodeName(node) === name);
    if (this.#disks === null || process === undefined) return null;
    const recovered = this.#recovered.get(process.node) ?? null;
    return this.#disks.view(world, process, recovered);
  }

  #brokerPart(
    world: WorldSource,
    { lookups }: Story,
    partitions: WorldView["partitions"],
  ): BrokerPartView {
    const inspection = this.#inspector?.inspect(world, this.#inspected) ?? null;
    if (this.#brokers === null) return { ...NO_BROKER_PART, inspection };
    const { metadata } = this.#metadata;
    const part = this.#brokers.view(world, { metadata, partitions, lookups });
    return { ...part, inspection };
  }

  #nodeView(
    world: WorldSource,
    process: ProcessSource,
    status: RaftStatus | null,
    members: Members | null,
    writes: readonly WriteView[],
  ) {
    const { broker, state, node } = process;
    const write = writes.findLast((one) => !one.lost && one.endsAtUs > world.nowUs);
    const hash = broker === null || state !== "running" ? "" : this.#hashOf(broker.metadata);
    const registration = this.#metadata.metadata.nodes.get(node);
    return nodeView(world, process, status, members, write ?? null, hash, registration);
  }

  #hashOf(metadata: ClusterMetadata): string {
    let hash = this.#hashes.get(metadata);
    if (hash === undefined) {
      hash = this.#readers.metadataHash(metadata).toString(16).padStart(8, "0");
      this.#hashes.set(metadata, hash);
    }
    return hash;
  }

  #logSlices(
    processes: readonly ProcessSource[],
    status: RaftStatus | null,
    members: Members | null,
  ): Pick<WorldView, "log" | "logs" | "quorum"> {
    const { firstIndex, logs } = nodeLogs(processes);
    const leaderProcess = leaderOf(processes);
    const leader = logs.find(({ process }) => process === leaderProcess) ?? null;
    const progress = status?.progress ?? [];
    return {
      log: logHeadView(firstIndex, logs, leader, this.#commands),
      logs: byName(processes, ({ node }, at) => {
        const known = progress.find(({ id }) => id === node) ?? null;
        const torn = this.#writeLabels.tornEntries(node);
        return logRowView(logs[at]!, leader, known, this.#cells, torn);
      }),
      quorum: quorumView(logs, leader, members?.voters ?? []),
    };
  }

  #partitionViews(world: WorldSource) {
    this.#metadata = newestMetadata(world.processes, this.#metadata);
    const { metadata } = this.#metadata;
    const shown = this.#view?.partitions ?? {};
    return this.#brokers?.partitions(metadata, world, this.#commands, shown) ?? [];
  }

  #writeView(write: DiskWrite): WriteView {
    let view = this.#writes.get(write);
    if (view === undefined) {
      const { label, term } = this.#writeLabels.of(write);
      view = writeView(write, label, term);
      this.#writes.set(write, view);
    }
    return view;
  }
}

/** As the leader knows them; while there is none, as the node does that has applied most. */
function membersOf(
  statuses: readonly (RaftStatus | null)[],
  leader: RaftStatus | null,
): Members | null {
  let newest = leader;
  if (leader === null) {
    for (const status of statuses) {
      if ((status?.applied ?? -1) > (newest?.applied ?? -1)) newest = status;
    }
  }
  return newest?.confState ?? null;
}

function byName<Value>(
  processes: readonly ProcessSource[],
  valueOf: (process: ProcessSource, at: number) => Value,
): Record<string, Value> {
  return Object.fromEntries(
    processes.map((process, at) => [nodeName(process.node), valueOf(process, at)]),
  );
}
