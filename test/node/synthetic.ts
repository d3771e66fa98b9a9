// Small data sets and pictures for tests, in the file formats of real ones.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { PNG } from "pngjs";

export const temporaryFolder = () => mkdtempSync(join(tmpdir(), "chainrule-"));

/** An IDX file of bytes. */
export function idx(shape: readonly number[], bytes: ArrayLike<number>): Uint8Array {
  const file = new Uint8Array(4 + 4 * shape.length + bytes.length);
  const view = new DataView(file.buffer);
  file.set([0, 0, 8, shape.length]);
  shape.forEach((size, i) => {
    view.setUint32(4 + 4 * i, size);
  });
  file.set(bytes, 4 + 4 * shape.length);
  return file;
}

export interface Pictures {
  readonly images: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
}

/** Writes the four files of a data set into a folder. */
export function writeIdxFolder(
  folder: string,
  { train, test, side = 28, gzip = false }: { train: Pictures; test: Pictures; side?: number; gzip?: boolean },
): string {
  for (const [prefix, { images, labels }] of Object.entries({ train, t10k: test })) {
    const files = {
      [`${prefix}-images-idx3-ubyte`]: idx([labels.length, side, side], images),
      [`${prefix}-labels-idx1-ubyte`]: idx([labels.length], labels),
    };
    for (const [name, bytes] of Object.entries(files))
      writeFileSync(join(folder, gzip ? `${name}.gz` : name), gzip ? gzipSync(bytes) : bytes);
  }
  return folder;
}

/** Pictures that are easy to learn: class k is a bright bar at a place of its own, in a little noise. The same ones each time. */
export function bars(count: number, { side = 28, seed = 1 } = {}): Pictures {
  const images = new Uint8Array(count * side * side);
  const labels = new Uint8Array(count).map((_, n) => n % 10);
  let state = seed;
  // The "minimal standard" generator of Park and Miller: x -> 16807 x mod (2³¹ - 1).
  const random = () => (state = (16807 * state) % (2 ** 31 - 1)) / 2 ** 31;
  labels.forEach((label, n) => {
    const [along, across] = [label % 5, label < 5];
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const place = Math.floor(((across ? y : x) * 5) / side);
        images[(n * side + y) * side + x] = (place === along ? 180 : 0) + 60 * random();
      }
  });
  return { images, labels };
}

/** Writes a picture of 3 × 2 pixels, coloured or grey, and makes its folder. */
export function writeTiny(path: string, level: number, grey: boolean): void {
  const png = new PNG({ width: 3, height: 2 });
  for (let i = 0; i < 6; i++) png.data.set(grey ? [level, level, level, 255] : [level, 255 - level, i, 255], 4 * i);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, PNG.sync.write(png));
}
