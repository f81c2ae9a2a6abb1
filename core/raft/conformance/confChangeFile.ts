import { NO_INDEX } from "../../base/ids.ts";
import { Changer } from "../changer.ts";
import type { ChangeResult } from "../changer.ts";
import { confChangesFromString } from "../confChange.ts";
import { describeGroupConfig, describeProgressMap, ProgressTracker } from "../tracker.ts";
import { assertKnownKeys, requiredValueOf, truthValue } from "./arguments.ts";
import type { Directive } from "./dataFile.ts";

/*
 * The files that ask what a membership change makes of a group:
 *
 *     simple
 *     v1 l2
 *     ----
 *
 * and `enter-joint autoleave=true` and `leave-joint` in the same way. The input is read as
 * confChangesFromString does. A file starts from nobody and each directive goes on from what the
 * last one left, unless that was refused.
 */

export const CONF_CHANGE_COMMANDS: ReadonlySet<string> = new Set([
  "simple",
  "enter-joint",
  "leave-joint",
]);

const JOINT_KEYS: ReadonlySet<string> = new Set(["autoleave"]);
const NO_KEYS: ReadonlySet<string> = new Set();

/** One group of members, changed by one file. */
export class ConfChangeFile {
  readonly #tracker = new ProgressTracker({ maxMessages: 10, maxBytes: 0 });
  /** Grows by one with every directive, so that the printed `next` tells when a member came. */
  #lastIndex = NO_INDEX;

  handle(d: Directive): string {
    const result = this.#change(d);
    this.#lastIndex++;
    if ("error" in result) return result.error;
    this.#tracker.switchTo(result.config, result.progress);
    return `${describeGroupConfig(result.config)}\n${describeProgressMap(result.progress)}`;
  }

  #change(d: Directive): ChangeResult {
    const changes = confChangesFromString(d.input);
    if ("error" in changes) return changes;
    if (!CONF_CHANGE_COMMANDS.has(d.command)) return { error: "unknown command" };
    assertKnownKeys(d, d.command === "enter-joint" ? JOINT_KEYS : NO_KEYS);
    const { config, progress, limits } = this.#tracker;
    const changer = new Changer(config, progress, this.#lastIndex, limits);
    if (d.command === "simple") return changer.simple(changes);
    if (d.command === "enter-joint") {
      const autoLeave = d.args.length > 0 ? requiredValueOf(d, "autoleave") : "false";
      return changer.enterJoint(truthValue(autoLeave, "autoleave"), changes);
    }
    return changes.length > 0 ? { error: "this command takes no input" } : changer.leaveJoint();
  }
}
