import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FrameSplitter } from "./frameSplitter.ts";

function frameOf(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + body.length);
  new DataView(frame.buffer).setInt32(0, body.length);
  frame.set(body, 4);
  return frame;
}

test("however a stream is cut, the same frames come out of it", () => {
  const anyBody = fc.uint8Array({ maxLength: 300 });
  const anyCut = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 400 }));
  fc.assert(
    fc.property(fc.array(anyBody, { maxLength: 8 }), fc.array(anyCut), (bodies, cuts) => {
      const frames = bodies.map(frameOf);
      const stream = Uint8Array.from(frames.flatMap((frame) => [...frame]));
      const splitter = new FrameSplitter(300);
      const found: Uint8Array[] = [];
      let at = 0;
      for (const cut of [...cuts, stream.length]) {
        const split = splitter.push(stream.slice(at, at + cut));
        if (!split.ok) throw new Error(split.message);
        found.push(...split.frames);
        at += cut;
      }
      expect(found.map((frame) => [...frame])).toEqual(frames.map((frame) => [...frame]));
    }),
  );
});

test("a frame that came whole is not copied", () => {
  const chunk = frameOf(new Uint8Array(10));
  const split = new FrameSplitter().push(chunk);
  expect(split).toMatchObject({ ok: true });
  if (split.ok) expect(split.frames[0]!.buffer).toBe(chunk.buffer);
});

test.each([
  { size: "ffffffff", bytes: -1 },
  { size: "80000000", bytes: -0x8000_0000 },
  { size: "00000065", bytes: 101 },
])("a size of $bytes is refused, with its place in the stream", ({ size, bytes }) => {
  const sizeBytes = Uint8Array.from(Buffer.from(size, "hex"));
  for (const cut of [1, 2, 3, 4]) {
    const splitter = new FrameSplitter(100);
    expect(splitter.push(frameOf(new Uint8Array(100)))).toMatchObject({ ok: true });
    expect(splitter.push(frameOf(new Uint8Array(3)).subarray(0, 5))).toMatchObject({ ok: true });
    expect(splitter.push(new Uint8Array(2))).toMatchObject({
      ok: true,
      frames: [new Uint8Array([0, 0, 0, 3, 0, 0, 0])],
    });
    splitter.push(sizeBytes.subarray(0, cut - 1));
    const split = splitter.push(sizeBytes.subarray(cut - 1));
    expect(split).toMatchObject({ ok: false, offset: 111 });
    if (!split.ok) expect(split.message).toContain(`${bytes}`);
  }
});
