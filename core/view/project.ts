import type { ClusterMetadata } from "../metadata/index.ts";
import type { Flight, WorldEvent } from "../sim/index.ts";
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
import { LogCells, logHeadView, logRowView, nodeLogs, quorumView } from "./logView.ts";
import { cutViews, linkViews, networkView, nodeView, writeView } from "./nodeView.ts";
import { Memo, Memos } from "./memo.ts";
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
  FlightView,
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
  #inspector: Inspector | null = null;
  #inspected: Inspected | null = null;
  /** What each node found when it was started last. */
  readonly #recovered = new Map<number, Recovered>();
  readonly #run = new RunFold();
  readonly #flights = new WeakMap<Flight, FlightView>();
  readonly #stages = new Memos<number, readonly ReadyStageView[]>();
  readonly #cells: LogCells;
  readonly #diskBytes = new Memo<WorldView["diskBytes"]>();
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
    const { options, processes } = world;
    const slow = processes.filter(({ node }) => world.disk(node).faults.slow);
    const scene: Scene = {
      ...slices,
      heartbeatUs: options.heartbeatTicks * options.tickUs,
      slowDisks: slow.map(({ node }) => nodeName(node)),
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
    const writeViews = writes.flat().map((write): WriteView => {
      const { label, term } = this.#writeLabels.of(write);
      return writeView(write, label, term);
    });
    const members = membersOf(processes);
    const partitionList = this.#partitionViews(world);
    const partitions = Object.fromEntries(
      partitionList.map((partition) => [partition.name, partition]),
    );
    return {
      nowUs,
      summary: summaryView(processes),
      nodeNames: processes.map(({ node }) => nodeName(node)),
      nodes: byName(processes, (process) => this.#nodeView(world, process, members, writeViews)),
      cuts: cutViews(world),
      links: linkViews(world),
      network: networkView(world),
      partitionNames: partitionList.map(({ name }) => name),
      partitions,
      requests: this.#brokers?.requests(world.history.requests) ?? [],
      safety: safetyView(world),
      // In the order in which they were sent, so that the list only slides.
      flights: world
        .flights()
        .map((flight) => this.#flightView(flight))
        .sort((a, b) => a.id - b.id),
      writes: writeViews,
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
      ...this.#logSlices(processes, members),
      ...this.#diskSlices(world),
      ...this.#brokerPart(world, story, partitions),
    };
  }

  #diskSlices(world: WorldSource): Pick<WorldView, "disks" | "diskBytes"> {
    const views = this.#disks;
    if (views === null) return { disks: {}, diskBytes: {} };
    const bytes: Readonly<Record<string, DiskBytesView>>[] = [];
    const disks = byName(world.processes, (process) => {
      const recovered = this.#recovered.get(process.node) ?? null;
      const view = views.view(world, process, recovered);
      bytes.push(view.bytes);
      return view.disk;
    });
    return { disks, diskBytes: this.#diskBytes.of(bytes, () => merged(bytes)) };
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
    members: Members | null,
    writes: readonly WriteView[],
  ) {
    const { broker, remains, state, node } = process;
    const status = (broker ?? remains)?.raft?.status() ?? null;
    const write = writes.find(
      (one) => one.node === nodeName(node) && !one.lost && one.endsAtUs > world.nowUs,
    );
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
    members: Members | null,
  ): Pick<WorldView, "log" | "logs" | "quorum"> {
    const { firstIndex, logs } = nodeLogs(processes);
    const leaderProcess = leaderOf(processes);
    const leader = logs.find(({ process }) => process === leaderProcess) ?? null;
    const progress = leader?.broker?.raft?.status().progress ?? [];
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

  /** A flight is one object for as long as it flies, unless it is lost or somebody touches it. */
  #flightView(flight: Flight): FlightView {
    const known = this.#flights.get(flight);
    if (known !== undefined && isAsBefore(known, flight)) return known;
    const view = flightView(flight, this.#brokers?.tellRequest ?? null);
    this.#flights.set(flight, view);
    return view;
  }
}

function isAsBefore(known: FlightView, flight: Flight): boolean {
  return (
    known.lostAtUs === flight.lostAtUs &&
    known.heldAtUs === flight.heldAtUs &&
    known.isWaiting === flight.isWaiting &&
    known.arrivesAtUs === flight.arrivesAtUs
  );
}

function merged(
  parts: readonly Readonly<Record<string, DiskBytesView>>[],
): Record<string, DiskBytesView> {
  const all: Record<string, DiskBytesView> = {};
  for (const part of parts) Object.assign(all, part);
  return all;
}

/** As the leader knows them; while there is none, as the node does that has applied most. */
function membersOf(processes: readonly ProcessSource[]): Members | null {
  const rafts = processes.flatMap(({ broker, remains }) => (broker ?? remains)?.raft ?? []);
  const newest = rafts.toSorted((a, b) => b.applied - a.applied)[0] ?? null;
  return (leaderOf(processes)?.broker?.raft ?? newest)?.status().confState ?? null;
}

function byName<Value>(
  processes: readonly ProcessSource[],
  valueOf: (process: ProcessSource, at: number) => Value,
): Record<string, Value> {
  return Object.fromEntries(
    processes.map((process, at) => [nodeName(process.node), valueOf(process, at)]),
  );
}
