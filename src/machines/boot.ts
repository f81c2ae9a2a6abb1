import { assign, setup } from "xstate";

export type BootEvent =
  | { readonly type: "firstFrame" }
  | { readonly type: "crashed"; readonly message: string }
  /** Another run is opened in a new worker. */
  | { readonly type: "reopened" };

export interface BootContext {
  /** Why it failed; empty otherwise. */
  readonly message: string;
}

/** From nothing to a running cluster; a broken rule in the worker ends it at any time. */
export const bootMachine = setup({
  types: {} as { context: BootContext; events: BootEvent },
}).createMachine({
  id: "boot",
  initial: "loading",
  context: { message: "" },
  on: {
    crashed: { target: ".failed", actions: assign({ message: ({ event }) => event.message }) },
    reopened: { target: ".loading", actions: assign({ message: "" }) },
  },
  states: {
    loading: { on: { firstFrame: "ready" } },
    ready: {},
    failed: {},
  },
});
