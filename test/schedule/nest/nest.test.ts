// The loop nests of typical networks against the plain loops of the interpreter, each with sizes around the size of a vector.
import { describe, expect, it } from "vitest";
import type { Axis, Instruction, Loops, Reduction, Store } from "../../../src/compiler/kernel.ts";
import type { DType } from "../../../src/tensor/dtype.ts";
import { access, Buffers, expectSame, runNest } from "./one-nest.ts";
import { Random } from "./random-nests.ts";

const sizes = [1, 2, 3, 4, 5, 8, 10, 16, 17, 33, 70];
const random = new Random(7);
const floats = (count: number) => Float32Array.from({ length: count }, () => (random.below(4096) - 2048) / 512);
const indices = (count: number, limit: number) => Int32Array.from({ length: count }, () => random.below(limit));

const each = (...list: number[]): Axis[] => list.map((size) => ({ size, kind: "each" }));
const serial = (...list: number[]): Axis[] => list.map((size) => ({ size, kind: "serial" }));
const reduced = (...list: number[]): Axis[] => list.map((size) => ({ size, kind: "reduce" }));

/** Builds a kernel, whose parts are numbered in the order of their values. */
class Kernel {
  readonly buffers = new Buffers();
  readonly axes: readonly Axis[];
  readonly #body: Instruction[] = [];
  readonly #stores: Store[] = [];
  readonly #reductions: Reduction[] = [];
  readonly #after: Instruction[] = [];
  readonly #last: Store[] = [];
  constructor(axes: readonly Axis[]) {
    this.axes = axes;
  }
  #push(instruction: Instruction): number {
    if (this.#reductions.length === 0) return this.#body.push(instruction) - 1;
    return this.#body.length + this.#reductions.length + this.#after.push(instruction) - 1;
  }
  load(
    data: ArrayLike<number>,
    dtype: DType,
    strides: readonly number[],
    offset = 0,
    at?: Store["indirection"],
  ): number {
    const place = access(this.buffers.add(dtype, data), strides, offset);
    return this.#push({ kind: "load", access: place, dtype, ...(at ? { indirection: at } : {}) });
  }
  constant(value: number, dtype: DType = "float32"): number {
    return this.#push({ kind: "constant", value, dtype });
  }
  op(op: Extract<Instruction, { kind: "op" }>["op"], operands: readonly number[], dtype: DType = "float32"): number {
    return this.#push({ kind: "op", op, operands, dtype });
  }
  position(strides: readonly number[]): number {
    return this.#push({ kind: "position", offset: 0, strides, dtype: "int32" });
  }
  randomBits(bits: number, position: number): number {
    const none = this.axes.map(() => 0);
    const key = access(this.buffers.add("int32", [random.below(2 ** 31), -random.below(2 ** 31)]), none);
    const counter = access(this.buffers.add("int32", [random.below(100)]), none);
    return this.#push({ kind: "randomBits", key, counter, bits, position, dtype: "int32" });
  }
  reduce(combine: Reduction["combine"], value: number, dtype: DType = "float32"): number {
    return this.#body.length + this.#reductions.push({ combine, value, dtype }) - 1;
  }
  store(value: number, size: number, dtype: DType, strides: readonly number[], more: Partial<Store> = {}): void {
    const place = access(this.buffers.add(dtype, new Float64Array(size)), strides);
    (this.#reductions.length === 0 ? this.#stores : this.#last).push({ access: place, value, mode: "set", ...more });
  }
  get kernel(): Loops {
    const epilogue = { instructions: this.#after, stores: this.#last };
    const [body, stores, reductions] = [this.#body, this.#stores, this.#reductions];
    return { kind: "loops", name: "k", axes: this.axes, body, stores, reductions, epilogue };
  }
  check(ulp = 0): readonly (readonly number[])[] {
    return expectSame(this.kernel, this.buffers, "", ulp).map((data) => [...data]);
  }
}

const pairs = sizes.flatMap((rows) => sizes.map((columns) => [rows, columns] as const));

it("bias and relu", () => {
  for (const [rows, columns] of pairs) {
    const k = new Kernel(each(rows, columns));
    const sum = k.op("add", [
      k.load(floats(rows * columns), "float32", [columns, 1]),
      k.load(floats(columns), "float32", [0, 1]),
    ]);
    const value = k.op("maximum", [sum, k.constant(0)]);
    k.store(value, rows * columns, "float32", [columns, 1]);
    k.store(k.op("le", [sum, k.constant(0)], "bool"), rows * columns, "bool", [columns, 1]);
    k.check();
  }
});

it("long arrays are cut into pieces, the last of which may be shorter", () => {
  for (const [rows, columns] of [
    [1, 20_011],
    [3, 4103],
    [2, 2049],
    [1, 8192],
  ]) {
    const k = new Kernel(each(rows, columns));
    const x = k.load(floats(rows * (columns + 1)), "float32", [columns + 1, 1]);
    k.store(k.op("mul", [x, x]), rows * (columns + 2), "float32", [columns + 2, 1]);
    k.store(k.op("le", [x, k.constant(0)], "bool"), rows * columns, "bool", [columns, 1]);
    k.check();
    expect(runNest(k.kernel, k.buffers).description).toMatch(/a unit/);
  }
});

it("sums of columns and of rows", () => {
  for (const [rows, columns] of pairs) {
    const x = floats(rows * columns);
    for (const [outer, inner, strides] of [
      [columns, rows, [1, columns]],
      [rows, columns, [columns, 1]],
    ] as const) {
      const k = new Kernel([...each(outer), ...reduced(inner)]);
      const value = k.load(x, "float32", strides);
      const [sum, max] = [k.reduce("sum", value), k.reduce("max", value)];
      k.store(k.op("mul", [sum, k.load(floats(outer), "float32", [1])]), outer, "float32", [1]);
      k.store(max, outer, "float32", [1]);
      k.check();
    }
  }
});

it("softmax: the largest, the sum of exponentials, their quotient", () => {
  for (const [rows, columns] of pairs) {
    const k = new Kernel([...each(rows), ...reduced(columns)]);
    const x = k.load(floats(rows * columns), "float32", [columns, 1]);
    const difference = k.op("sub", [x, k.load(floats(rows), "float32", [1, 0])]);
    const sum = k.reduce("sum", k.op("exp", [difference]));
    k.store(k.op("log", [sum]), rows, "float32", [1]);
    k.store(sum, rows, "float32", [1]);
    // A logarithm near 0 has the absolute error of its argument.
    const { after } = runNest(k.kernel, k.buffers);
    const [logs, sums] = after.slice(-2);
    for (const [i, value] of sums.entries()) expect(logs[i]).toBeCloseTo(Math.log(value), 5);
    const only = new Kernel([...each(rows), ...reduced(columns)]);
    const same = only.op("exp", [only.load(floats(rows * columns), "float32", [columns, 1])]);
    only.store(only.reduce("sum", same), rows, "float32", [1]);
    only.check(2);
  }
});

it("argmax: the first of the largest elements, where NaN counts as the largest", () => {
  for (const [rows, columns] of pairs) {
    const x = floats(rows * columns).map((value) => (random.chance(0.1) ? Number.NaN : Math.round(value)));
    for (const strides of [
      [columns, 1],
      [1, rows],
    ]) {
      const k = new Kernel([...each(rows), ...reduced(columns)]);
      k.store(k.reduce("argmax", k.load(x, "float32", strides), "int32"), rows, "int32", [1]);
      k.check();
    }
  }
  const k = new Kernel([...each(3), ...reduced(2, 4)]);
  const ties = [1, 5, 2, 5, 5, 0, 0, 0, ...new Array(8).fill(-Infinity), 0, 0, 0, 0, 0, 0, 0, 1];
  k.store(k.reduce("argmax", k.load(ties, "float32", [8, 4, 1]), "int32"), 3, "int32", [1]);
  expect(k.check().at(-1)).toEqual([1, 0, 7]);
});

describe("pooling", () => {
  it("takes the largest of each window", () => {
    for (const [images, size, window] of [
      [3, 28, 2],
      [2, 9, 3],
      [5, 2, 2],
      [1, 34, 2],
    ] as const) {
      const out = Math.floor(size / window);
      const k = new Kernel([...each(images, out, out), ...reduced(window, window)]);
      const x = k.load(floats(images * size * size), "float32", [size * size, window * size, window, size, 1]);
      k.store(k.reduce("max", x), images * out * out, "float32", [out * out, out, 1]);
      k.check();
    }
  });

  it("adds the gradient where windows overlap", () => {
    const [images, out, window, size] = [3, 6, 3, 13];
    const k = new Kernel([...each(images), ...serial(out, out, window, window)]);
    const dy = k.load(floats(images * out * out), "float32", [out * out, out, 1, 0, 0]);
    k.store(dy, images * size * size, "float32", [size * size, 2 * size, 2, size, 1], { mode: "add" });
    k.check();
  });

  it("passes the gradient to the largest element of windows that do not overlap", () => {
    for (const out of [1, 2, 5, 14]) {
      const axes = each(4, out, 2, out, 2);
      const k = new Kernel(axes);
      const [inside, pooled] = [
        [4 * out * out, 4 * out, 2 * out, 2, 1],
        [out * out, out, 0, 1, 0],
      ];
      const x = k.load(
        floats(16 * out * out).map((value) => Math.round(value)),
        "float32",
        inside,
      );
      const y = k.load(
        floats(4 * out * out).map((value) => Math.round(value)),
        "float32",
        pooled,
      );
      const dy = k.load(floats(4 * out * out), "float32", pooled);
      const value = k.op("where", [k.op("eq", [x, y], "bool"), dy, k.constant(0)]);
      k.store(value, 16 * out * out, "float32", inside);
      k.check();
    }
  });
});

it("a dropout mask has the bits of the op table's, in every layout", () => {
  for (const [rows, columns] of pairs) {
    for (const strides of [
      [columns, 1],
      [1, rows],
    ]) {
      const k = new Kernel(each(rows, columns));
      const bits = k.randomBits(24, k.position([columns, 1]));
      const uniform = k.op("mul", [k.op("cast", [bits], "float32"), k.constant(2 ** -24)]);
      const keep = k.op("lt", [k.constant(0.25), uniform], "bool");
      const value = k.op("where", [keep, k.load(floats(rows * columns), "float32", [columns, 1]), k.constant(0)]);
      k.store(value, rows * columns, "float32", strides);
      k.store(k.randomBits(32, k.position([columns, 1])), rows * columns, "int32", [columns, 1]);
      k.check();
    }
  }
});

it("transposes, in each dtype", () => {
  for (const dtype of ["float32", "float64", "int32", "uint8", "bool"] as const) {
    for (const [rows, columns] of pairs) {
      const data = Int32Array.from({ length: rows * columns }, () => random.below(2));
      const k = new Kernel(each(rows, columns));
      k.store(k.load(data, dtype, [1, rows]), rows * columns, dtype, [columns, 1]);
      k.check();
    }
  }
});

it("casts from float32 as typed arrays do", () => {
  const numbers = [
    ...[0, -0, 0.5, -0.5, 1.99, -1.99, 255, 256, -1, 300.7, 2 ** 31, -(2 ** 31), 2 ** 31 - 128, 2 ** 31 + 256],
    ...[2 ** 32, 2 ** 32 + 512, -(2 ** 32) - 1024, 3 * 2 ** 31, 2 ** 33 + 2 ** 31, 1e20, -1e20, 2 ** 40 + 2 ** 17],
    ...[Number.NaN, Infinity, -Infinity, 1e-40, -2147483904, 4294966784],
  ];
  for (const from of ["float32", "float64"] as const) {
    for (const to of ["int32", "uint8", "bool", "float32", "float64"] as const) {
      const k = new Kernel(each(numbers.length));
      k.store(k.op("cast", [k.load(numbers, from, [1])], to), numbers.length, to, [1]);
      k.check();
    }
  }
});

describe("indices that data decides", () => {
  it("gather rows of a table, and scatter gradients", () => {
    for (const [count, width] of pairs) {
      const gather = new Kernel(each(count, width));
      const at = { value: 0, stride: width, size: 7 };
      gather.load(indices(count, 7), "int32", [1, 0]);
      const rows = gather.load(floats(7 * width), "float32", [0, 1], 0, at);
      gather.store(rows, count * width, "float32", [width, 1]);
      gather.check();

      const scatter = new Kernel([...each(width), ...serial(count)]);
      scatter.load(indices(count, 7), "int32", [0, 1]);
      const dy = scatter.load(
        floats(count * width).map((value) => Math.round(value)),
        "float32",
        [1, width],
      );
      scatter.store(dy, 7 * width, "float32", [1, 0], { mode: "add", indirection: at });
      scatter.check();
    }
  });

  it("gather one element of each row", () => {
    for (const rows of sizes) {
      const k = new Kernel(each(rows));
      k.load(indices(rows, 10), "int32", [1]);
      k.store(k.load(floats(rows * 10), "float32", [10], 0, { value: 0, stride: 1, size: 10 }), rows, "float32", [1]);
      k.check();
    }
  });

  it("are reported if out of range, and nothing out of range is read or written", () => {
    for (const dtype of ["float32", "float64", "uint8"] as const) {
      for (const [wrong, where] of [
        [10, 0],
        [-1, 3],
        [2 ** 30, 16],
      ]) {
        const k = new Kernel(each(17));
        const list = indices(17, 10);
        list[where] = wrong;
        k.load(list, "int32", [1]);
        const at = { value: 0, stride: 1, size: 10 };
        const value = k.load(floats(170), dtype, [10], 0, at);
        k.store(value, 170, dtype, [10], { mode: "add", indirection: at });
        const { failure } = runNest(k.kernel, k.buffers);
        expect(failure).toEqual({ site: { call: "gather", size: 10 }, value: wrong });
      }
    }
  });
});
