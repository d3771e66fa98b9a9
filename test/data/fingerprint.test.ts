// Different data have different fingerprints, and equal data the same one, wherever they are in memory.
import { tensor } from "chainrule";
import { type Dataset, fingerprint } from "chainrule/data";
import { expect, it } from "vitest";

function dataset(bytes: Uint8Array, { labels = [0, 1], side = 3 } = {}): Dataset {
  const images = tensor(bytes, { shape: [2, 1, side, bytes.length / (2 * side)] });
  return { images, labels: tensor(Int32Array.from(labels)), classes: ["a", "b"] };
}

const pictures = Uint8Array.from({ length: 18 }, (_, i) => 7 * i);

it("depends on each byte, the labels, and the pictures' shape", () => {
  const all = [fingerprint(dataset(pictures)), fingerprint(dataset(pictures, { labels: [1, 0] }))];
  all.push(fingerprint(dataset(pictures, { side: 1 })));
  for (const i of pictures.keys())
    for (const bit of [1, 128]) all.push(fingerprint(dataset(pictures.map((x, n) => (n === i ? x ^ bit : x)))));
  expect(new Set(all).size).toBe(3 + 2 * 18);
  expect(all.every((text) => /^[0-9a-f]{8}$/.test(text))).toBe(true);
});

it("is the same at any place in memory", () => {
  for (const offset of [0, 1, 2, 3, 4]) {
    const around = new Uint8Array(30).fill(offset);
    around.set(pictures, offset);
    expect(fingerprint(dataset(around.subarray(offset, offset + 18)))).toBe(fingerprint(dataset(pictures)));
  }
});
