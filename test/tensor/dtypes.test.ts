// The dtype rules, as tables to read. Promotion follows bool < uint8 < int32 < float32 < float64; a plain number promotes a tensor to another
// category (bool, integer, floating) but never within one. The fixtures compare the same rules with PyTorch, pair by pair.

import {
  arange,
  concat,
  type DType,
  eye,
  full,
  linspace,
  ones,
  rand,
  randn,
  randperm,
  stack,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";
import { describe, expect, it } from "vitest";

const DTYPES: readonly DType[] = ["bool", "uint8", "int32", "float32", "float64"];
const of = (dtype: DType, values: number[] = [1, 0, 2]) => tensor(values, { dtype });

/** Rows of words; the first row and the first column are the headings. */
function table(text: string): [row: string, column: string, cell: string][] {
  const [head, ...rows] = text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([row, ...cells]) => cells.map((cell, i): [string, string, string] => [row, head[i + 1], cell]));
}

describe("two tensors are promoted:", () => {
  const promotion = table(`
    and      bool     uint8    int32    float32  float64
    bool     bool     uint8    int32    float32  float64
    uint8    uint8    uint8    int32    float32  float64
    int32    int32    int32    int32    float32  float64
    float32  float32  float32  float32  float32  float64
    float64  float64  float64  float64  float64  float64`);
  it.each(promotion)("%s and %s: %s", (a, b, result) => {
    const [x, y] = [of(a as DType), of(b as DType)];
    expect(x.add(y).dtype).toBe(result);
    expect(x.mul(y).dtype).toBe(result);
    expect(x.maximum(y).dtype).toBe(result);
    expect(x.minimum(y).dtype).toBe(result);
    expect(x.where(of("bool"), y).dtype).toBe(result);
    expect(concat([x, y]).dtype).toBe(result);
  });

  it.each(promotion)("%s / %s is never an integer dtype", (a, b, result) => {
    expect(of(a as DType).div(of(b as DType)).dtype).toBe(result === "float64" ? "float64" : "float32");
  });

  it.each(promotion)("%s compared with %s: bool", (a, b) => {
    const [x, y] = [of(a as DType), of(b as DType)];
    for (const result of [x.eq(y), x.ne(y), x.lt(y), x.le(y), x.gt(y), x.ge(y), x.logicalAnd(y), x.logicalOr(y)]) {
      expect(result.dtype).toBe("bool");
    }
  });
});

describe("a tensor and a plain number are promoted:", () => {
  it.each(
    table(`
    tensor   2        0.5
    bool     int32    float32
    uint8    uint8    float32
    int32    int32    float32
    float32  float32  float32
    float64  float64  float64`),
  )("%s and %s: %s", (dtype, number, result) => {
    const [x, o] = [of(dtype as DType), Number(number)];
    expect(x.add(o).dtype).toBe(result);
    expect(x.mul(o).dtype).toBe(result);
    expect(x.maximum(o).dtype).toBe(result);
    expect(x.minimum(o).dtype).toBe(result);
    expect(x.where(of("bool"), o).dtype).toBe(result);
    expect(x.div(o).dtype).toBe(dtype === "float64" ? "float64" : "float32");
    expect(x.lt(o).dtype).toBe("bool");
  });
});

describe("a 0-d tensor counts as a plain number beside one with dims:", () => {
  it.each(
    table(`
    dims     bool     uint8    int32    float32  float64
    bool     bool     uint8    int32    float32  float64
    uint8    uint8    uint8    uint8    float32  float64
    int32    int32    int32    int32    float32  float64
    float32  float32  float32  float32  float32  float32
    float64  float64  float64  float64  float64  float64`),
  )("%s[3] and %s[]: %s", (dims, none, result) => {
    const [x, o] = [of(dims as DType), tensor(1, { dtype: none as DType })];
    expect(x.add(o).dtype).toBe(result);
    expect(o.mul(x).dtype).toBe(result);
  });
});

