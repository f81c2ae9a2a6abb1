import { describe } from "vitest";
import { standTampering } from "./tamperChaos.contract.ts";

describe("tamper chaos, share 1 of 2", () => {
  standTampering(["isr"], 1, 120);
  standTampering(["raft"], 1, 60);
});
