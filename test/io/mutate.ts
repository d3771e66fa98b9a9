// Damaged and malicious files: a good one with a few changes. All changes follow from random numbers, so that a seed gives the same file
// again.

export type Random = () => number;

/** The "minimal standard" generator of Park and Miller, x -> 16807 x mod (2³¹ - 1); uniform in (0, 1). */
export function randomFrom(seed: number): Random {
  let state = (seed % (2 ** 31 - 2)) + 1;
  // The first numbers of neighbouring seeds are similar.
  for (let i = 0; i < 4; i++) state = (16807 * state) % (2 ** 31 - 1);
  return () => (state = (16807 * state) % (2 ** 31 - 1)) / (2 ** 31 - 1);
}

export const below = (random: Random, count: number) => Math.min(count - 1, Math.floor(random() * count));
export const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)];

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** Numbers at which programs often fail, in both byte orders and as text. */
const edges = [0, 1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const words = [
  ...edges.map(String),
  "-1",
  "0.5",
  "1e9",
  "1e400",
  "9007199254740993",
  "[]",
  "{}",
  "null",
  '"',
  '"F32"',
  "F16",
  "I64",
];

const changed: Mutation = (bytes, random) => {
  const result = bytes.slice();
  result[below(random, bytes.length)] = below(random, 256);
  return result;
};

const mutations: readonly Mutation[] = [
  changed,
  changed,
  // Changes one bit.
  (bytes, random) => {
    const result = bytes.slice();
    result[below(random, bytes.length)] ^= 1 << below(random, 8);
    return result;
  },
  // Changes a byte near the beginning, where headers are.
  (bytes, random) => {
    const result = bytes.slice();
    result[below(random, Math.min(bytes.length, 64))] = pick(random, [0, 1, 127, 128, 255, below(random, 256)]);
    return result;
  },
  // Replaces a number of two or four bytes.
  (bytes, random) => {
    const size = pick(random, [2, 4]);
    if (bytes.length < size) return bytes;
    const result = bytes.slice();
    const view = new DataView(result.buffer);
    const at = below(random, bytes.length - size + 1);
    const value = pick(random, edges);
    if (size === 2) view.setUint16(at, value, random() < 0.5);
    else view.setUint32(at, value, random() < 0.5);
    return result;
  },
  // Replaces a number in the text, or a bracket or comma, by another.
  (bytes, random) => {
    const text = Buffer.from(bytes).toString("latin1");
    const found = [...text.slice(0, 4096).matchAll(/\d+|[{}[\],:"]|[A-Z]+\d+/g)];
    if (found.length === 0) return bytes;
    const { index, 0: old } = pick(random, found);
    const value = Buffer.from(pick(random, words), "latin1");
    return joined(bytes.subarray(0, index), value, bytes.subarray(index + old.length));
  },
  // Cuts the file off.
  (bytes, random) => bytes.slice(0, below(random, bytes.length)),
  // Removes, repeats, moves or overwrites a piece.
  (bytes, random) => {
    const [from, length] = piece(bytes, random);
    return joined(bytes.subarray(0, from), bytes.subarray(from + length));
  },
  (bytes, random) => {
    const [from, length] = piece(bytes, random);
    const at = below(random, bytes.length);
    return joined(bytes.subarray(0, at), bytes.subarray(from, from + length), bytes.subarray(at));
  },
  (bytes, random) => {
    const [from, length] = piece(bytes, random);
    const result = bytes.slice();
    result.copyWithin(below(random, bytes.length), from, from + length);
    return result;
  },
  (bytes, random) => {
    const [from, length] = piece(bytes, random);
    return bytes.slice().fill(pick(random, [0, 255, below(random, 256)]), from, from + length);
  },
  // Appends bytes.
  (bytes, random) =>
    joined(
      bytes,
      Uint8Array.from({ length: 1 + below(random, 32) }, () => below(random, 256)),
    ),
];

function piece(bytes: Uint8Array, random: Random): [from: number, length: number] {
  const from = below(random, bytes.length);
  return [from, 1 + below(random, Math.min(bytes.length - from, random() < 0.7 ? 16 : bytes.length))];
}

/** Makes one to five changes. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let result = bytes;
  for (let left = 1 + below(random, 5); left > 0 && result.length > 0; left--)
    result = pick(random, mutations)(result, random);
  return result;
}
