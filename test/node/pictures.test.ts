import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { loadPicture } from "chainrule/node";
import { Jimp } from "jimp";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "./synthetic.ts";

const folder = temporaryFolder();

function save(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

/** A PNG chunk; checksum as in the PNG specification, annex D. */
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  let crc = 0xffffffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(~crc >>> 0, 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** A grey 8-bit PNG. */
function png(
  width: number,
  height: number,
  { pixels, interlaced = false }: { pixels: Uint8Array; interlaced?: boolean },
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, interlaced ? 1 : 0], 8);
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

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
    const grey = await loadPicture(save("c.png", png(2, 1, { pixels: Uint8Array.of(0, 10, 20) })));
    expect([...grey.data]).toEqual([10, 10, 10, 255, 20, 20, 20, 255]);
    const interlaced = png(1, 1, { pixels: Uint8Array.of(0, 77), interlaced: true });
    expect([...(await loadPicture(save("d.png", interlaced))).data]).toEqual([77, 77, 77, 255]);
  });

  test("a JPEG that was taken with the camera on its side is turned upright", async () => {
    // APP1 with an EXIF block of one entry: Orientation (0x0112), a short, 6: to be turned a quarter clockwise.
    const tiff = Buffer.from("4d4d002a000000080001011200030000000100060000" + "00000000", "hex");
    const exif = Buffer.concat([Buffer.from("Exif\0\0"), tiff]);
    const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, exif.length + 2]), exif]);
    const turned = Buffer.concat([jpegBytes.subarray(0, 2), segment, jpegBytes.subarray(2)]);
    const { width, height } = await loadPicture(save("turned.jpg", turned));
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
      const tiff = Buffer.alloc(26);
      const view = new DataView(tiff.buffer, tiff.byteOffset, 26);
      tiff.write(little ? "II" : "MM");
      view.setUint16(2, 42, little);
      view.setUint32(4, 8, little);
      view.setUint16(8, 1, little);
      view.setUint16(10, 0x0112, little);
      view.setUint16(12, 3, little);
      view.setUint32(14, 1, little);
      view.setUint16(18, orientation, little);
      const exif = Buffer.concat([Buffer.from("Exif\0\0"), tiff]);
      const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, exif.length + 2]), exif]);
      const file = save("held.jpg", Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]));
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
      () => png(60_000, 60_000, { pixels: new Uint8Array(9) }),
      /byte 16: .*60000×60000 pixels, at most 50 million/,
    ],
    [
      "a PNG that holds less than it announces",
      () => png(7000, 7000, { pixels: new Uint8Array(9) }),
      /byte 16: the PNG announces 7000×7000 pixels, which \d+ bytes/,
    ],
    ["a PNG of no pixels", () => png(0, 5, { pixels: new Uint8Array(9) }), /byte 16: .*0×5 pixels/],
    [
      "an interlaced PNG that inflates to far more than it announces",
      () => png(5, 5, { pixels: new Uint8Array(300_000_000), interlaced: true }),
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
  test.each(cases)("%s", async (name, make, message) => {
    const file = save(`${name}.png`, make());
    const began = performance.now();
    await expect(loadPicture(file)).rejects.toThrow(message);
    await expect(loadPicture(file)).rejects.toThrow(file);
    expect(performance.now() - began).toBeLessThan(4000);
  });

  test("a picture that is cut at any byte is refused", async () => {
    for (const [name, bytes] of Object.entries({ "cut.png": pngBytes, "cut.jpg": jpegBytes }))
      for (let length = 0; length < bytes.length; length += 7)
        await expect(loadPicture(save(name, bytes.subarray(0, length))), `${length} bytes`).rejects.toThrow(
          /cut\.(png|jpg): /,
        );
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
