import * as metadata from "../../metadata/index.ts";
import { decodeAssignment } from "../../sim/client/consumerProtocol.ts";
import { valueName } from "../../sim/client/records.ts";
import { createWorld } from "../../sim/createWorld.ts";
import type { Run, World } from "../../sim/index.ts";
import * as wal from "../../wal/index.ts";
import * as wire from "../../wire/index.ts";
import { BrokerViews } from "../brokerViews.ts";
import { DiskViews } from "../diskView.ts";
import { Projector } from "../project.ts";
import type { Readers } from "../source.ts";
import type { WorldView } from "../view.ts";

export const READERS: Readers = { ...metadata, ...wal, ...wire };
const CLIENT_READERS = { decodeAssignment, valueName, decodeResponse: wire.decodeResponse };

/** Shows everything that can be shown, and has seen nothing yet. */
export function looker(): Projector {
  const projector = new Projector(READERS, null, new BrokerViews(READERS, CLIENT_READERS));
  projector.showDisks(new DiskViews(READERS));
  return projector;
}

/** A world, and everything that can be shown of it. */
export function staged(run: Run): { readonly world: World; readonly view: () => WorldView } {
  const projector = looker();
  const world = createWorld(run, { onEvent: projector.onEvent });
  return { world, view: () => projector.project(world) };
}