describe("the dtype of each method's result", () => {
  const methods: Record<string, (x: Tensor) => Tensor> = {
    exp: (x) => x.exp(),
    log1p: (x) => x.log1p(),
    sqrt: (x) => x.sqrt(),
    sin: (x) => x.sin(),
    erf: (x) => x.erf(),
    tanh: (x) => x.tanh(),
    sigmoid: (x) => x.sigmoid(),
    reciprocal: (x) => x.reciprocal(),
    sum: (x) => x.sum(),
    prod: (x) => x.prod(),
    cumsum: (x) => x.cumsum(0),
    max: (x) => x.max(),
    min: (x) => x.min(),
    any: (x) => x.any(),
    all: (x) => x.all(),
    isnan: (x) => x.isnan(),
    isfinite: (x) => x.isfinite(),
    not: (x) => x.logicalNot(),
    flip: (x) => x.flip(0),
    reshape: (x) => x.reshape([3, 1]),
    slice: (x) => x.slice([1]),
    neg: (x) => x.neg(),
    abs: (x) => x.abs(),
    sign: (x) => x.sign(),
    square: (x) => x.square(),
    round: (x) => x.round(),
    floor: (x) => x.floor(),
    ceil: (x) => x.ceil(),
    relu: (x) => x.relu(),
    argmax: (x) => x.argmax(),
    argmin: (x) => x.argmin(),
  };
  it.each(
    table(`
    method      bool     uint8    int32    float32  float64
    exp         float32  float32  float32  float32  float64
    log1p       float32  float32  float32  float32  float64
    sqrt        float32  float32  float32  float32  float64
    sin         float32  float32  float32  float32  float64
    erf         float32  float32  float32  float32  float64
    tanh        float32  float32  float32  float32  float64
    sigmoid     float32  float32  float32  float32  float64
    reciprocal  float32  float32  float32  float32  float64
    sum         int32    int32    int32    float32  float64
    prod        int32    int32    int32    float32  float64
    cumsum      int32    int32    int32    float32  float64
    max         bool     uint8    int32    float32  float64
    min         bool     uint8    int32    float32  float64
    any         bool     bool     bool     bool     bool
    all         bool     bool     bool     bool     bool
    isnan       bool     bool     bool     bool     bool
    isfinite    bool     bool     bool     bool     bool
    not         bool     bool     bool     bool     bool
    flip        bool     uint8    int32    float32  float64
    reshape     bool     uint8    int32    float32  float64
    slice       bool     uint8    int32    float32  float64`),
  )("%s of %s: %s", (name, dtype, result) => {
    expect(methods[name](of(dtype as DType)).dtype).toBe(result);
  });
  it.each(
    table(`
    method      uint8    int32    float32  float64
    neg         uint8    int32    float32  float64
    abs         uint8    int32    float32  float64
    sign        uint8    int32    float32  float64
    square      uint8    int32    float32  float64
    round       uint8    int32    float32  float64
    floor       uint8    int32    float32  float64
    ceil        uint8    int32    float32  float64
    relu        uint8    int32    float32  float64
    argmax      int32    int32    int32    int32
    argmin      int32    int32    int32    int32`),
  )("%s of %s: %s", (name, dtype, result) => {
    expect(methods[name](of(dtype as DType)).dtype).toBe(result);
  });

  it.each(["bool", "uint8", "int32"] as const)("mean of %s throws and names the cure", (dtype) => {
    expect(() => of(dtype).mean()).toThrow(/mean.*float32/s);
  });

  it.each(DTYPES)("to() reaches each dtype from %s", (from) => {
    for (const target of DTYPES) {
      expect(of(from).to(target).dtype).toBe(target);
      expect([...of(from, [1, 0, 1]).to(target).data]).toEqual([1, 0, 1]);
    }
  });
});

