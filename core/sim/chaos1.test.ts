import { describe } from "vitest";
import { surviveChaos } from "./chaos.contract.ts";

describe("chaos, share 1 of 2", () => {
  surviveChaos(1, 1_000);
});
