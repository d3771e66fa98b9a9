// Writes the op randomBits: words of Threefry-2x32-20 (src/tensor/ops/threefry.ts), one word for each lane. A lane's position gives its
// block (position div 2) and its word in the block (position mod 2).
import type { Code, Local } from "../assembler/assembler.ts";
import type { Form } from "../kernel-writer.ts";

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const parity = 0x1bd11bda;

/** The inputs of Threefry. */
interface Words {
  readonly keys: readonly [Local, Local];
  readonly counter: Local;
  readonly position: Local;
}

/** The instructions of a form. */
interface Arithmetic {
  readonly type: "v128" | "i32";
  readonly constant: (code: Code, value: number) => Code;
  readonly add: "i32x4.add" | "i32.add";
  readonly subtract: "i32x4.sub" | "i32.sub";
  readonly xor: "v128.xor" | "i32.xor";
  readonly and: "v128.and" | "i32.and";
  readonly shiftLeft: "i32x4.shl" | "i32.shl";
  readonly shiftRight: "i32x4.shr_u" | "i32.shr_u";
  readonly or: "v128.or" | "i32.or";
}

const arithmetic = {
  vector: {
    type: "v128",
    constant: (code, value) => code.i32x4(value),
    add: "i32x4.add",
    subtract: "i32x4.sub",
    xor: "v128.xor",
    and: "v128.and",
    shiftLeft: "i32x4.shl",
    shiftRight: "i32x4.shr_u",
    or: "v128.or",
  },
  scalar: {
    type: "i32",
    constant: (code, value) => code.i32(value),
    add: "i32.add",
    subtract: "i32.sub",
    xor: "i32.xor",
    and: "i32.and",
    shiftLeft: "i32.shl",
    shiftRight: "i32.shr_u",
    or: "i32.or",
  },
} as const satisfies Record<Form, Arithmetic>;

/** The top `bits` bits of word (position mod 2) of threefry(keys, [position div 2, counter]). */
export function writeRandomBits(code: Code, form: Form, words: Words, bits: number): Local {
  const own: Arithmetic = arithmetic[form];
  const block = code.local(own.type);
  code.get(words.position).i32(1).op(own.shiftRight).set(block);
  const [a, b] = writeThreefry(code, own, words, block);
  // a ^ ((a ^ b) & -(position & 1))
  code.get(a).get(a).get(b).op(own.xor);
  own.constant(code, 0);
  code.get(words.position);
  own.constant(code, 1).op(own.and, own.subtract, own.and, own.xor);
  return topBits(code, own, bits);
}

/** Random bits at eight consecutive positions: the first, in lane 0 of `position`, must be even. Four blocks give all eight. */
export function writeRandomBitsOfPair(code: Code, words: Words, bits: number): readonly [Local, Local] {
  const own: Arithmetic = arithmetic.vector;
  const block = code.local("v128");
  code.get(words.position).lane("i32x4.extract_lane", 0).i32(1).op("i32.shr_u", "i32x4.splat");
  code.int32s(0, 1, 2, 3).op("i32x4.add").set(block);
  const [a, b] = writeThreefry(code, own, words, block);
  const [low, high] = [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
  ].map((lanes) => {
    code
      .get(a)
      .get(b)
      .shuffle(lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)));
    return topBits(code, own, bits);
  });
  return [low, high];
}

/** The two words of threefry(keys, [block, counter]). */
function writeThreefry(code: Code, own: Arithmetic, words: Words, block: Local): readonly [Local, Local] {
  const { type, constant, add, xor, or, shiftLeft, shiftRight } = own;
  const [a, b, k2] = [code.local(type), code.local(type), code.local(type)];
  const keys = [...words.keys, k2];
  code.get(keys[0]).get(keys[1]).op(xor);
  constant(code, parity).op(xor).set(k2);
  code.get(block).get(keys[0]).op(add).set(a);
  code.get(words.counter).get(keys[1]).op(add).set(b);
  for (let round = 0; round < 20; round++) {
    const rotation = rotations[round % 8];
    code.get(a).get(b).op(add).set(a);
    code.get(b).i32(rotation).op(shiftLeft).get(b);
    code
      .i32(32 - rotation)
      .op(shiftRight, or)
      .get(a)
      .op(xor)
      .set(b);
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      code
        .get(a)
        .get(keys[injection % 3])
        .op(add)
        .set(a);
      code
        .get(b)
        .get(keys[(injection + 1) % 3])
        .op(add);
      constant(code, injection).op(add).set(b);
    }
  }
  return [a, b];
}

/** Takes the word from the stack and returns its top bits in a local. */
function topBits(code: Code, { type, shiftRight }: Arithmetic, bits: number): Local {
  const result = code.local(type);
  if (bits < 32) code.i32(32 - bits).op(shiftRight);
  code.set(result);
  return result;
}
