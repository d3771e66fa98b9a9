import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadPicture } from "chainrule/node";
import { Jimp } from "jimp";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeWith } from "../../src/node/decode.ts";
import { png, turned } from "./picture-bytes.ts";
import { temporaryFolder } from "./synthetic.ts";

const folder = temporaryFolder();

function save(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

const decoders = ["sharp", "jimp"] as const;

let pngBytes: Buffer;
let jpegBytes: Buffer;
beforeAll(async () => {
  const picture = new Jimp({ width: 30, height: 20, color: 0xff8000ff });
  pngBytes = await picture.getBuffer("image/png");
  jpegBytes = await picture.getBuffer("image/jpeg");
});

describe("PNG and JPEG become RGBA bytes", () => {
  test("a colour PNG", async () => {
    const { width, height, data } = await loadPicture(save("a.png", pngBytes));
    expect([width, height, data.length]).toEqual([30, 20, 2400]);
    expect([...data.subarray(0, 4)]).toEqual([255, 128, 0, 255]);
  });

  test("a JPEG, whatever its name ends in", async () => {
    const { width, height, data } = await loadPicture(save("b.png", jpegBytes));
    expect([width, height]).toEqual([30, 20]);
    expect(Math.abs(data[0] - 255) + Math.abs(data[1] - 128) + Math.abs(data[2])).toBeLessThan(12);
  });

  test("a grey PNG, and an interlaced one", async () => {
    const grey = await loadPicture(save("c.png", png(2, 1, { rows: Uint8Array.of(0, 10, 20) })));
    expect([...grey.data]).toEqual([10, 10, 10, 255, 20, 20, 20, 255]);
    const interlaced = png(1, 1, { rows: Uint8Array.of(0, 77), interlaced: true });
    expect([...(await loadPicture(save("d.png", interlaced))).data]).toEqual([77, 77, 77, 255]);
  });

  test("a JPEG that was taken with the camera on its side is turned upright", async () => {
    const { width, height } = await loadPicture(save("turned.jpg", turned(jpegBytes, 6)));
    expect([width, height]).toEqual([20, 30]);
  });
});

describe("EXIF's eight ways of holding a camera", () => {
  // Levels far apart and a smooth picture, so that a JPEG keeps the order: stored left to right 0, 80, top to bottom + 0, + 100.
  const stored = (x: number, y: number) => (x < 16 ? 20 : 90) + (y < 8 ? 0 : 120);
  // The levels at the upright picture's top left, top right, bottom left, bottom right.
  const upright: [number, number[]][] = [
    [1, [20, 90, 140, 210]],
    [2, [90, 20, 210, 140]],
    [3, [210, 140, 90, 20]],
    [4, [140, 210, 20, 90]],
    [5, [20, 140, 90, 210]],
    [6, [140, 20, 210, 90]],
    [7, [210, 90, 140, 20]],
    [8, [90, 210, 20, 140]],
  ];
  test.each(upright)("%i", async (orientation, corners) => {
    const image = new Jimp({ width: 32, height: 16, color: 0xff });
    for (let i = 0; i < 512; i++) image.bitmap.data.fill(stored(i % 32, i >> 5), 4 * i, 4 * i + 3);
    const jpeg = await image.getBuffer("image/jpeg");
    for (const little of [false, true]) {
      const file = save("held.jpg", turned(jpeg, orientation, little));
      const { width, height, data } = await loadPicture(file);
      expect([width, height]).toEqual(orientation > 4 ? [16, 32] : [32, 16]);
      const at = (x: number, y: number) => data[4 * (y * width + x)];
      const found = [at(2, 2), at(width - 3, 2), at(2, height - 3), at(width - 3, height - 3)];
      for (const [i, level] of found.entries()) expect(Math.abs(level - corners[i])).toBeLessThan(8);
    }
  });
});

describe("a file that is not a valid picture is refused with its name and byte, before it is decoded", () => {
  const cases: [string, () => Uint8Array, RegExp][] = [
    ["nothing", () => new Uint8Array(0), /byte 0: neither a PNG nor a JPEG/],
    ["text", () => Buffer.from("hello"), /byte 0: neither a PNG nor a JPEG/],
    ["a PNG cut off", () => pngBytes.subarray(0, 60), /byte 60: the PNG ends within its chunk "IDAT": it is cut off/],
    ["a PNG without its end", () => pngBytes.subarray(0, -12), /the PNG ends before its last chunk/],
    ["a PNG with a bit turned", () => Buffer.from(pngBytes).fill(0x55, 60, 64), /the PNG is damaged/],
    [
      "a PNG of many gigabytes",
      () => png(60_000, 60_000, { rows: new Uint8Array(9) }),
      /byte 16: .*60000×60000 pixels, at most 50 million/,
    ],
    [
      "a PNG that holds less than it announces",
      () => png(7000, 7000, { rows: new Uint8Array(9) }),
      /byte 16: the PNG announces 7000×7000 pixels, which \d+ bytes/,
    ],
    ["a PNG of no pixels", () => png(0, 5, { rows: new Uint8Array(9) }), /byte 16: .*0×5 pixels/],
    [
      "an interlaced PNG that inflates to far more than it announces",
      () => png(5, 5, { rows: new Uint8Array(300_000_000), interlaced: true }),
      /the PNG holds more pixels than it announces/,
    ],
    ["a JPEG cut off", () => jpegBytes.subarray(0, -30), /byte \d+: the JPEG ends within its pixels/],
    ["a JPEG cut off in its header", () => jpegBytes.subarray(0, 100), /byte 100: the JPEG ends before its pixels/],
    [
      "a JPEG of billions of pixels",
      () => resized(65_000, 65_000),
      /byte \d+: .*65000×65000 pixels, at most 50 million/,
    ],
    [
      "a JPEG that cannot hold what it announces",
      () => resized(7000, 7000),
      /byte \d+: the JPEG announces 7000×7000 pixels, more than/,
    ],
  ];
  test.each(cases.flatMap(([name, make, message]) => decoders.map((decoder) => ({ name, make, message, decoder }))))(
    "$name, $decoder",
    async ({ make, message, decoder }) => {
      const bytes = make();
      const began = performance.now();
      await expect(decodeWith(bytes, null, [decoder])).rejects.toThrow(message);
      expect(performance.now() - began).toBeLessThan(4000);
    },
  );

  test.each(cases)("%s: the error names the file", async (name, make, message) => {
    const file = save(`${name}.png`, make());
    const error: unknown = await loadPicture(file).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(message);
    expect(String(error)).toContain(file);
  });

  test("a picture that is cut at any byte is refused", async () => {
    for (const bytes of [pngBytes, jpegBytes])
      for (const decoder of decoders)
        for (let length = 0; length < bytes.length; length += 7)
          await expect(
            decodeWith(bytes.subarray(0, length), null, [decoder]),
            `${length} bytes, ${decoder}`,
          ).rejects.toMatchObject({ code: "file", call: "decodePicture" });
  });

  /** The JPEG with another size in its SOF0 segment. */
  function resized(width: number, height: number): Buffer {
    const bytes = Buffer.from(jpegBytes);
    const at = bytes.indexOf(Buffer.of(0xff, 0xc0)) + 5;
    bytes.writeUInt16BE(height, at);
    bytes.writeUInt16BE(width, at + 2);
    return bytes;
  }
});
