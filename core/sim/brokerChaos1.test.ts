import { describe } from "vitest";
import { keepPromises } from "./brokerChaos.contract.ts";

describe("broker chaos, share 1 of 2", () => {
  keepPromises(["isr"], 1, 100);
  keepPromises(["raft"], 1, 100);
});
