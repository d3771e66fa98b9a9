// A GIF's pixels are LZW codes, of a growing number of bits. Each stands for a row of pixels: the first 2ⁿ for one, then a code that
// clears the table, one that ends it, and each further one for what its predecessor stood for and one more. The decoder trusts
// them and goes in circles on a code that nothing has defined, so that they are followed here first, without their pixels.
import { fail } from "./picture-formats.ts";

const mostCodes = 4096;

/** Throws unless the codes from byte `at` on, in blocks of a length and as many bytes, make exactly `pixels` pixels. */
export function checkCodes(bytes: Uint8Array, at: number, pixels: number): void {
  const bitsOfPixel = bytes[at];
  if (bitsOfPixel < 1 || bitsOfPixel > 8) fail(at, `the GIF is damaged: pixels of ${bitsOfPixel} bits`);
  const clear = 1 << bitsOfPixel;
  const end = clear + 1;
  const lengths = new Uint16Array(mostCodes).fill(1, 0, clear);
  let [next, bits, previous, made] = [end + 1, bitsOfPixel + 1, -1, 0];
  for (const code of codes(bytes, at + 1, () => bits)) {
    if (code === end) break;
    if (code === clear) {
      [next, bits, previous] = [end + 1, bitsOfPixel + 1, -1];
      continue;
    }
    if (code > next || (code === next && previous < 0)) fail(at, "the GIF's pixels are damaged");
    made += code < next ? lengths[code] : lengths[previous] + 1;
    if (made > pixels) fail(at, "the GIF holds more pixels than it announces");
    if (previous >= 0 && next < mostCodes) {
      lengths[next++] = lengths[previous] + 1;
      if (next >= 1 << bits && bits < 12) bits++;
    }
    previous = code;
  }
  if (made < pixels) fail(at, "the GIF holds fewer pixels than it announces");
}

/** The lowest bits come first, across the blocks. */
function* codes(bytes: Uint8Array, at: number, size: () => number): Generator<number> {
  let [word, held] = [0, 0];
  for (let left = bytes[at++]; left > 0; left = bytes[at++])
    for (; left > 0; left--) {
      word |= bytes[at++] << held;
      held += 8;
      while (held >= size()) {
        const bits = size();
        yield word & ((1 << bits) - 1);
        word >>>= bits;
        held -= bits;
      }
    }
}
