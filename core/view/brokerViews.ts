import type { RequestRecord, WorldEvent } from "../sim/index.ts";
import type { AppliedMetadata } from "./appliedMetadata.ts";
import { brokerEventView } from "./brokerEventView.ts";
import type { AdminAnswerView, BrokerPartView, LookupView } from "./brokerPart.ts";
import type { Commands } from "./commands.ts";
import type { EventDraft } from "./eventDraft.ts";
import { flightLabel } from "./flightLabel.ts";
import { flightView } from "./flightView.ts";
import type { RequestTeller } from "./flightView.ts";
import { ClientViews, groupViews } from "./groupViews.ts";
import type { DecodeAssignment } from "./groupViews.ts";
import type { LabelOf } from "./handEventView.ts";
import { IsrEntries } from "./isrEntries.ts";
import { Losses } from "./losses.ts";
import { LastRequests } from "./lastRequests.ts";
import { lookupView } from "./lookupView.ts";
import type { Lookup } from "./lookupView.ts";
import { PartitionViews } from "./partitionView.ts";
import { pendingViews } from "./pendingView.ts";
import { RecordReader } from "./recordReader.ts";
import { payloadFacts } from "./requestFacts.ts";
import { adminTarget, RequestViews } from "./requestView.ts";
import { nodeName } from "./richText.ts";
import type { DecodeResponse, Readers, WorldSource } from "./source.ts";
import type { Story } from "./story.ts";
import { stateSentence } from "./stateSentence.ts";
import { suggestionView } from "./suggestion.ts";
import type { PartitionView, RequestView, SuggestionView } from "./view.ts";

const ADMIN_ANSWERS_MAX = 12;

/** What the projection knows already when it comes to this part. */
export interface BrokerScene {
  readonly metadata: AppliedMetadata["metadata"];
  readonly partitions: Readonly<Record<string, PartitionView>>;
  readonly lookups: readonly Lookup[];
}

/** How what clients say and are answered is read. */
export interface ClientReaders {
  readonly decodeResponse: DecodeResponse;
  readonly decodeAssignment: DecodeAssignment;
  /** What a generated value is called in the history: it is filled up to a size. */
  readonly valueName: (value: string) => string;
}

/**
 * Clients, and what brokers do for them: the half of a projection that a world without clients does
 * not need.
 */
export class BrokerViews {
  readonly #readers: Readers;
  readonly #clientReaders: ClientReaders;
  readonly #partitions: PartitionViews;
  readonly #requests: RequestViews;
  readonly #losses: Losses;
  readonly #clients = new ClientViews();
  readonly #lookups = new WeakMap<Lookup, LookupView>();
  readonly #lastCommands = new LastRequests(ADMIN_ANSWERS_MAX, commandOf);
  readonly #answers = new WeakMap<RequestRecord, AdminAnswerView>();

  constructor(readers: Readers, clientReaders: ClientReaders) {
    this.#readers = readers;
    this.#clientReaders = clientReaders;
    const records = new RecordReader(readers.decodeRecordBatch);
    this.#partitions = new PartitionViews(records);
    this.#requests = new RequestViews(readers.errorName);
    this.#losses = new Losses(records, clientReaders.valueName);
  }

  /** `requests` is the history as of now, which may be later than the event. */
  tell(event: WorldEvent, story: Story, requests: readonly RequestRecord[]): EventDraft | null {
    const labelOf: LabelOf = (flight) => flightLabel(flightView(flight, this.tellRequest));
    return brokerEventView(event, story, requests, { errorName: this.#readers.errorName, labelOf });
  }

  readonly tellRequest: RequestTeller = (payload) => {
    const { decodeResponse } = this.#clientReaders;
    return payloadFacts(payload, { decodeResponse, errorName: this.#readers.errorName });
  };

  partitions(
    metadata: AppliedMetadata["metadata"],
    { processes, losses }: WorldSource,
    commands: Commands,
    shown: Readonly<Record<string, PartitionView>>,
  ): readonly PartitionView[] {
    const isrEntries = new IsrEntries(processes, commands);
    return this.#partitions.of(metadata, processes, losses, isrEntries, shown);
  }

  lookAt(partition: string | null): void {
    this.#partitions.lookAt(partition);
  }

  requests(records: readonly RequestRecord[]): readonly RequestView[] {
    return this.#requests.of(records);
  }

  readonly sentence = stateSentence;

  suggestion(...scene: Parameters<typeof suggestionView>): SuggestionView {
    return suggestionView(...scene);
  }

  view(world: WorldSource, scene: BrokerScene): Omit<BrokerPartView, "inspection"> {
    const { processes, history, clients } = world;
    const { decodeAssignment } = this.#clientReaders;
    const pending = pendingViews(processes);
    return {
      pending,
      pendingCount: pending.length,
      lookups: scene.lookups.map((lookup) => this.#lookupView(lookup)),
      losses: this.#losses.of(world, scene.metadata),
      groups: groupViews(processes, scene.partitions, decodeAssignment),
      clients: this.#clients.of(clients),
      adminAnswers: this.#adminAnswers(history.requests),
    };
  }

  #lookupView(lookup: Lookup): LookupView {
    let view = this.#lookups.get(lookup);
    if (view === undefined) {
      view = lookupView(lookup, this.#readers.errorName);
      this.#lookups.set(lookup, view);
    }
    return view;
  }

  #adminAnswers(requests: readonly RequestRecord[]): readonly AdminAnswerView[] {
    return this.#lastCommands.of(requests).flatMap((request) => this.#adminAnswer(request) ?? []);
  }

  #adminAnswer(request: RequestRecord): AdminAnswerView | null {
    const known = this.#answers.get(request);
    if (known !== undefined) return known;
    const { facts, outcome } = request;
    if (facts.kind !== "admin") return null;
    const { state, text } = this.#requests.view(request);
    const result = outcome.kind === "answered" ? outcome.result : null;
    const view = {
      id: request.id,
      command: adminTarget(facts.command),
      node: nodeName(request.node),
      state,
      text: result === null ? text : "",
      columns: result?.columns ?? [],
      rows: result?.rows ?? [],
      facts: result?.facts ?? [],
    };
    this.#answers.set(request, view);
    return view;
  }
}

/** Of each command the last attempt. */
const commandOf = ({ facts, operation }: RequestRecord): string | null =>
  facts.kind === "admin" ? `operation ${operation}` : null;
