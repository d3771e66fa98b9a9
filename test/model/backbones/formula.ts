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

/** Numbers in [0, 1): the upper 24 bits of a hash of the position. */
function formula(name: string, count: number): Float64Array {
  const start = crc32(name);
  return Float64Array.from({ length: count }, (_, i) => {
    let x = (Math.imul(i, 0x9e3779b1) + start) | 0;
    x ^= x >>> 15;
    x = Math.imul(x, 0x85ebca77);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae3d);
    x ^= x >>> 16;
    return (x >>> 8) / 2 ** 24;
  });
}

const sizeOf = (shape: readonly number[]) => shape.reduce((size, dim) => size * dim, 1);

/** Numbers in [-1, 1). */
export const signed = (name: string, shape: readonly number[]): Tensor =>
  tensor(
    Float32Array.from(formula(name, sizeOf(shape)), (u) => 2 * u - 1),
    { shape },
  );

/** The weights of a recorded net; `gain` is the variance of kernels, times the terms of a sum and times 3. */
export function fill(net: Module, gain: number): void {
  const state = [...net.stateDict()].filter(([, { dtype }]) => dtype === "float32");
  const values = ([name, { shape, size }]: [string, Tensor]): [string, Tensor] => {
    const u = formula(name, size);
    const bound = Math.sqrt(gain / sizeOf(shape.slice(1)));
    const isScale = name.endsWith(".weight") || name.endsWith("running_var");
    const data = Float32Array.from(u, (v) =>
      shape.length > 1 ? (2 * v - 1) * bound : isScale ? 0.5 + v : 0.2 * v - 0.1,
    );
    return [name, tensor(data, { shape })];
  };
  net.loadStateDict(new Map(state.map(values)), { strict: false });
}
