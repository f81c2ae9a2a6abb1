import { describe } from "vitest";
import { standTampering } from "./tamperChaos.contract.ts";

describe("tamper chaos, share 2 of 2", () => {
  standTampering(["isr", "raft"], 121, 120);
});
