// One cost model: what an op costs stands in the op table, and the choice of lanes, the choice of a convolution's algorithm and the
// estimated times follow from the same costs.
import { describe, expect, it } from "vitest";
import type { Instruction, Loops } from "../../../src/compiler/kernel.ts";
import { instructionsCost } from "../../../src/schedule/cost/instructions.ts";
import { bestHeight, tileCost } from "../../../src/schedule/cost/tiles.ts";
import { scheduleNest } from "../../../src/schedule/nest/schedule.ts";
import { planConvolution } from "../../../src/schedule/products/convolution/plan.ts";
import type { ConvolutionSpec } from "../../../src/schedule/products/convolution/spec.ts";
import { planMatmul } from "../../../src/schedule/products/matmul/plan.ts";
import type { ElementwiseName } from "../../../src/tensor/ops.ts";
import { access, Buffers } from "../nest/one-nest.ts";

describe("instructions", () => {
  const costOf = (op: ElementwiseName, form: "vector" | "scalar") => {
    const instruction: Instruction = { kind: "op", op, operands: [0], dtype: "float32" };
    return instructionsCost([instruction], 1, { step: () => 1, varying: new Set([0]), form });
  };

  it("cost what the op table says, in simple instructions", () => {
    const names = ["neg", "sqrt", "exp"] as const;
    expect(names.map((op) => [op, costOf(op, "vector"), costOf(op, "scalar")])).toEqual([
      ["neg", 1, 1],
      ["sqrt", 4, 4],
      ["exp", 24, 80],
    ]);
  });

  it("cost little where their operands do not vary along the lanes", () => {
    const exp: Instruction = { kind: "op", op: "exp", operands: [0], dtype: "float32" };
    expect(instructionsCost([exp], 1, { step: () => 0, varying: new Set(), form: "vector" })).toBeLessThan(1);
  });
});

/** y = f(x) over rows × columns, where x is stored by rows or by columns. */
function map(op: ElementwiseName, [rows, columns]: readonly [number, number], stored: "rows" | "columns"): Loops {
  const buffers = new Buffers();
  const size = rows * columns;
  const [x, y] = [buffers.add("float32", new Float32Array(size)), buffers.add("float32", new Float32Array(size))];
  const strides = stored === "rows" ? [columns, 1] : [1, rows];
  return {
    kind: "loops",
    name: op,
    axes: [
      { size: rows, kind: "each" },
      { size: columns, kind: "each" },
    ],
    body: [
      { kind: "load", access: access(x, strides), dtype: "float32" },
      { kind: "op", op, operands: [0], dtype: "float32" },
    ],
    reductions: [],
    stores: [{ access: access(y, strides), value: 1, mode: "set" }],
    epilogue: { instructions: [], stores: [] },
  };
}

describe("loop nests", () => {
  it("have their lanes where elements are neighbours, unless an expensive op would fill fewer of the lanes there", () => {
    const lane = (op: ElementwiseName, sizes: readonly [number, number], stored: "rows" | "columns") =>
      scheduleNest(map(op, sizes, stored)).plan.lane;
    expect(lane("neg", [64, 64], "rows")).toBe(1);
    expect(lane("neg", [64, 64], "columns")).toBe(0);
    expect(lane("neg", [64, 3], "rows")).toBe(1);
    // Five lanes are two vectors, of which the second is three quarters empty. That costs more than reading with stride 5.
    expect(lane("neg", [36, 5], "rows")).toBe(1);
    expect(lane("exp", [36, 5], "rows")).toBe(0);
  });

  it("take as long as their plan costs: twice the rows twice the time, and functions longer than simple ops", () => {
    const time = (op: ElementwiseName, rows: number) => scheduleNest(map(op, [rows, 256], "rows")).time;
    expect(time("exp", 512) / time("exp", 256)).toBeCloseTo(2);
    expect(time("exp", 256) / time("neg", 256)).toBeGreaterThan(4);
  });
});

describe("products", () => {
  it("cost the multiply-adds of their tiles, but no fewer than the latency allows", () => {
    expect(tileCost(4, 2, 4, false)).toBe(8);
    expect(tileCost(1, 2, 1, false)).toBe(8);
    expect(tileCost(9, 2, 4, false)).toBe(8 + 8 + 8);
    expect(bestHeight(9, 2, true)).toBe(5);
  });

  it("of matrices cost their tiles times the length of the sums", () => {
    const cost = (m: number, n: number, k: number) =>
      planMatmul({ m, n, k, a: { row: k, inner: 1 }, b: { inner: n, column: 1 }, c: { row: n }, relaxed: false }).cost;
    // 16 tiles of 4×8 have 8 vectors each.
    expect(cost(16, 32, 10)).toBe(16 * 8 * 10);
    // One row has tiles of 8 vectors; one column has tiles of 8 sums, each with a vector of its own.
    expect(cost(1, 32, 10)).toBe(8 * 10);
    expect(cost(32, 1, 10)).toBe(4 * 8 * 10);
  });

  it("with gaps cost what their parts do: the input gradient with stride 2 skips three quarters", () => {
    const spec = (inputDilation: number): ConvolutionSpec => ({
      batch: 4,
      groups: 1,
      channels: 16,
      outputs: 16,
      size: [32 / inputDilation, 32 / inputDilation],
      kernel: [4, 4],
      positions: [32, 32],
      stride: [1, 1],
      padding: [2, 2],
      inputDilation: [inputDilation, inputDilation],
      kernelDilation: [1, 1],
      x: { image: 16384, group: 0, channel: 1024, row: 32, column: 1 },
      w: { group: 0, output: 256, channel: 16, row: 4, column: 1 },
      y: { image: 16384, group: 0, output: 1024, row: 32, column: 1 },
      relaxed: false,
    });
    expect(planConvolution(spec(2)).cost / planConvolution(spec(1)).cost).toBeCloseTo(1 / 4, 1);
  });
});
