import { describe } from "vitest";
import { surviveChaos } from "./chaos.contract.ts";

describe("chaos, share 2 of 2", () => {
  surviveChaos(1_001, 1_000);
});
