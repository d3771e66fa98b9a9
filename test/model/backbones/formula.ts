// Numbers that follow from a name, the same as in test/fixtures/record_backbones.py: weights, pictures and upstream gradients of recorded nets.
import { type Module, type Tensor, tensor } from "chainrule";

/** The CRC-32 of a name, as zlib computes it. */
export function crc32(name: string): number {
  let crc = -1;
  for (const byte of new TextEncoder().encode(name)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

/** scale · (u + shift) in float32, where u in [0, 1) are the upper 24 bits of a hash of the position. A plain loop: a net has millions. */
function formula(name: string, count: number, [scale, shift]: readonly [scale: number, shift: number]): Float32Array {
  const start = crc32(name);
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let x = (Math.imul(i, 0x9e3779b1) + start) | 0;
    x ^= x >>> 15;
    x = Math.imul(x, 0x85ebca77);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae3d);
    x ^= x >>> 16;
    numbers[i] = scale * ((x >>> 8) / 2 ** 24 + shift);
  }
  return numbers;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((size, dim) => size * dim, 1);

/** Numbers in [-1, 1). */
export const signed = (name: string, shape: readonly number[]): Tensor =>
  tensor(formula(name, sizeOf(shape), [2, -0.5]), { shape });

/** The weights of a recorded net; `gain` is the variance of kernels, times the terms of a sum and times 3. */
export function fill(net: Module, gain: number): void {
  const state = [...net.stateDict()].filter(([, { dtype }]) => dtype === "float32");
  const values = ([name, { shape, size }]: [string, Tensor]): [string, Tensor] => {
    const bound = Math.sqrt(gain / sizeOf(shape.slice(1)));
    const isScale = name.endsWith(".weight") || name.endsWith("running_var");
    const range =
      shape.length > 1 ? ([2 * bound, -0.5] as const) : isScale ? ([1, 0.5] as const) : ([0.2, -0.5] as const);
    return [name, tensor(formula(name, size, range), { shape })];
  };
  net.loadStateDict(new Map(state.map(values)), { strict: false });
}