describe("a new tensor is", () => {
  const made: [what: string, tensor: Tensor, dtype: DType][] = [
    ["tensor of numbers", tensor([1, 2]), "float32"],
    ["tensor of one number", tensor(3), "float32"],
    ["tensor of nothing", tensor([]), "float32"],
    ["tensor of booleans", tensor([true, false]), "bool"],
    ["tensor of one boolean", tensor(true), "bool"],
    ["tensor of numbers, asked for float64", tensor([1], { dtype: "float64" }), "float64"],
    ["tensor of Float32Array", tensor(new Float32Array(2)), "float32"],
    ["tensor of Float64Array", tensor(new Float64Array(2)), "float64"],
    ["tensor of Int32Array", tensor(new Int32Array(2)), "int32"],
    ["tensor of Uint8Array", tensor(new Uint8Array(2)), "uint8"],
    ["tensor of Uint8Array, asked for bool", tensor(new Uint8Array(2), { dtype: "bool" }), "bool"],
    ["zeros", zeros([2]), "float32"],
    ["ones", ones([2]), "float32"],
    ["full", full([2], 3), "float32"],
    ["ones asked for int32", ones([2], { dtype: "int32" }), "int32"],
    ["arange of whole numbers", arange(5), "int32"],
    ["arange of fractions", arange(0, 1, 0.25), "float32"],
    ["linspace", linspace(0, 1, 3), "float32"],
    ["eye", eye(2), "float32"],
    ["rand", rand([2]), "float32"],
    ["randn in float64", randn([2], { dtype: "float64" }), "float64"],
    ["randperm", randperm(3), "int32"],
    ["oneHot", tensor(new Uint8Array([0, 2])).oneHot(3), "int32"],
    ["topk's indices", tensor([3, 1, 2]).topk(2).indices, "int32"],
    ["topk's values", tensor([3, 1, 2], { dtype: "float64" }).topk(2).values, "float64"],
    ["stack of int32", stack([arange(2), arange(2)]), "int32"],
  ];
  it.each(made)("%s: %s", (_, x, dtype) => {
    expect(x.dtype).toBe(dtype);
  });
});

describe("whole numbers", () => {
  it("uint8 wraps around at 256", () => {
    const x = of("uint8", [250, 3, 200]);
    expect([...x.add(10).data]).toEqual([4, 13, 210]);
    expect([...x.mul(x).data]).toEqual([36, 9, 64]);
    expect([...x.neg().data]).toEqual([6, 253, 56]);
    expect(x.sum().item()).toBe(453);
  });

  it("int32 wraps around at 2³¹, with every bit of a product", () => {
    const x = of("int32", [2147483647, 123456789, 65537]);
    expect([...x.add(1).data]).toEqual([-2147483648, 123456790, 65538]);
    expect([...x.mul(x).data]).toEqual([1, -1757895751, 131073]);
  });

  it("divide into fractions", () => {
    expect(of("int32", [7]).div(2).item()).toBe(3.5);
    expect([...of("int32", [1, -1, 0]).div(0).data]).toEqual([Infinity, -Infinity, NaN]);
  });

  it("of bool: add is `or` and mul is `and`", () => {
    const [x, y] = [tensor([true, true, false]), tensor([true, false, false])];
    expect(x.add(y).toArray()).toEqual([true, true, false]);
    expect(x.mul(y).toArray()).toEqual([true, false, false]);
  });

  it("cannot require a gradient", () => {
    expect(() => tensor([1], { dtype: "int32", requiresGrad: true })).toThrow(/float/);
    expect(() => tensor([true], { requiresGrad: true })).toThrow(/float/);
  });

  it("serve as indices and labels, floats do not", () => {
    const x = tensor([[1, 2, 3]]);
    for (const dtype of ["int32", "uint8"] as const) {
      expect(x.indexSelect(1, of(dtype, [2, 0])).toArray()).toEqual([[3, 1]]);
    }
    expect(() => x.indexSelect(1, tensor([2, 0]))).toThrow(/int32/);
  });
});
