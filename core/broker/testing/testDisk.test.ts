import { diskContract } from "../../wal/disk.contract.ts";
import type { DiskOperation } from "../../wal/disk.ts";
import { TestDisk } from "./testDisk.ts";

diskContract("the disk of the broker's tests", () => {
  const disk = new TestDisk();
  const asked: DiskOperation[] = [];
  return {
    start: (operation) => void asked.push(operation),
    finishAll: () => asked.splice(0).map((operation) => disk.complete(operation)),
    losePower: () => {
      asked.length = 0;
      disk.crash();
    },
    image: () => disk.image(),
  };
});
