// Folders of small pictures that are easy to tell apart, as PNGs.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { bars } from "../../test/node/synthetic.ts";

export interface Drawn {
  readonly classes: readonly string[];
  /** Pictures of each class. */
  readonly each: number;
  readonly side?: number;
  readonly coloured?: boolean;
  readonly seed?: number;
}

/** A folder for each class; at most ten. */
export function writePictures(folder: string, { classes, each, side = 16, coloured = false, seed = 1 }: Drawn): string {
  for (const name of classes) mkdirSync(join(folder, name), { recursive: true });
  const { images, labels } = bars(10 * each, { side, seed });
  const size = side * side;
  for (let n = 0; n < labels.length; n++) {
    if (labels[n] >= classes.length) continue;
    const png = new PNG({ width: side, height: side });
    for (let i = 0; i < size; i++) {
      const level = images[n * size + i];
      png.data.set(coloured ? [level, level >> 1, 255 - level, 255] : [level, level, level, 255], 4 * i);
    }
    writeFileSync(join(folder, classes[labels[n]], `${n}.png`), PNG.sync.write(png));
  }
  return folder;
}
