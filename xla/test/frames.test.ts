// Frames between Node and the runner.
import { expect, it } from "vitest";
import { FrameReader, frameOf } from "../src/runner/frames.ts";

const joined = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const bytes = joined([
  ...frameOf({ kind: "put", words: "é" }, [Uint8Array.of(1, 2), Uint8Array.of(3)]),
  ...frameOf({ kind: "run" }),
  ...frameOf({ kind: "read" }, [new Uint8Array(300).fill(7)]),
]);

it.each([1, 2, 11, 13, 64, bytes.length])("come whole out of chunks of %i bytes", (size) => {
  const reader = new FrameReader();
  const frames = [];
  // Buffers, as pipes give them.
  for (let at = 0; at < bytes.length; at += size)
    frames.push(...reader.take(Buffer.from(bytes.subarray(at, at + size))));
  expect(frames.map(({ header }) => header)).toEqual([{ kind: "put", words: "é" }, { kind: "run" }, { kind: "read" }]);
  expect(frames.map(({ payload }) => payload.length)).toEqual([3, 0, 300]);
  expect([...frames[0].payload]).toEqual([1, 2, 3]);
});

it("a payload has a buffer of its own, of its own length", () => {
  const [frame] = new FrameReader().take(joined(frameOf({}, [new Uint8Array(8)])));
  expect(frame.payload.buffer.byteLength).toBe(8);
});
