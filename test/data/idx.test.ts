import { gzipSync } from "node:zlib";
import { readIdx } from "chainrule/data";
import { describe, expect, test } from "vitest";

/** Header bytes of an IDX file. */
function header(type: number, shape: readonly number[]): number[] {
  return [
    0,
    0,
    type,
    shape.length,
    ...shape.flatMap((size) => [size >>> 24, size >>> 16, size >>> 8, size].map((x) => x & 255)),
  ];
}

const six = Uint8Array.from([...header(8, [2, 3]), 1, 2, 3, 250, 251, 252]);

describe("the contents of IDX files", () => {
  test("uint8, in the file's shape", async () => {
    const read = await readIdx(six);
    expect([read.dtype, read.shape, [...read.data]]).toEqual(["uint8", [2, 3], [1, 2, 3, 250, 251, 252]]);
  });

  test("int32, float32 and float64 are big-endian", async () => {
    const view = new DataView(new ArrayBuffer(16));
    view.setInt32(0, -2);
    view.setInt32(4, 1 << 30);
    const ints = await readIdx(Uint8Array.from([...header(0x0c, [2]), ...new Uint8Array(view.buffer, 0, 8)]));
    expect([ints.dtype, [...ints.data]]).toEqual(["int32", [-2, 1 << 30]]);
    view.setFloat32(0, 1.5);
    const single = await readIdx(Uint8Array.from([...header(0x0d, [1]), ...new Uint8Array(view.buffer, 0, 4)]));
    expect([single.dtype, [...single.data]]).toEqual(["float32", [1.5]]);
    view.setFloat64(0, Math.PI);
    view.setFloat64(8, -0);
    const doubles = await readIdx(Uint8Array.from([...header(0x0e, [2, 1]), ...new Uint8Array(view.buffer)]));
    expect([doubles.dtype, doubles.shape, [...doubles.data]]).toEqual(["float64", [2, 1], [Math.PI, -0]]);
  });

  test("gzipped files give the same tensors", async () => {
    const read = await readIdx(gzipSync(six));
    expect([read.dtype, read.shape, [...read.data]]).toEqual(["uint8", [2, 3], [1, 2, 3, 250, 251, 252]]);
  });

  test("a view into a larger buffer, at an odd offset, is read at its place and copied", async () => {
    const buffer = new Uint8Array(100);
    buffer.set(six, 33);
    const read = await readIdx(buffer.subarray(33, 33 + six.length));
    buffer.fill(0);
    expect([...read.data]).toEqual([1, 2, 3, 250, 251, 252]);
  });

  test("a dimension of size 0 is allowed", async () => {
    expect((await readIdx(Uint8Array.from(header(8, [0, 28])))).shape).toEqual([0, 28]);
  });
});

describe("errors name the byte", () => {
  const cases: [string, Uint8Array, RegExp][] = [
    ["nothing at all", new Uint8Array(0), /byte 0: .*ends/],
    ["half a magic number", Uint8Array.of(0, 0, 8), /byte 3: .*ends/],
    ["no IDX file", Uint8Array.from([0x50, 0x4b, 3, 4]), /byte 0: not an IDX file.*50 4b 03 04/],
    [
      "an element type without a dtype",
      Uint8Array.from([...header(0x0b, [1]), 0, 0]),
      /byte 2: element type 0x0b .*0x08 uint8/,
    ],
    ["sizes cut off", six.subarray(0, 10), /byte 10: .*ends within the sizes/],
    ["elements cut off", six.subarray(0, 15), /byte 15: .*uint8\[2, 3\], for which it needs 18 bytes/],
    ["bytes left over", Uint8Array.from([...six, 0]), /byte 18: .*goes on beyond/],
    [
      "a header that announces more than there is memory",
      Uint8Array.from(header(14, [2 ** 31, 2 ** 31, 8])),
      /byte 16: .*ends here/,
    ],
    [
      "255 dimensions whose product is no number",
      Uint8Array.from(header(8, new Array(255).fill(2 ** 31))),
      /byte 1024: /,
    ],
    [
      "a gzip stream cut off",
      gzipSync(six).subarray(0, 25),
      /byte \d+ after inflating: the gzip stream is damaged or cut off/,
    ],
    [
      "a gzip stream with a wrong checksum",
      gzipSync(six).map((byte, i, all) => (i < all.length - 8 ? byte : 0)),
      /after inflating: the gzip stream is damaged/,
    ],
    ["gzipped bytes left over", gzipSync(Uint8Array.from([...six, 0])), /byte 18 after inflating: .*goes on beyond/],
    ["gzipped elements cut off", gzipSync(six.subarray(0, 15)), /byte 15 after inflating: .*ends here/],
    ["gzipped nonsense", gzipSync("hello world"), /byte 0 after inflating: not an IDX file/],
  ];
  test.each(cases)("%s", async (_, bytes, message) => {
    await expect(readIdx(bytes)).rejects.toThrow(message);
  });

  test("a gzip stream of gigabytes is inflated only to the length that the header announces", async () => {
    const bomb = gzipSync(Buffer.concat([six, Buffer.alloc(200_000_000)]));
    const before = process.memoryUsage().arrayBuffers;
    await expect(readIdx(bomb)).rejects.toThrow(/byte 18 after inflating: .*goes on beyond/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });

  test("a cut at any byte is an error, plain or gzipped, never a tensor", async () => {
    for (const whole of [six, new Uint8Array(gzipSync(six))])
      for (let length = 0; length < whole.length; length++)
        await expect(readIdx(whole.subarray(0, length)), `${length} bytes`).rejects.toThrow(/^readIdx: byte \d+/);
  });
});
