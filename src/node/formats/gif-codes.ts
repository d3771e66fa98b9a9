// Checks the LZW codes of a GIF's pixels. A code stands for a run of pixels, and codes get longer as the table grows: the first 2ⁿ codes
// stand for one pixel each, then comes a code that clears the table, then one that ends the pixels, and each further code stands for the
// run of the code before it and one pixel more. The decoder trusts the codes and does not end on one that is not defined, so their lengths
// are followed first, without the pixels.
import { fail } from "./format.ts";

const maxCodes = 4096;

/** Throws unless the codes from byte `at` on make exactly `pixels` pixels. They are in blocks, each a length and as many bytes. */
export function checkCodes(bytes: Uint8Array, at: number, pixels: number): void {
  const bitsOfPixel = bytes[at];
  if (bitsOfPixel < 1 || bitsOfPixel > 8) fail(at, `the GIF is damaged: pixels of ${bitsOfPixel} bits`);
  const clear = 1 << bitsOfPixel;
  const end = clear + 1;
  const lengths = new Uint16Array(maxCodes).fill(1, 0, clear);
  let [next, bits, previous, count] = [end + 1, bitsOfPixel + 1, -1, 0];
  for (const code of codes(bytes, at + 1, () => bits)) {
    if (code === end) break;
    if (code === clear) {
      [next, bits, previous] = [end + 1, bitsOfPixel + 1, -1];
      continue;
    }
    if (code > next || (code === next && previous < 0)) fail(at, "the GIF's pixels are damaged");
    count += code < next ? lengths[code] : lengths[previous] + 1;
    if (count > pixels) fail(at, "the GIF holds more pixels than it announces");
    if (previous >= 0 && next < maxCodes) {
      lengths[next++] = lengths[previous] + 1;
      if (next >= 1 << bits && bits < 12) bits++;
    }
    previous = code;
  }
  if (count < pixels) fail(at, "the GIF holds fewer pixels than it announces");
}

/** The codes of the blocks from byte `at` on, each of `size()` bits; the lowest bits come first, across the blocks. */
function* codes(bytes: Uint8Array, at: number, size: () => number): Generator<number> {
  let [word, wordBits] = [0, 0];
  for (let remaining = bytes[at++]; remaining > 0; remaining = bytes[at++])
    for (; remaining > 0; remaining--) {
      word |= bytes[at++] << wordBits;
      wordBits += 8;
      while (wordBits >= size()) {
        const bits = size();
        yield word & ((1 << bits) - 1);
        word >>>= bits;
        wordBits -= bits;
      }
    }
}
