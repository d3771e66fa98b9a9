// Writes the op randomBits from its formula (schedule/body/random-bits.ts): its inputs are in locals.
import { Block } from "../../../loops/block.ts";
import { variable } from "../../../loops/build.ts";
import { randomBits, randomBitsOfPair } from "../../../schedule/body/random-bits.ts";
import type { Local } from "../assembler/assembler.ts";
import { inLocal } from "./elementwise.ts";
import type { Place } from "./place.ts";

/** The inputs of Threefry. */
interface Words {
  readonly keys: readonly [Local, Local];
  readonly counter: Local;
  readonly position: Local;
}

/** The top `bits` bits of word (position mod 2) of threefry(keys, [position div 2, counter]). */
export function writeRandomBits(place: Place, words: Words, bits: number): Local {
  const { inputs, variables } = variablesOf(words, place.form === "vector" ? "i32x4" : "i32");
  const block = new Block();
  return inLocal(place.code, place.context, block, randomBits(block, inputs, bits), variables);
}

/** Random bits at eight consecutive positions: the first, in lane 0 of `position`, must be even. */
export function writeRandomBitsOfPair(place: Place, words: Words, bits: number): readonly Local[] {
  const { inputs, variables } = variablesOf(words, "i32x4");
  const block = new Block();
  const [low, high] = randomBitsOfPair(block, inputs, bits).map((value) => block.let("bits", value));
  return [
    inLocal(place.code, place.context, block, low, variables),
    inLocal(place.code, place.context, new Block(), high, variables),
  ];
}

function variablesOf({ keys, counter, position }: Words, type: "i32" | "i32x4") {
  const [k0, k1, c, p] = ["k0", "k1", "counter", "position"].map((name) => variable(name, type));
  return {
    inputs: { keys: [k0, k1], counter: c, position: p } as const,
    variables: new Map([
      [k0, keys[0]],
      [k1, keys[1]],
      [c, counter],
      [p, position],
    ]),
  };
}
