import { expect, test } from "vitest";
import { utf8Encode } from "../../base/utf8.ts";
import { murmur2, partitionOfKey } from "./partitioner.ts";

/** What Kafka's own tests expect (UtilsTest.testMurmur2). */
test.each([
  ["21", -973_932_308],
  ["foobar", -790_332_482],
  ["a-little-bit-long-string", -985_981_536],
  ["a-little-bit-longer-string", -1_486_304_829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971],
  ["abc", 479_470_107],
])("murmur2 of %s", (key, hash) => {
  expect(murmur2(utf8Encode(key))).toBe(hash);
});

test("a key always goes to the same partition, and keys spread over all", () => {
  const counts = [0, 0, 0];
  for (let n = 0; n < 300; n++) {
    const partition = partitionOfKey(utf8Encode(`key-${n}`), 3);
    expect(partitionOfKey(utf8Encode(`key-${n}`), 3)).toBe(partition);
    counts[partition]!++;
  }
  for (const count of counts) expect(count).toBeGreaterThan(70);
});
