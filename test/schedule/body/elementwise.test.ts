// Every elementwise op gives the results of the op table, in every dtype that the op takes and on numbers of all sizes; the vector
// functions of float32 may differ by their stated bounds.
import { describe, expect, it } from "vitest";
import type { ElementwiseName, Loops } from "../../../src/compiler/kernel.ts";
import { vectorMath } from "../../../src/loops/math/functions.ts";
import { type Entry, formulas } from "../../../src/schedule/body/elementwise.ts";
import type { DType } from "../../../src/tensor/dtype.ts";
import { elementwise } from "../../../src/tensor/ops/elementwise.ts";
import { opOf } from "../../../src/tensor/ops.ts";
import { access, Buffers, expectSame, runNest } from "../nest/one-nest.ts";

const dtypes = ["float32", "float64", "int32", "uint8", "bool"] as const satisfies readonly DType[];
const names = Object.keys(formulas) as ElementwiseName[];

const floats = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 3, -7.25, 20, -20, 100, -100, 1e-3, 1e-30, 3e38, -3e38],
  ...[1e-40, Number.NaN, Infinity, -Infinity, 2 ** 31, -(2 ** 31), 8388609, 0.49999997, 12345.678],
];
const numbers: Record<DType, readonly number[]> = {
  float32: floats,
  float64: [...floats, 1e300, -1e-310, 2 ** 51 + 0.5, 2 ** 60 + 2 ** 33],
  int32: [0, 1, -1, 2, -2, 3, 5, -7, 31, 32, 33, 255, 256, 65537, 2 ** 31 - 1, -(2 ** 31), 123456789],
  uint8: [0, 1, 2, 3, 7, 15, 16, 127, 128, 200, 254, 255],
  bool: [0, 1],
};

it("an op whose formula is a function of loops/math costs one, and no other does", () => {
  const ofMath = names.filter((op) => "math" in formulas[op]);
  expect(names.filter((op) => elementwise[op].cost === "function")).toEqual(ofMath);
});

const arity = (op: ElementwiseName): number =>
  op === "where" ? 3 : ["neg", "abs", "sign", "floor", "round", "sqrt", "cast"].includes(op) ? 1 : arityOfOthers(op);

function arityOfOthers(op: ElementwiseName): number {
  const { math }: Entry = formulas[op];
  return math ? vectorMath[math].operands : 2;
}

/** Runs an op on all pairs of numbers (and conditions) as a kernel of one axis; the operands in `known` are constants. */
function kernelOf(
  op: ElementwiseName,
  dtype: DType,
  to: DType,
  known: number | null,
): { kernel: Loops; buffers: Buffers } {
  const buffers = new Buffers();
  const [xs, count] = [numbers[dtype], arity(op)];
  const pairs = count === 1 ? xs.map((x) => [x, x]) : xs.flatMap((x) => xs.map((y) => [x, y]));
  const load = (of: DType, data: readonly number[]) =>
    ({ kind: "load", access: access(buffers.add(of, data), [1]), dtype: of }) as const;
  const operands = [
    ...(op === "where"
      ? [
          load(
            "bool",
            pairs.map((_, i) => i % 2),
          ),
        ]
      : []),
    load(
      dtype,
      pairs.map(([x]) => x),
    ),
    ...(count === 1
      ? []
      : [
          load(
            dtype,
            pairs.map(([, y]) => y),
          ),
        ]),
  ].map((operand, i, all) =>
    known !== null && i === all.length - 1 ? ({ kind: "constant", value: known, dtype } as const) : operand,
  );
  const result = { kind: "op", op, operands: operands.map((_, i) => i), dtype: to } as const;
  const stored = access(buffers.add(to, new Float64Array(pairs.length)), [1]);
  const kernel: Loops = {
    kind: "loops",
    name: op,
    axes: [{ size: pairs.length, kind: "each" }],
    body: [...operands, result],
    stores: [{ access: stored, value: operands.length, mode: "set" }],
    reductions: [],
    epilogue: { instructions: [], stores: [] },
  };
  return { kernel, buffers };
}

/** The result's dtype, or null if the op does not take this one. */
function resultOf(op: ElementwiseName, dtype: DType): DType | null {
  const type = { shape: [1], dtype };
  const inputs =
    op === "where" ? [{ shape: [1], dtype: "bool" as const }, type, type] : [type, type].slice(0, arity(op));
  try {
    return opOf(op).type(inputs, {} as never).dtype;
  } catch {
    return null;
  }
}

function ulpOf(op: ElementwiseName, dtype: DType): number {
  const { math }: Entry = formulas[op];
  return math && dtype === "float32" ? vectorMath[math].ulp + 1 : 0;
}

describe.each(names.filter((op) => op !== "cast"))("%s", (op) => {
  const taken = dtypes.filter((dtype) => resultOf(op, dtype) !== null);

  it.each(taken)("%s", (dtype) => {
    const to = resultOf(op, dtype) ?? dtype;
    for (const known of [null, ...(arity(op) > 1 ? numbers[dtype] : [])]) {
      const { kernel, buffers } = kernelOf(op, dtype, to, known);
      expectSame(kernel, buffers, `${op} ${dtype}`, ulpOf(op, dtype));
    }
  });

  it("takes what the op table takes, and nothing else", () => {
    for (const dtype of dtypes) {
      const { kernel, buffers } = kernelOf(op, dtype, resultOf(op, dtype) ?? dtype, null);
      if (!taken.includes(dtype)) expect(() => expectSame(kernel, buffers)).toThrow("internal: ");
    }
  });
});

describe("cast", () => {
  it.each(dtypes.flatMap((from) => dtypes.map((to) => [from, to] as const)))("%s to %s", (from, to) => {
    const { kernel, buffers } = kernelOf("cast", from, to, null);
    expectSame(kernel, buffers);
  });
});

it("zeros keep their sign where they meet a constant", () => {
  for (const [op, known, expected] of [
    ["maximum", 0, [0, 0]],
    ["maximum", -0, [0, -0]],
    ["minimum", 0, [0, -0]],
    ["minimum", -0, [-0, -0]],
  ] as const) {
    const { kernel, buffers } = kernelOf(op, "float32", "float32", known);
    const last = expectSame(kernel, buffers).length;
    const [zero, minus] = [0, 1].map((row) => row * floats.length);
    const { after } = runNest(kernel, buffers);
    expect([after[last - 1][zero], after[last - 1][minus]]).toEqual(expected);
  }
});
