// The k largest elements of each line are those of the op table, for every dtype, and for small and large k.
import { expect, it } from "vitest";
import { noLines, type Topk } from "../../../src/compiler/kernel.ts";
import { allocate, type DType } from "../../../src/tensor/dtype.ts";
import { Draw, firstSeed } from "../../tensor/draw.ts";
import { buffer, expectSame, runKernel } from "./one-kernel.ts";

/** Lines along the dim of a row-major array. */
function topk(shape: readonly number[], dim: number, k: number, dtype: DType): Topk {
  const strides = (sizes: readonly number[]) => sizes.map((_, i) => sizes.slice(i + 1).reduce((n, d) => n * d, 1));
  const to = shape.with(dim, k);
  const last = (list: readonly number[]) => [...list.toSpliced(dim, 1), list[dim]];
  return {
    kind: "topk",
    ...noLines,
    name: "largest",
    axes: shape.toSpliced(dim, 1).map((size) => ({ size, kind: "each" })),
    x: { buffer: buffer("a0", shape, dtype), offset: 0, strides: last(strides(shape)) },
    y: { buffer: buffer("t0", to, "int32"), offset: 0, strides: last(strides(to)) },
    size: shape[dim],
    k,
  };
}

const dtypes = ["float32", "float64", "int32", "uint8", "bool"] as const;

it("random lines, with equals, NaN, infinities and zeros of both signs", () => {
  for (let seed = firstSeed; seed < firstSeed + 60; seed++) {
    const draw = new Draw(seed);
    const dtype = draw.pick(dtypes);
    const shape = [draw.whole(1, 3), draw.pick([0, 1, 2, 7, 40, 65, 150, 300]), draw.whole(1, 3)];
    const dim = draw.pick([0, 1, 1, 2]);
    const kernel = topk(
      shape,
      dim,
      draw.pick([0, 1, shape[dim], draw.whole(0, shape[dim])].filter((k) => k <= shape[dim])),
      dtype,
    );
    const special = dtype.startsWith("float") ? [Number.NaN, Infinity, -Infinity, 0, -0] : [0, 1];
    const values = allocate(
      dtype,
      shape.reduce((n, d) => n * d, 1),
    ).map(() =>
      draw.unit() < 0.2
        ? draw.pick(special)
        : dtype === "bool"
          ? draw.whole(0, 1)
          : draw.whole(0, 30) - (dtype === "uint8" ? 0 : 15),
    );
    try {
      expectSame(kernel, new Map([[kernel.x.buffer, values]]));
    } catch (error) {
      throw new Error(`seed ${seed}: ${dtype}[${shape}] along ${dim}`, { cause: error });
    }
  }
});

it("lines may be read and written backwards", () => {
  const kernel = topk([30], 0, 30, "int32");
  const turned: Topk = {
    ...kernel,
    x: { ...kernel.x, offset: 29, strides: [-1] },
    y: { ...kernel.y, offset: 29, strides: [-1] },
  };
  expectSame(turned, new Map([[kernel.x.buffer, Int32Array.from({ length: 30 }, (_, i) => (i * 7) % 11)]]));
});

it("a permutation of 60,000 takes n log n steps", () => {
  const size = 60_000;
  const kernel = topk([size], 0, size, "int32");
  const draw = new Draw(firstSeed);
  const keys = Int32Array.from({ length: size }, () => draw.whole(-(2 ** 31), 2 ** 31 - 1));
  const start = performance.now();
  const { after } = runKernel(kernel, new Map([[kernel.x.buffer, keys]]));
  expect(performance.now() - start).toBeLessThan(1000);
  const order = Int32Array.from(keys.keys()).sort((i, j) => keys[j] - keys[i] || i - j);
  expect((after.get(kernel.y.buffer) ?? []).findIndex((place, i) => place !== order[i])).toBe(-1);
});
