// Constants, counting and random bits.
import type { Body } from "../body.ts";
import type { Call } from "../lowering.ts";
import { sizeOf, type Type, type Value } from "../types.ts";
import { threefry } from "./threefry.ts";

export const sources = {
  full: ({ attributes: { value }, type }: Call<"full">, body: Body): Value => body.constant(value, type),
  iota: ({ type }: Call<"iota">, body: Body): Value => body.iota(0, type),

  // Element i is the top `bits` bits of word (i mod 2) of threefry(key, [i div 2, counter]), where i counts from the third input.
  randomBits({ inputs: [key, counter, start], attributes: { bits }, type }: Call<"randomBits">, body: Body): Value {
    const operands = start === undefined ? [key, counter] : [key, counter, start];
    const write = (inside: Body, parameters: readonly Value[]) => [drawn(inside, parameters, type, bits)];
    const [result] = body.functions.shared(body, "random_bits", operands, write, `${type.shape} ${bits}`);
    return result;
  },
};

function drawn(body: Body, [key, counter, start]: readonly Value[], type: Type, bits: number): Value {
  const size = sizeOf(type.shape);
  const blocks: Type = { shape: [Math.ceil(size / 2)], dtype: "int32" };
  const words = [0, 1].map((place) => body.reshape(body.slice(key, [{ start: place, size: 1, step: 1 }]), []));
  const counted = body.iota(0, blocks);
  const half = start && body.op("shift_right_arithmetic", start, body.constant(1, start));
  const first = half ? body.op("add", counted, body.broadcast(half, [], blocks.shape)) : counted;
  const second = body.broadcast(counter, [], blocks.shape);
  const [even, odd] = threefry(body, [words[0], words[1]], [first, second]);
  const columns = [even, odd].map((word) => body.reshape(word, [...blocks.shape, 1]));
  const pairs = body.reshape(body.concatenate(columns, 1), [2 * blocks.shape[0]]);
  const all = body.reshape(body.slice(pairs, [{ start: 0, size, step: 1 }]), type.shape);
  return bits === 32 ? all : body.op("shift_right_logical", all, body.constant(32 - bits, type));
}
