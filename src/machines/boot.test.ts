import { expect, test } from "vitest";
import { createActor } from "xstate";
import { bootMachine } from "./boot.ts";

test("is ready with the first frame and fails whenever the worker does", () => {
  const actor = createActor(bootMachine).start();
  expect(actor.getSnapshot().value).toBe("loading");
  actor.send({ type: "firstFrame" });
  expect(actor.getSnapshot().value).toBe("ready");
  actor.send({ type: "crashed", message: "commit went back" });
  expect(actor.getSnapshot().value).toBe("failed");
  expect(actor.getSnapshot().context.message).toBe("commit went back");
  actor.send({ type: "firstFrame" });
  expect(actor.getSnapshot().value).toBe("failed");
  actor.send({ type: "reopened" });
  expect(actor.getSnapshot().value).toBe("loading");
  expect(actor.getSnapshot().context.message).toBe("");
});
