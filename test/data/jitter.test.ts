import { tensor } from "chainrule";
import { batches, type Dataset } from "chainrule/data";
import { describe, expect, test } from "vitest";
import { amountsOf, changeColours } from "../../src/data/jitter.js";

const kinds = ["brightness", "contrast", "saturation", "hue"] as const;
/** A picture [3, 6, 5] of noise. */
const picture = Uint8Array.from({ length: 90 }, (_, i) => (i * 2654435761) % 256);

/** Levels by torchvision 0.29's adjust_brightness, adjust_contrast, adjust_saturation and adjust_hue, one after the other, on floats. */
const recorded = [
  {
    order: [0, 1, 2, 3],
    factors: [1.3, 0.7, 1.5, 0.1],
    levels: [
      0.0, 214.5, 255.0, 10.5, 231.8, 255.0, 32.8, 215.6, 177.2, 55.2, 199.2, 194.5, 255.0, 182.7, 211.7, 255.0, 7.0,
      229.0, 255.0, 29.3, 218.2, 174.4, 51.7, 201.8, 191.7, 255.0, 185.3, 209.0, 255.0, 3.4, 189.7, 232.5, 58.6, 179.8,
      249.8, 76.8, 165.8, 243.9, 195.2, 151.9, 237.9, 212.5, 37.4, 231.8, 229.8, 55.7, 182.0, 247.1, 74.0, 168.0, 244.9,
      192.4, 154.1, 238.8, 209.7, 34.5, 232.7, 227.0, 52.8, 184.2, 249.1, 52.3, 243.5, 252.3, 69.6, 236.2, 248.7, 89.5,
      15.0, 245.2, 109.3, 32.3, 251.9, 129.2, 49.6, 244.6, 252.9, 66.9, 237.3, 249.3, 86.3, 12.3, 245.7, 106.2, 29.6,
      253.1, 126.1, 46.9, 245.8, 253.4,
    ],
  },
  {
    order: [3, 2, 1, 0],
    factors: [0.6, 1.4, 0.2, -0.2],
    levels: [
      81.0, 61.2, 73.0, 96.9, 77.2, 88.9, 112.9, 93.1, 26.8, 128.8, 109.1, 42.7, 54.5, 125.0, 58.7, 70.5, 94.4, 74.6,
      86.4, 110.4, 90.6, 24.3, 126.3, 106.6, 40.2, 52.0, 122.5, 56.2, 67.9, 91.9, 95.4, 39.0, 100.2, 111.4, 55.0, 116.2,
      127.3, 71.0, 4.6, 143.3, 86.9, 20.6, 81.7, 102.9, 36.5, 97.7, 108.8, 52.5, 113.6, 124.8, 68.4, 2.1, 140.8, 84.4,
      18.0, 79.2, 100.3, 34.0, 95.2, 106.3, 63.5, 54.6, 104.9, 79.4, 70.5, 120.9, 95.4, 86.5, 20.1, 111.4, 102.4, 36.1,
      86.4, 118.4, 52.0, 102.4, 76.9, 68.0, 118.3, 92.9, 84.0, 17.6, 108.8, 99.9, 33.6, 83.9, 115.9, 49.5, 99.9, 74.4,
    ],
  },
  {
    order: [2, 0, 3, 1],
    factors: [1.1, 1.2, 1.9, 0.45],
    levels: [
      255.0, 0.0, 209.6, 255.0, 0.0, 197.2, 255.0, 0.0, 0.0, 255.0, 12.1, 0.0, 238.6, 37.2, 0.0, 213.5, 255.0, 0.0,
      198.4, 255.0, 0.0, 0.0, 255.0, 8.2, 0.0, 242.6, 33.3, 0.0, 217.5, 255.0, 0.0, 225.2, 255.0, 0.0, 211.1, 255.0,
      0.0, 197.7, 208.9, 0.0, 190.1, 216.5, 255.0, 182.6, 224.0, 255.0, 0.0, 215.0, 255.0, 0.0, 198.8, 207.8, 0.0,
      191.3, 215.3, 255.0, 183.8, 222.8, 255.0, 0.0, 206.5, 255.0, 0.0, 181.4, 255.0, 0.0, 156.3, 255.0, 213.8, 131.2,
      255.0, 238.9, 0.0, 255.0, 255.0, 0.0, 185.4, 255.0, 0.0, 160.3, 255.0, 209.9, 135.2, 255.0, 234.9, 0.0, 255.0,
      255.0, 0.0, 189.3,
    ],
  },
] as const;

