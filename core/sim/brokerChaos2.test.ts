import { describe } from "vitest";
import { keepPromises } from "./brokerChaos.contract.ts";

describe("broker chaos, share 2 of 2", () => {
  keepPromises(["isr", "raft"], 101, 200);
});
