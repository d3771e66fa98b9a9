// Matrix products with epilogues have the results of the interpreter of kernels, in every layout. Operands are small integers, so that sums are
// exact and results equal to the bit.
import { describe, expect, it } from "vitest";
import { type Access, type Epilogue, type Matmul, productLines } from "../../../src/compiler/kernel.ts";
import type { DType } from "../../../src/tensor/dtype.ts";
import { stridesOf } from "../../../src/tensor/shape.ts";
import { Draw, firstSeed } from "../../tensor/draw.ts";
import { at, check, Finish, numbers, stored, whole } from "./epilogues.ts";
import { buffer, expectSame, runKernel } from "./one-kernel.ts";

interface Sizes {
  readonly batch?: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

function matmul({ batch = [], m, n, k }: Sizes, epilogue: Epilogue): Matmul {
  const [a, b] = [buffer("a0", [...batch, m, k]), buffer("a1", [...batch, k, n])];
  const [ofA, ofB] = [stridesOf(a.shape), stridesOf(b.shape)];
  return {
    kind: "matmul",
    ...productLines,
    name: "product",
    axes: [...[...batch, m, n].map((size) => ({ size, kind: "each" as const })), { size: k, kind: "reduce" as const }],
    a: at(a, [...ofA.slice(0, -1), 0, 1]),
    b: at(b, [...ofB.slice(0, -2), 0, 1, ofB[batch.length]]),
    epilogue,
  };
}

const sizes: readonly Sizes[] = [
  { m: 7, n: 10, k: 5 },
  { m: 1, n: 9, k: 4 },
  { m: 9, n: 1, k: 4 },
  { m: 1, n: 1, k: 3 },
  { m: 37, n: 45, k: 20 },
  { m: 13, n: 19, k: 1100 },
  { m: 3, n: 140, k: 600 },
];

describe("the epilogue of a matrix product", () => {
  it("is only a store", () => {
    for (const size of sizes) check(matmul(size, stored(whole(buffer("t0", [size.m, size.n])))));
  });

  it("bias, relu, and its mask for the way back", () => {
    for (const size of sizes) {
      const { m, n } = size;
      const finish = new Finish();
      const sum = finish.op("add", [0, finish.load(at(buffer("s0", [n]), [0, 1]))]);
      const zero = finish.constant(0);
      finish.store(whole(buffer("t0", [m, n], "bool")), finish.op("lt", [zero, sum], "bool"));
      finish.store(whole(buffer("t1", [m, n])), finish.op("maximum", [sum, zero]));
      check(matmul(size, finish));
    }
  });

  it("several functions and stores: of GELU and of what its gradient needs", () => {
    for (const size of [...sizes, { batch: [2, 3], m: 6, n: 35, k: 4 }]) {
      const { batch = [], m, n } = size;
      const [shape, none] = [[...batch, m, n], batch.map(() => 0)];
      const finish = new Finish();
      const bias = finish.load(at(buffer("s0", [n]), [...none, 0, 1]));
      const scale = finish.load(at(buffer("s1", [m]), [...none, 1, 0]));
      const x = finish.op("mul", [finish.op("add", [0, bias]), finish.op("mul", [scale, finish.constant(0.05)])]);
      const erf = finish.op("erf", [finish.op("mul", [x, finish.constant(Math.SQRT1_2)])]);
      const slope = finish.op("exp", [finish.op("neg", [finish.op("mul", [x, x])])]);
      finish.store(whole(buffer("t0", shape)), finish.op("mul", [x, finish.op("add", [erf, finish.constant(1)])]));
      finish.store(whole(buffer("t1", shape)), slope);
      finish.store(whole(buffer("t2", shape, "bool")), finish.op("lt", [x, slope], "bool"));
      check(matmul(size, finish), 2 ** -22);
    }
  });

  it("a mask that was stored before", () => {
    for (const size of sizes) {
      const { m, n } = size;
      const finish = new Finish();
      const mask = finish.load(whole(buffer("a2", [m, n], "bool")));
      finish.store(whole(buffer("t0", [m, n])), finish.op("where", [mask, 0, finish.constant(0)]));
      check(matmul(size, finish));
    }
  });

  it("gradient descent in place, also where the sum takes several blocks", () => {
    for (const size of sizes) {
      const { m, n } = size;
      const weight = whole(buffer("s0", [m, n]));
      const finish = new Finish();
      const step = finish.op("mul", [0, finish.constant(0.5)]);
      finish.store(weight, finish.op("sub", [finish.load(weight), step]));
      check(matmul(size, finish));
    }
  });

  it("gradient descent on a transposed weight", () => {
    for (const size of sizes) {
      const { m, n } = size;
      const weight = at(buffer("s0", [n, m]), [1, m]);
      const finish = new Finish();
      finish.store(weight, finish.op("sub", [finish.load(weight), 0]));
      check(matmul(size, finish));
    }
  });

  it("Adam: three states at once, long enough for a function of its own", () => {
    for (const size of sizes) {
      const { m, n } = size;
      const [weight, first, second] = ["s0", "s1", "s2"].map((name) => whole(buffer(name, [m, n])));
      const finish = new Finish();
      const mix = (old: number, beta: number, next: number) =>
        finish.op("add", [
          finish.op("mul", [old, finish.constant(beta)]),
          finish.op("mul", [next, finish.constant(1 - beta)]),
        ]);
      const mean = mix(finish.load(first), 0.5, 0);
      const square = mix(finish.load(second), 0.75, finish.op("mul", [0, 0]));
      const root = finish.op("add", [finish.op("sqrt", [square]), finish.constant(1)]);
      finish.store(first, mean).store(second, square);
      finish.store(weight, finish.op("sub", [finish.load(weight), finish.op("div", [mean, root])]));
      check(matmul(size, finish), 1e-6, ["s2"]);
    }
  });

  it("adds to an existing gradient", () => {
    for (const size of sizes) check(matmul(size, new Finish().store(whole(buffer("s0", [size.m, size.n])), 0, "add")));
  });

  it("every dtype, every layout, alone and together", () => {
    for (const size of sizes.filter(({ m, k }) => m < 30 && k < 1000)) {
      const { m, n } = size;
      const layouts = (name: string, dtype: DType): readonly Access[] => [
        whole(buffer(name, [m, n], dtype)),
        at(buffer(name, [n, m], dtype), [1, m]),
        at(buffer(name, [m, n + 3], dtype), [n + 3, 1], 2),
        at(buffer(name, [m, 3 * n], dtype), [3 * n, 3], 1),
        at(buffer(name, [m, n], dtype), [-n, 1], n * (m - 1)),
        at(buffer(name, [m, n], dtype), [n, -1], n - 1),
      ];
      for (const dtype of ["float32", "int32", "bool", "uint8"] as const) {
        for (const access of layouts("t0", dtype)) {
          const finish = new Finish();
          const value = dtype === "float32" ? 0 : finish.op("cast", [0], dtype);
          finish.store(access, value);
          check(matmul(size, finish));
          finish.store(whole(buffer("t1", [m, n])), finish.op("neg", [0]));
          check(matmul(size, finish));
        }
      }
    }
  });

  it("float64, which runs lane by lane", () => {
    for (const size of sizes) {
      const { m, n } = size;
      const finish = new Finish();
      const wide = finish.op(
        "mul",
        [finish.op("cast", [0], "float64"), finish.load(at(buffer("a2", [n], "float64"), [0, 1]))],
        "float64",
      );
      finish.store(whole(buffer("t0", [m, n], "float64")), wide);
      finish.store(at(buffer("t1", [n, m]), [1, m]), finish.op("cast", [wide], "float32"));
      check(matmul(size, finish));
    }
  });

  it("gathers a row whose index data decides, and stores positions", () => {
    for (const size of sizes) {
      const { m, n } = size;
      const finish = new Finish();
      const row = finish.load(at(buffer("a2", [m], "int32"), [1, 0]));
      const chosen = finish.instructions.push({
        ...{ kind: "load", dtype: "float32", access: at(buffer("a3", [2, n]), [0, 1]) },
        indirection: { value: row, stride: n, size: 2 },
      });
      const position = finish.instructions.push({ kind: "position", offset: 2, strides: [3, -1], dtype: "int32" });
      const place = finish.op("cast", [position]);
      finish.store(whole(buffer("t0", [m, n])), finish.op("add", [finish.op("mul", [0, chosen]), place]));
      check(matmul(size, finish), 0, ["a2"]);
    }
  });

  it("computes nothing where a size is 0; empty sums are 0", () => {
    for (const size of [
      { m: 0, n: 3, k: 2 },
      { m: 3, n: 0, k: 2 },
      { batch: [0], m: 3, n: 3, k: 3 },
      { m: 5, n: 7, k: 0 },
    ]) {
      const { batch = [], m, n } = size;
      const finish = new Finish();
      finish.store(whole(buffer("t0", [...batch, m, n])), finish.op("add", [0, finish.constant(2)]));
      const { written } = check(matmul(size, finish));
      expect(written.units > 0).toBe(size.k === 0);
    }
  });
});

describe("many products at once", () => {
  const small = [...sizes.slice(0, 4), { m: 5, n: 6, k: 600 }];

  it("have their own operands and their own indices in the epilogue", () => {
    for (const batch of [[3], [2, 3], [1, 4], [2, 1, 3]]) {
      for (const { m, n, k } of small) {
        const shape = [...batch, m, n];
        const finish = new Finish();
        const ofMatrix = finish.load(at(buffer("a2", batch), [...stridesOf(batch), 0, 0]));
        const ofColumn = finish.load(at(buffer("a3", [...batch, n]), [...stridesOf([...batch, n]).slice(0, -1), 0, 1]));
        finish.store(whole(buffer("t0", shape)), finish.op("add", [finish.op("mul", [0, ofMatrix]), ofColumn]));
        check(matmul({ batch, m, n, k }, finish));
      }
    }
  });

  it("share an operand, or add to the same state", () => {
    for (const { m, n, k } of small) {
      const plain = matmul({ batch: [2, 3], m, n, k }, stored(whole(buffer("t0", [2, 3, m, n]))));
      check({ ...plain, a: at(buffer("a0", [m, k]), [0, 0, k, 0, 1]) });
      check({ ...plain, b: at(buffer("a1", [3, k, n]), [0, k * n, 0, 1, n]) });
      const home = at(buffer("s0", [3, 2, m, n]), [m * n, 2 * m * n, n, 1]);
      const finish = new Finish();
      finish.store(home, finish.op("add", [finish.load(home), 0]));
      check({ ...plain, epilogue: finish });
    }
  });
});

/** Strides of a permutation of a row-major array's dims, with gaps. */
function randomMatmul(draw: Draw): Matmul {
  const size = () => draw.pick([1, 2, 3, 4, 5, 8, 9, 17]);
  const batch = Array.from({ length: draw.pick([0, 0, 1, 2]) }, () => draw.pick([1, 2, 3]));
  const [m, n, k] = [size(), size(), draw.pick([1, 2, 7, 30, 700])];
  const each = [...batch, m, n];
  let count = 2;
  /** A new array over some of the axes, in any order, possibly with gaps. */
  const over = (name: string, axes: readonly number[], dtype: DType = "float32"): Access => {
    const order = axes.map((_, i) => i).sort(() => draw.unit() - 0.5);
    const strides = axes.map(() => 0);
    let step = draw.pick([1, 1, 1, 2]);
    for (const axis of order) {
      if (axes[axis] === 0) continue;
      strides[axis] = step;
      step *= axes[axis];
      step += draw.pick([0, 0, 1]);
    }
    return at(buffer(name, [step + 1], dtype), strides, draw.pick([0, 1]));
  };
  const some = (): number[] => each.map((size) => (draw.unit() < 0.6 ? size : 0));
  const finish = new Finish();
  let value = 0;
  for (let i = draw.whole(0, 4); i > 0; i--) {
    const position = () => {
      const strides = each.map(() => draw.whole(-1, 2));
      return finish.instructions.push({ kind: "position", offset: draw.whole(0, 3), strides, dtype: "int32" });
    };
    const other = draw.pick([
      () => finish.load(over(`a${count++}`, some())),
      () => finish.load(over(`a${count++}`, some())),
      () => finish.constant(draw.whole(-2, 2)),
      () => finish.op("cast", [position()]),
    ])();
    value = finish.op(draw.pick(["add", "sub", "maximum", "minimum"]), [value, other]);
  }
  for (let i = draw.whole(1, 2); i > 0; i--) {
    const place = over(`${draw.pick(["s", "t"])}${count++}`, each, "float32");
    finish.store(place, place.buffer.kind === "state" ? finish.op("sub", [finish.load(place), value]) : value);
  }
  if (draw.unit() < 0.3)
    finish.store(over(`t${count++}`, each, "bool"), finish.op("lt", [value, finish.constant(1)], "bool"));
  const a = over("a0", [...each.slice(0, -1), 0, k]);
  const b = over("a1", [...batch.map((n) => draw.pick([n, 0])), 0, n, k]);
  return {
    kind: "matmul",
    ...productLines,
    name: "random",
    axes: [...each.map((size) => ({ size, kind: "each" as const })), { size: k, kind: "reduce" as const }],
    a,
    b,
    epilogue: finish,
  };
}

it("random products with random epilogues", () => {
  for (let seed = firstSeed; seed < firstSeed + 150; seed++) {
    const kernel = randomMatmul(new Draw(seed));
    try {
      expectSame(kernel, numbers(kernel, seed));
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`);
    }
  }
});

it("a long epilogue is one function, not inlined in each tile", () => {
  const size = { m: 64, n: 128, k: 64 };
  const weight = whole(buffer("s0", [64, 128]));
  const of = (steps: number) => {
    const finish = new Finish();
    let value = finish.load(weight);
    for (let i = 0; i < steps; i++) value = finish.op("sub", [value, 0]);
    const kernel = matmul(size, finish.store(weight, value));
    return runKernel(kernel, numbers(kernel, 1)).bytes;
  };
  expect(of(40) - of(20)).toBeLessThan(20 * 16);
});
