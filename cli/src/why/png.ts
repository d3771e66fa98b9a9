// Writes panels side by side as a PNG, and marks it as a drawing of predict --why, so that a later run may replace it and nothing else.
import { crc32 } from "node:zlib";
import { PNG } from "pngjs";
import type { Planes } from "./heat.ts";

/** White pixels between two panels. */
const gap = 8;

/** The bytes of a PNG with panels of one height. */
export function pngOf(panels: readonly Planes[]): Uint8Array {
  const [{ height }] = panels;
  const width = panels.reduce((sum, panel) => sum + panel.width, gap * (panels.length - 1));
  const pixels = Buffer.alloc(3 * width * height, 255);
  let left = 0;
  for (const panel of panels) {
    const size = panel.width * height;
    for (let y = 0; y < height; y++)
      for (let x = 0, to = 3 * (y * width + left); x < panel.width; x++, to += 3) {
        const from = y * panel.width + x;
        for (let c = 0; c < 3; c++) pixels[to + c] = panel.data[c * size + from];
      }
    left += panel.width + gap;
  }
  const image = new PNG({ width, height });
  image.data = pixels;
  const colours = { colorType: 2, inputColorType: 2, inputHasAlpha: false } as const;
  // Paeth's filter for all rows: as small as the best one for each row, in half the time.
  return marked(PNG.sync.write(image, { ...colours, deflateLevel: 6, filterType: 4 }));
}

/** A text chunk, as PNG has it: the length of its content, its type, keyword and text, and a checksum. It stands behind the header. */
const mark = (() => {
  const content = Buffer.from("Software\0chainrule predict --why", "latin1");
  const chunk = Buffer.alloc(12 + content.length);
  chunk.writeUInt32BE(content.length, 0);
  chunk.write("tEXt", 4, "latin1");
  content.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + content.length)), 8 + content.length);
  return chunk;
})();

/** Eight bytes of signature and the header's chunk. */
const markAt = 8 + 25;

const marked = (png: Buffer): Uint8Array => Buffer.concat([png.subarray(0, markAt), mark, png.subarray(markAt)]);

/** Whether the bytes are a drawing of predict --why. */
export const isDrawing = (bytes: Uint8Array): boolean => mark.equals(bytes.subarray(markAt, markAt + mark.length));
