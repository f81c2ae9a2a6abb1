import { describe } from "vitest";
import { surviveDiskChaos } from "./diskChaos.contract.ts";

describe("disk chaos, share 2 of 2", () => {
  surviveDiskChaos(2_501, 2_500);
});
