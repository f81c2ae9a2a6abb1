import { threeBrokers } from "@chronik/core/sim";
import { DiskViews } from "@chronik/core/view/disks";
import { group } from "d3-array";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createActor } from "xstate";
import type { Command } from "../ui/command/command.ts";
import { allCommands, objectCommands } from "../ui/command/objectCommands.ts";
import type { Intent, PageState } from "../ui/page.ts";
import { createDispatch } from "./intents.ts";
import { playbackMachine } from "./machines/playback.ts";
import * as clientParts from "./session/clientParts.ts";
import type { Command as SessionCommand } from "./session/protocol.ts";
import { Worldline } from "./session/worldline.ts";
import { createPageStore } from "./store.ts";

const WARM_UP_US = 3_000_000;
const PAUSE_US = 40_000;
/** What only the page itself minds; a world would do it, or nothing. */
const STRICTER =
  /^(?:removeNode|reassign|addPartition|minIsr|unclean|producer|consumer|deleteTopic|stop|linkMenu)/;

/** What was asked for is not to be seen before the cluster has done it. */
const IS_UNDER_WAY = /^There is no topic|is being repaired already/;

/**
 * The page says of every command beforehand whether it can be done. The world decides. Whoever
 * walks through a cluster with the commands that the page offers must never meet a refusal.
 */
test("what the page offers the world does, and what it refuses the world refuses", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.array(fc.nat({ max: 100_000 }), { minLength: 8, maxLength: 25 }),
      (seed, picks) => {
        const walk = startWalk(seed);
        for (const pick of picks) {
          const commands = actingCommands(walk.state());
          const [refused, offered] = [
            commands.filter(({ id, refusal }) => refusal !== null && !STRICTER.test(id)),
            commands.filter(({ refusal }) => refusal === null),
          ];
          for (const command of refused) {
            const said = walk.perform(command).join();
            expect(said, `${command.name}: ${command.refusal}`).not.toMatch(/^done/);
          }
          const command = pickOne(offered, pick);
          if (command === undefined) continue;
          const said = walk.perform(command).filter((one) => one !== "done");
          expect(
            said.filter((one) => !IS_UNDER_WAY.test(one)),
            command.name,
          ).toEqual([]);
          walk.goOn();
        }
      },
    ),
    // A walk is long: what fails first is short enough to be read.
    { numRuns: 8, endOnFailure: true },
  );
});

/** First the kind and then the object: there are far more links and messages than nodes. */
function pickOne(commands: readonly Command[], pick: number): Command | undefined {
  const byKind = group(commands, ({ id }) => id.split(":")[0]);
  const some = [...byKind.values()][pick % byKind.size] ?? [];
  return some[Math.floor(pick / byKind.size) % some.length];
}

/** Those that end in an action, of the object menus and of the palette alike. */
function actingCommands(state: PageState): readonly Command[] {
  const flights = state.world?.flights ?? [];
  const ofMessages = flights.flatMap(
    ({ id }) => objectCommands(`message:${id}`, state)?.commands ?? [],
  );
  return [...allCommands(state), ...ofMessages].filter(({ does }) =>
    does.some((deed) => deed.kind === "intent" && ACTING.has(deed.intent.kind)),
  );
}

const ACTING: ReadonlySet<Intent["kind"]> = new Set([
  "kill",
  "restart",
  "timeOut",
  "cut",
  "heal",
  "powerCut",
  "powerOn",
  "diskFault",
  "failSync",
  "tear",
  "snapshot",
  "repair",
  "produce",
  "consume",
  "deleteTopic",
  "addNode",
  "removeNode",
  "admin",
  "startProducer",
  "startConsumer",
  "stopClient",
  "act",
]);

/** A world, and the page's state that shows it. */
function startWalk(seed: number) {
  const run = threeBrokers(seed);
  const line = new Worldline(run, null, clientParts);
  line.showMore((projector, readers) => projector.showDisks(new DiskViews(readers)));
  let atUs = 0;
  const goTo = (us: number): void => {
    atUs = us;
    while (line.runChunk(run.actions, us).kind === "onTheWay");
  };
  goTo(WARM_UP_US);
  const store = createPageStore(pageState(line));
  const commands: SessionCommand[] = [];
  const dispatch = createDispatch({
    store,
    playback: createActor(playbackMachine).start(),
    player: {
      jump: () => {},
      stay: (command) => void commands.push(command),
      scrub: () => {},
      endScrub: () => {},
      compare: () => {},
      cancel: () => {},
    },
    openSeed: () => {},
    open: () => {},
    share: () => {},
    parseCommand: async () => ({ refusal: "" }),
    applyTheme: () => {},
    showToast: () => {},
  });
  return {
    state: () => store.getState(),
    /** What the world says to each action of a command. */
    perform: (command: Command): readonly string[] => {
      commands.length = 0;
      for (const deed of command.does) if (deed.kind === "intent") dispatch(deed.intent);
      return commands.map((one) => {
        if (one.kind !== "act") return "no action";
        const { action } = one;
        if (action.kind === "produce" && action.partition === null) return "done";
        const result = line.act(action);
        return result.ok ? "done" : result.message;
      });
    },
    goOn: () => {
      goTo(atUs + PAUSE_US);
      store.change(pageState(line));
      store.flush();
    },
  };
}

/** As far as commands look at it. */
function pageState(line: Worldline): PageState {
  const world = line.view();
  return {
    world,
    playback: { mode: "live", speed: 1, endUs: world.nowUs, inPast: false, stepBy: "event" },
    branch: { name: "A", others: [], bands: [], marks: [] },
    comparison: null,
    cutDraft: null,
    brush: null,
    theme: "light",
    selectedNode: "n1",
    selectedPartition: world.partitionNames[0] ?? null,
  } as unknown as PageState;
}
