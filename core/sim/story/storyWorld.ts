import { NO_NODE } from "../../base/ids.ts";
import {
  assertKnownKeys,
  assertNoInput,
  bareKey,
  bareKeys,
  DirectiveError,
  requiredValueOf,
  valueOf,
  valuesOf,
} from "../../raft/conformance/arguments.ts";
import type { Directive } from "../../raft/conformance/dataFile.ts";
import { errorName } from "../../wire/index.ts";
import { nodeName } from "../checkers/checker.ts";
import type { ActionBody } from "../run.ts";
import { createWorld } from "../createWorld.ts";
import type { World } from "../world.ts";
import type { WorldEvent } from "../worldEvent.ts";
import { accountText } from "./accountText.ts";
import { answerText } from "./answerText.ts";
import { brokerEventText } from "./brokerEventText.ts";
import { claim } from "./claim.ts";
import { clientsText, metadataText } from "./clusterText.ts";
import { diskText, placeOnDisk } from "./diskText.ts";
import { eventText } from "./eventText.ts";
import { logText } from "./logText.ts";
import { compareMarks, markOf } from "./mark.ts";
import { messagesText, messageText, runToMessage } from "./messageText.ts";
import type { Mark } from "./mark.ts";
import { acknowledgedText, membersText, partitionsText } from "./partitionText.ts";
import { actionOf, isAction } from "./storyAction.ts";
import { recordsText } from "./recordsText.ts";
import {
  clusterOf,
  durationUs,
  nodeOf,
  nodesOf,
  numberOr,
  oneOf,
  onlyNode,
} from "./storyArguments.ts";

/** How many of the log's last records `disk` prints unless it is told. */
const RECORDS_PRINTED = 4;
const FLIP_PLACES = ["last", "middle", "snapshot"] as const;
const NO_KEYS: ReadonlySet<string> = new Set();
const WITHIN_US = 10_000_000;

interface ToldEvent {
  readonly event: WorldEvent;
  readonly text: string;
  /** Told only to whom asks for its kind. */
  readonly isDetail: boolean;
}

/**
 * A world as a story tells it: what is done, when, and what is to be seen then. Its directives:
 *
 *     cluster seed=7 snapshotEntries=20    a new world; every option of a run by its name
 *     run 500ms | run until=4s             time passes
 *     run operation=rename node=n3         until the disk of n3 works on such an operation
 *     run event=isrChanged node=n1         until such an event happens at n1
 *     run message=MsgAppResp from=n2 to=n1 until such a message is under way: it is "found" then
 *     kill n3                              every action of a run by its name, and its fields
 *     holdMessage found                    one on a message, at the one that was found last
 *     flipBit n2 last|middle|snapshot      an action at a place that is looked up
 *     messages                             what is under way, oldest first
 *     log                                  one row for each node, from memory or a dead one's disk
 *     disk n2 [records=4]                  files, faults, and the last records of its log
 *     events [n2] [only=(kind, kind)]      what has happened since this was asked last
 *     answers [only=(kind, kind)]          what clients have asked since, and what they got
 *     partitions, members                  as the running node knows it that has applied most
 *     metadata                             what each running node has made of the metadata log
 *     records orders-0                     what each replica holds
 *     clients                              what the running clients are about
 *     account                              what clients were promised, and what is there
 *     claim lost=0                         see `claim`
 *     acknowledged                         whether what clients were promised is there
 *     rules                                whether all hold
 *     mark, same-as-before                 what is stored now, and what has become of it
 */
