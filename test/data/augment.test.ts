import { tensor } from "chainrule";
import { type Augmentation, batches, type Dataset } from "chainrule/data";
import { describe, expect, test } from "vitest";

const [height, width] = [8, 12];
/** Noise that is the same in each run. */
const data: Dataset = {
  images: tensor(
    new Uint8Array(40 * 3 * height * width).map((_, i) => (i * 2654435761) >>> 24),
    { shape: [40, 3, height, width] },
  ),
  labels: tensor(Int32Array.from({ length: 40 }, (_, n) => n)),
  classes: Array.from({ length: 40 }, (_, n) => String(n)),
};
const size = 3 * height * width;

/** Bytes of each picture by its index. */
function seen(augment: Augmentation | undefined, options: Partial<Parameters<typeof batches>[1]> = {}): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const { images, labels } of batches(data, { batchSize: 7, augment, ...options }))
    labels.data.forEach((n, i) => {
      found[n] = Uint8Array.from(images.data.subarray(i * size, (i + 1) * size), (x) => Math.round(255 * x));
    });
  return found;
}
const plain = seen(undefined);
const all: Augmentation = { shift: 2, crop: 0.2, flip: true, rotate: 15, erase: 0.4 };

test("the changes depend on seed, epoch and picture alone", () => {
  const first = seen(all, { seed: 3, epoch: 1 });
  expect(seen(all, { seed: 3, epoch: 1, batchSize: 40, shuffle: false })).toEqual(first);
  expect(seen(all, { seed: 3, epoch: 2 })).not.toEqual(first);
  expect(seen(all, { seed: 4, epoch: 1 })).not.toEqual(first);
  expect(seen({})).toEqual(plain);
  expect(seen({ shift: 0, rotate: 0, flip: false })).toEqual(plain);
});

test("shift moves by whole pixels, in every direction, and repeats the edge", () => {
  const shifts = new Set<string>();
  for (const [n, picture] of seen({ shift: 2 }).entries()) {
    const fits = (dx: number, dy: number) =>
      picture.every((byte, i) => {
        const [c, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
        const [oldX, oldY] = [Math.min(Math.max(x - dx, 0), width - 1), Math.min(Math.max(y - dy, 0), height - 1)];
        return byte === plain[n][(c * height + oldY) * width + oldX];
      });
    const five = [-2, -1, 0, 1, 2];
    const found = five.flatMap((dx) => five.map((dy) => [dx, dy])).filter(([dx, dy]) => fits(dx, dy));
    expect(found).toHaveLength(1);
    shifts.add(found[0].join());
  }
  expect(shifts.size).toBeGreaterThan(12);
});

test("flip mirrors about half of the pictures", () => {
  const mirrored = (bytes: Uint8Array) => bytes.map((_, i) => bytes[i - (i % width) + width - 1 - (i % width)]);
  const flipped = seen({ flip: true }).filter((picture, n) => {
    const is = picture.every((byte, i) => byte === mirrored(plain[n])[i]);
    if (!is) expect(picture).toEqual(plain[n]);
    return is;
  });
  expect(flipped.length).toBeGreaterThan(10);
  expect(flipped.length).toBeLessThan(30);
});

test("erase fills one rectangle with each channel's mean, in about half of the pictures", () => {
  let erased = 0;
  for (const [n, picture] of seen({ erase: 0.5 }).entries()) {
    const changed = [...picture.keys()].filter((i) => picture[i] !== plain[n][i]);
    if (changed.length > 0) erased++;
    expect(changed.length).toBeLessThanOrEqual(3 * 4 * 6);
    for (const i of changed) {
      const start = Math.floor(i / (height * width)) * height * width;
      const plane = plain[n].subarray(start, start + height * width);
      expect(picture[i]).toBe(Math.round(plane.reduce((sum, byte) => sum + byte, 0) / plane.length));
    }
  }
  expect(erased).toBeGreaterThan(8);
  expect(erased).toBeLessThan(32);
});

describe("rotation and crop interpolate", () => {
  const ramp: Dataset = {
    images: tensor(
      Uint8Array.from({ length: 50 * 441 }, (_, i) => 10 * (i % 21)),
      { shape: [50, 1, 21, 21] },
    ),
    labels: tensor(new Int32Array(50)),
    classes: ["a"],
  };
  const [turned] = batches(ramp, { batchSize: 50, augment: { rotate: 30 }, shuffle: false });
  const at = (n: number, x: number, y: number) => 255 * turned.images.data[n * 441 + y * 21 + x];

  test("a gradient of levels stays one, rotated about the middle by at most the angle", () => {
    let [least, most] = [90, -90];
    for (let n = 0; n < 50; n++) {
      expect(Math.abs(at(n, 10, 10) - 100)).toBeLessThan(1);
      const angle = (Math.atan2(at(n, 10, 13) - at(n, 10, 7), at(n, 13, 10) - at(n, 7, 10)) * 180) / Math.PI;
      [least, most] = [Math.min(least, angle), Math.max(most, angle)];
    }
    expect(least).toBeGreaterThan(-31);
    expect(most).toBeLessThan(31);
    expect(most - least).toBeGreaterThan(40);
  });

  test("a crop enlarges the picture by at most the given part", () => {
    const [{ images }] = batches(ramp, { batchSize: 50, augment: { crop: 0.5 }, shuffle: false });
    const slopes = Array.from(
      { length: 50 },
      (_, n) => (255 * (images.data[n * 441 + 15] - images.data[n * 441 + 5])) / 100,
    );
    expect(Math.min(...slopes)).toBeGreaterThan(0.48);
    expect(Math.min(...slopes)).toBeLessThan(0.6);
    expect(Math.max(...slopes)).toBeLessThan(1.02);
    expect(Math.max(...slopes)).toBeGreaterThan(0.9);
  });
});

test("amounts that are out of range are refused", () => {
  const make = (augment: object) => () => batches(data, { batchSize: 1, augment });
  expect(make({ shift: 0.5 })).toThrow(/augment.shift is in whole pixels; it is 0.5/);
  expect(make({ crop: 1 })).toThrow(/augment.crop/);
  expect(make({ rotate: -5 })).toThrow(/degrees/);
  expect(make({ erase: Number.NaN })).toThrow(/augment.erase/);
  expect(make({ turn: 5 })).toThrow(/augment has no turn; it has shift, crop/);
});