test("the changes are torchvision's, in any order", () => {
  for (const { order, factors, levels } of recorded) {
    const bytes = Uint8Array.from(picture);
    const changes = order.map((k) => ({ kind: kinds[k], factor: factors[k] }));
    changeColours(bytes, 3, changes);
    for (const [i, level] of levels.entries()) expect(Math.abs(bytes[i] - level)).toBeLessThanOrEqual(0.6);
  }
});

const count = 200;
const grey: Dataset = {
  images: tensor(new Uint8Array(count * 4).fill(100), { shape: [count, 1, 2, 2] }),
  labels: tensor(new Int32Array(count)),
  classes: ["a"],
};
/** The levels of the first pixel of each picture, [C] each. */
function levels(
  data: Dataset,
  jitter: NonNullable<NonNullable<Parameters<typeof batches>[1]["augment"]>["jitter"]>,
): number[][] {
  const [{ images }] = batches(data, { batchSize: count, shuffle: false, augment: { jitter } });
  const [, channels, height, width] = images.shape;
  const plane = height * width;
  return Array.from({ length: count }, (_, n) =>
    Array.from({ length: channels }, (_, c) => Math.round(255 * images.data[(n * channels + c) * plane])),
  );
}

describe("the amounts are drawn evenly up to their bounds", () => {
  test("brightness", () => {
    const found = levels(grey, { brightness: 0.3 }).flat();
    expect([Math.min(...found), Math.max(...found)].map((x) => Math.round(x / 2))).toEqual([35, 65]);
    expect(found.reduce((sum, x) => sum + x, 0) / count).toBeCloseTo(100, -1);
  });

  test("hues turn both ways by at most a quarter of the single number, and grey pictures keep their levels", () => {
    const red: Dataset = {
      ...grey,
      images: tensor(
        Uint8Array.from({ length: count * 12 }, (_, i) => (i % 12 < 4 ? 200 : 0)),
        { shape: [count, 3, 2, 2] },
      ),
    };
    const found = levels(red, { hue: 0.1 });
    for (const [r, g, b] of found) expect([r, Math.min(g, b)]).toEqual([200, 0]);
    // 0.1 of the circle is 0.6 of the way from red to yellow, or to magenta.
    const turned = found.map(([, g, b]) => g - b);
    expect(Math.max(...turned)).toBeGreaterThan(110);
    expect(Math.max(...turned)).toBeLessThanOrEqual(120);
    expect(Math.min(...turned)).toBeLessThan(-110);
    expect(amountsOf(0.4)).toEqual({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 });
    expect(levels(grey, { saturation: 1, hue: 0.5 }).flat()).toEqual(new Array(count).fill(100));
  });
});

test("jitter changes no draw of the other changes, and follows from seed, epoch and picture alone", () => {
  const noise: Dataset = {
    ...grey,
    images: tensor(picture.slice(0, 75), { shape: [1, 3, 5, 5] }),
    labels: tensor(new Int32Array(1)),
  };
  const of = (augment: object, epoch = 0) => [...batches(noise, { batchSize: 1, augment, epoch })][0].images.data;
  const erased = (data: ArrayLike<number>, plain: ArrayLike<number>) => Array.from(plain, (x, i) => x === data[i]);
  for (let epoch = 0; epoch < 6; epoch++) {
    const still = { erase: 0.6, jitter: { brightness: 0 } };
    expect(erased(of({ erase: 0.6 }, epoch), of({}))).toEqual(erased(of(still, epoch), of({})));
  }
  expect(of({ jitter: 0.5 }, 1)).toEqual(of({ jitter: 0.5 }, 1));
  expect(of({ jitter: 0.5 }, 1)).not.toEqual(of({ jitter: 0.5 }, 2));
});

test("amounts that are out of range, and unknown changes, are refused", () => {
  const make = (jitter: object | number) => () => batches(grey, { batchSize: 1, augment: { jitter } });
  expect(make(1.5)).toThrow("batches: augment.jitter is from 0 to 1; it is 1.5");
  expect(make(Number.NaN)).toThrow("it is NaN");
  expect(make({ hue: 0.6 })).toThrow("augment.jitter.hue is from 0 to 0.5; it is 0.6");
  expect(make({ colour: 1 })).toThrow("augment.jitter has no colour; it has brightness, contrast, saturation, hue");
});
