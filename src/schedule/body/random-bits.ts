// The op randomBits: words of Threefry-2x32-20 (src/tensor/ops/threefry.ts), one word for each lane. A lane's position gives its block
// (position div 2) and its word in the block (position mod 2). All values are i32 or i32x4.
import type { Block } from "../../loops/block.ts";
import {
  add,
  and,
  constant,
  laneOf,
  or,
  shiftLeft,
  shiftRightUnsigned,
  shuffle,
  splat,
  sub,
  xor,
} from "../../loops/build.ts";
import type { Expression, Variable } from "../../loops/program.ts";

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const parity = 0x1bd11bda;

/** The inputs of Threefry. */
export interface Words {
  readonly keys: readonly [Expression, Expression];
  readonly counter: Expression;
  readonly position: Expression;
}

/** The top `bits` bits of word (position mod 2) of threefry(keys, [position div 2, counter]). */
export function randomBits(block: Block, words: Words, bits: number): Expression {
  const { position } = words;
  const [a, b] = threefry(block, words, shiftRightUnsigned(position, 1));
  // a ^ ((a ^ b) & -(position & 1))
  const isOdd = sub(constant(position.type, 0), and(position, 1));
  return topBits(xor(a, and(xor(a, b), isOdd)), bits);
}

/** Random bits at eight consecutive positions: the first, in lane 0 of `position`, must be even. Four blocks give all eight. */
export function randomBitsOfPair(block: Block, words: Words, bits: number): readonly [Expression, Expression] {
  const first = splat(shiftRightUnsigned(laneOf(words.position, 0), 1));
  const [a, b] = threefry(block, words, add(first, constant("i32x4", 0, 1, 2, 3)));
  return [topBits(shuffle(a, b, [0, 4, 1, 5]), bits), topBits(shuffle(a, b, [2, 6, 3, 7]), bits)];
}

/** The two words of threefry(keys, [index, counter]). */
function threefry(block: Block, { keys: [k0, k1], counter }: Words, index: Expression): readonly [Variable, Variable] {
  const keys = [k0, k1, block.let("k2", xor(xor(k0, k1), parity))];
  let a = block.let("a", add(index, k0));
  let b = block.let("b", add(counter, k1));
  for (let round = 0; round < 20; round++) {
    const rotation = rotations[round % 8];
    a = block.let("a", add(a, b));
    b = block.let("b", xor(or(shiftLeft(b, rotation), shiftRightUnsigned(b, 32 - rotation)), a));
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      a = block.let("a", add(a, keys[injection % 3]));
      b = block.let("b", add(add(b, keys[(injection + 1) % 3]), injection));
    }
  }
  return [a, b];
}

const topBits = (word: Expression, bits: number): Expression =>
  bits < 32 ? shiftRightUnsigned(word, 32 - bits) : word;
