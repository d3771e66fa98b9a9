// The panels of a drawing: the picture, and the picture with the heat of each class.
import { frame, placeInFrame } from "chainrule/data";
import type { Description } from "chainrule/model";
import { decodePicture, readBytes } from "chainrule/node";
import { type HeatMap, overlaid, type Planes } from "./heat.ts";

/** Pixels of a panel's longer side: larger pictures are shown smaller, and small ones larger. */
const [leastSide, mostSide] = [224, 448];

interface Shown {
  readonly image: string;
  /** As the net takes it, uint8 [C, H, W]. */
  readonly bytes: Uint8Array;
}

/**
 * A panel with the picture, then one with each map. The picture has its own proportions, and the heat lies where the net sees it; a digit,
 * which the net takes out of its paper, is shown as the net takes it. Throws an error about the file where it can no longer be read.
 */
export async function panelsOf(
  { image, bytes }: Shown,
  maps: readonly HeatMap[],
  { input, framing }: Pick<Description, "input" | "framing">,
): Promise<Planes[]> {
  const [, height, width] = input;
  if (framing === "digit") {
    const picture = enlarged({ width, height, data: inColours(bytes, input) });
    const place = { left: 0, top: 0, width, height };
    return [picture, ...maps.map((map) => overlaid(picture, map, { frame: { width, height }, place }))];
  }
  const decoded = await decodePicture(await readBytes(image), { atLeast: [mostSide, mostSide] });
  const longest = Math.max(decoded.width, decoded.height);
  const scale = Math.min(mostSide, Math.max(leastSide, longest)) / longest;
  const [rows, columns] = [decoded.height, decoded.width].map((side) => Math.max(1, Math.round(side * scale)));
  const data = frame(decoded, { shape: [3, rows, columns], framing: "plain" });
  if (data === null) throw new Error("internal: a picture has no pixels");
  const picture = { width: columns, height: rows, data };
  const place = placeInFrame(decoded, input);
  return [picture, ...maps.map((map) => overlaid(picture, map, { frame: { width, height }, place }))];
}

/** Three planes; those of a grey picture are the same. */
const inColours = (bytes: Uint8Array, [channels]: Description["input"]): Uint8Array =>
  channels === 3 ? bytes : Uint8Array.from({ length: 3 * bytes.length }, (_, i) => bytes[i % bytes.length]);

/** Each pixel as a square of pixels. */
function enlarged({ width, height, data }: Planes): Planes {
  const times = Math.max(1, Math.floor(leastSide / Math.max(width, height)));
  const [columns, rows] = [times * width, times * height];
  const large = new Uint8Array(3 * rows * columns);
  for (let c = 0, to = 0; c < 3; c++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++)
        large[to++] = data[(c * height + Math.floor(y / times)) * width + Math.floor(x / times)];
  return { width: columns, height: rows, data: large };
}
