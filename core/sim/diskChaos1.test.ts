import { describe } from "vitest";
import { surviveDiskChaos } from "./diskChaos.contract.ts";

describe("disk chaos, share 1 of 2", () => {
  surviveDiskChaos(1, 2_500);
});