export class StoryWorld {
  #world: World | null = null;
  /** Since they were asked for last; only those that a story has words for. */
  #events: ToldEvent[] = [];
  readonly #tally = {
    events: new Map<string, number>(),
    refusedFetches: new Map<string, number>(),
  };
  /** The client's requests up to here have been told. */
  #toldRequests = 0;
  #mark: Mark = [];
  /** The message that was looked for last. */
  #found: number | null = null;

  handle(d: Directive): string {
    assertNoInput(d);
    const { command } = d;
    if (command === "cluster") return this.#createWorld(d);
    if (command === "flipBit" && valueOf(d, "file") === undefined) return this.#flipBit(d);
    if (isAction(command)) return this.#act(actionOf(this.#withFound(d)));
    return this.#ask(d);
  }

  #ask(d: Directive): string {
    const world = this.#started();
    switch (d.command) {
      case "run":
        return this.#run(d);
      case "messages":
        return messagesText(world);
      case "log":
        return logText(world.processes);
      case "disk": {
        const node = onlyNode(d);
        return diskText(node, world.disk(node), numberOr(d, "records", RECORDS_PRINTED));
      }
      case "events":
        return this.#tellEvents(d);
      case "answers":
        return this.#tellAnswers(world, d);
      case "partitions":
        return partitionsText(world);
      case "members":
        return membersText(world);
      case "acknowledged":
        return acknowledgedText(world);
      case "metadata":
        return metadataText(world);
      case "records":
        return recordsText(world, bareKey(d, 0, "a partition"));
      case "clients":
        return clientsText(world);
      case "account":
        return accountText(world);
      case "claim":
        return claim(world, this.#tally, d);
      case "rules":
        return rulesText(world);
      case "mark":
        this.#mark = markOf(world);
        return "ok";
      case "same-as-before":
        return compareMarks(this.#mark, markOf(world));
      default:
        throw new DirectiveError(`there is no directive ${d.command}`);
    }
  }

  #createWorld(d: Directive): string {
    const { seed, options } = clusterOf(d);
    this.#events = [];
    this.#toldRequests = 0;
    this.#tally.events.clear();
    this.#tally.refusedFetches.clear();
    this.#mark = [];
    this.#found = null;
    this.#world = createWorld(
      { seed, options, actions: [] },
      { onEvent: (event) => this.#note(event), keepRecent: false },
    );
    return `${options.nodeCount} nodes, seed ${seed}`;
  }

  #run(d: Directive): string {
    const world = this.#started();
    if (valueOf(d, "message") !== undefined) {
      const flight = runToMessage(world, d);
      this.#found = flight.id;
      return `${seconds(world.nowUs)}  ${messageText(flight)}`;
    }
    assertKnownKeys(d, new Set(["until", "operation", "event", "node", "bytes"]));
    const until = valueOf(d, "until");
    const [duration] = bareKeys(d);
    if (valueOf(d, "operation") !== undefined) runToOperation(world, d);
    else if (valueOf(d, "event") !== undefined) this.#runToEvent(world, d);
    else if (until !== undefined) world.runUntil(durationUs(until));
    else if (duration !== undefined) world.runUntil(world.nowUs + durationUs(duration));
    else throw new DirectiveError("run takes a time: run 500ms, or run until=4s");
    return world.violation === null ? seconds(world.nowUs) : rulesText(world);
  }

  #runToEvent(world: World, d: Directive): void {
    const kind = requiredValueOf(d, "event");
    const node = nodeOf(requiredValueOf(d, "node"));
    const counted = `${nodeName(node)} ${kind}`;
    const before = this.#tally.events.get(counted);
    const limitUs = world.nowUs + WITHIN_US;
    while (this.#tally.events.get(counted) === before) {
      if (world.stepTimestamp() && world.nowUs <= limitUs) continue;
      throw new DirectiveError(`no ${kind} happens at ${nodeName(node)} within 10 s`);
    }
  }

  /** The number of the message that was found, where a directive says so. */
  #withFound(d: Directive): Directive {
    if (!d.command.endsWith("Message") || bareKeys(d)[0] !== "found") return d;
    if (this.#found === null) throw new DirectiveError("no message was found so far");
    const [, ...rest] = d.args;
    return { ...d, args: [{ key: String(this.#found), values: [] }, ...rest] };
  }

  #act(body: ActionBody): string {
    const result = this.#started().act(body);
    return result.ok ? "ok" : `refused: ${result.message}`;
  }

  #flipBit(d: Directive): string {
    assertKnownKeys(d, NO_KEYS);
    const [node, place] = bareKeys(d);
    const id = nodeOf(node ?? "");
    const where = oneOf(place, FLIP_PLACES, "a place");
    const found = placeOnDisk(this.#started().disk(id), where);
    if (found === null) throw new DirectiveError(`there is no such file on ${nodeName(id)}`);
    const done = this.#act({ kind: "flipBit", node: id, ...found, bit: 0 });
    return `bit 0 of byte ${found.byte} of ${found.file}: ${done}`;
  }

  #tellEvents(d: Directive): string {
    assertKnownKeys(d, new Set(["only"]));
    const nodes = nodesOf(d);
    const kinds = valuesOf(d, "only");
    const told = this.#events.filter(
      ({ event, isDetail }) =>
        (nodes.length === 0 || nodes.includes(event.node)) &&
        (kinds.length === 0 ? !isDetail : kinds.includes(event.event.kind)),
    );
    this.#events = [];
    if (told.length === 0) return "nothing";
    return told
      .map(({ event: { atUs, node }, text }) => {
        const who = node === NO_NODE ? "--" : nodeName(node);
        return `${seconds(atUs)}  ${who}  ${text}\n`;
      })
      .join("");
  }

  #tellAnswers({ history }: World, d: Directive): string {
    assertKnownKeys(d, new Set(["only"]));
    const kinds = valuesOf(d, "only");
    const lines = history.requests.flatMap((request) => {
      const text =
        request.id > this.#toldRequests
          ? answerText(request, kinds.length === 0 ? undefined : kinds)
          : null;
      return text === null ? [] : [`${text}\n`];
    });
    this.#toldRequests = history.requests.at(-1)?.id ?? 0;
    return lines.length === 0 ? "nothing" : lines.join("");
  }

  #note(event: WorldEvent): void {
    const { events, refusedFetches } = this.#tally;
    count(events, `${nodeName(event.node)} ${event.event.kind}`);
    if (event.event.kind === "fetchRefused")
      count(refusedFetches, errorName(event.event.errorCode));
    const text = eventText(event);
    const detail = text ?? brokerEventText(event);
    if (detail !== null) this.#events.push({ event, text: detail, isDetail: text === null });
  }

  #started(): World {
    if (this.#world === null) throw new DirectiveError("a story begins with cluster");
    return this.#world;
  }
}

/** Until the disk of a node works on such an operation, of so many bytes at the least. */
function runToOperation(world: World, d: Directive): void {
  const kind = requiredValueOf(d, "operation");
  const node = nodeOf(requiredValueOf(d, "node"));
  const bytesMin = numberOr(d, "bytes", 0);
  const limitUs = world.nowUs + WITHIN_US;
  const isUnderWay = (): boolean => {
    const write = world.writes(node).at(-1);
    if (write === undefined || write.endsAtUs <= world.nowUs || write.lostAtUs !== null)
      return false;
    return write.operation.kind === kind && write.sizeBytes >= bytesMin;
  };
  while (!isUnderWay()) {
    if (world.stepTimestamp() && world.nowUs <= limitUs) continue;
    throw new DirectiveError(`${nodeName(node)} begins no such ${kind} within 10 s`);
  }
}

function rulesText({ violation, rules }: World): string {
  if (violation === null) return `all ${rules.length} rules hold`;
  return `${seconds(violation.atUs)}  "${violation.rule}" is broken: ${violation.text}`;
}

const seconds = (us: number): string => `${(us / 1_000_000).toFixed(3)} s`;

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
