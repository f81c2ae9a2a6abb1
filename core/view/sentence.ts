import type {
  DiskView,
  EventView,
  RequestView,
  RichText,
  SentenceView,
  WorldView,
} from "./view.ts";

/** For how long an event is news. */
const SPOKEN_US = 2_500_000;

/** What the sentence and the suggestion are made from: the view as far as it is done. */
export type Scene = Pick<
  WorldView,
  | "nowUs"
  | "summary"
  | "nodeNames"
  | "nodes"
  | "logs"
  | "readies"
  | "flights"
  | "partitions"
  | "requests"
  | "quorum"
  | "safety"
  | "cuts"
  | "links"
  | "network"
  | "diskFaults"
  | "groups"
  | "clients"
> & {
  readonly heartbeatUs: number;
  /** Null where disks are not shown. */
  readonly diskOf: (node: string) => DiskView | null;
};

/** The first says what is so, the second says why. */
export interface Sentences {
  readonly what: RichText;
  readonly why: RichText;
}

/**
 * THE sentence: what just happened and why. The newest event that matters, for as long as it is
 * news, unless somebody waits since for an answer; after that the state that it has led to, as
 * `stateSentence` says it.
 */
export function sentenceView(
  scene: Scene,
  events: readonly EventView[],
  stateSentence: (scene: Scene) => Sentences,
): SentenceView {
  const event = newestOf(events, scene.nowUs);
  const waiting = waitingProduce(scene);
  const isOvertaken = event !== null && waiting !== null && waiting.sentAtUs >= event.atUs;
  if (event !== null && !isOvertaken) {
    return { eventId: event.id, what: event.what, why: event.why };
  }
  return { eventId: 0, ...stateSentence(scene) };
}

function newestOf(events: readonly EventView[], nowUs: number): EventView | null {
  const event = events.findLast(({ importance }) => importance === 2);
  return event === undefined || event.atUs < nowUs - SPOKEN_US ? null : event;
}

export const waitingProduce = (scene: Scene): RequestView | null =>
  scene.requests.findLast(({ state, kind }) => state === "waiting" && kind === "produce") ?? null;
