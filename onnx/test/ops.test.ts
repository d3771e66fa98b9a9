// Each op alone in ONNX Runtime means what the op table says, for every dtype that it takes and batches that were not traced.
import { arange, type DType, full, manualSeed, noGrad, rand, scan, stack, type Tensor } from "chainrule";
import type { OpName } from "chainrule/compiler";
import { expect, it } from "vitest";
import { toOnnx } from "../src/index.ts";
import { difference, Operation } from "./operation.ts";
import { load } from "./run.ts";

interface Case {
  readonly f: (x: Tensor) => Tensor;
  readonly dtypes: readonly DType[];
  /** The input's shape without the batch, its first dim. */
  readonly shape?: readonly number[];
  /** The numbers of x; by default those from -4 to 4 that its dtype has. */
  readonly input?: (x: Tensor) => Tensor;
}

const floats = ["float32", "float64"] as const;
const numbers = ["float32", "float64", "int32", "uint8"] as const;
const all = [...numbers, "bool"] as const;

const unary = (op: OpName, dtypes: readonly DType[] = floats, input?: Case["input"]): Case => ({
  f: (x) => x.apply(op, [x]),
  dtypes,
  input,
});
/** Applies a binary op to x with a second operand of x's size, and with a smaller one that is expanded. */
const binary = (op: OpName, dtypes: readonly DType[] = numbers, input?: Case["input"]): Case[] => [
  { f: (x) => x.apply(op, [x, x.flip([1, 2])]), dtypes, input },
  { f: (x) => x.apply(op, [x.slice(null, [0, 1]).expand(x.shape), x]), dtypes, input },
];
const positive = (x: Tensor): Tensor => x.abs().add(0.1);
const small = (x: Tensor): Tensor => x.mul(x.sign()).mul(1e-4);
const places = (x: Tensor, size: number): Tensor =>
  x
    .to("float32")
    .abs()
    .floor()
    .minimum(size - 1)
    .to("int32");
const image = [4, 7, 6];
const convolution = {
  stride: [1, 1],
  padding: [
    [0, 0],
    [0, 0],
  ],
  inputDilation: [1, 1],
  kernelDilation: [1, 1],
  groups: 1,
} as const;
const weight = (shape: number[], x: Tensor): Tensor =>
  arange(
    0,
    shape.reduce((a, b) => a * b),
  )
    .sin()
    .reshape(shape)
    .to(x.dtype);

const cases = {
  full: [{ f: (x) => full([x.shape[0], 2], 3, { dtype: x.dtype }), dtypes: all }],
  iota: [
    { f: (x) => x.apply("iota", [], { length: x.shape[0] * 3 }), dtypes: ["float32"] },
    { f: (x) => x.to("int32").add(x.apply("iota", [], { length: 4 })), dtypes: all },
  ],
  randomBits: [],

  neg: [unary("neg", numbers)],
  abs: [unary("abs", numbers)],
  sign: [unary("sign", numbers)],
  floor: [unary("floor")],
  round: [unary("round"), unary("round", floats, (x) => x.floor().add(0.5))],
  exp: [unary("exp")],
  expm1: [unary("expm1"), unary("expm1", floats, small)],
  log: [unary("log", floats, positive), unary("log")],
  log1p: [unary("log1p", floats, positive), unary("log1p", floats, small), unary("log1p")],
  sqrt: [unary("sqrt")],
  sin: [unary("sin")],
  cos: [unary("cos")],
  atan: [unary("atan")],
  erf: [unary("erf")],
  tanh: [unary("tanh")],
  sigmoid: [unary("sigmoid")],
  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul", all),
  div: binary("div", floats),
  pow: [...binary("pow", floats, positive), ...binary("pow", ["int32", "uint8"], (x) => x.abs())],
  maximum: binary("maximum", all),
  minimum: binary("minimum", all),
  bitwiseAnd: binary("bitwiseAnd", ["int32", "uint8"]),
  eq: binary("eq", all),
  lt: binary("lt", all),
  le: binary("le", all),
  where: [
    { f: (x) => x.apply("where", [x.lt(x.flip(2)), x, x.flip(1)]), dtypes: all },
    { f: (x) => x.where(full([3, 4], 1, { dtype: "bool" }).tril(), 0), dtypes: numbers },
  ],
  cast: all.map((dtype) => ({ f: (x: Tensor) => x.to(dtype), dtypes: all })),

  reshape: [
    { f: (x) => x.reshape([x.shape[0], 12]), dtypes: all },
    { f: (x) => x.reshape([-1]), dtypes: all },
    {
      f: (x) =>
        x
          .reshape([x.shape[0], 1, x.shape[0] === 0 ? 0 : 4, 3])
          .expand([2, x.shape[0], 2, 4, 3])
          .reshape([-1, 3]),
      dtypes: all,
    },
    { f: (x) => x.slice(null, [0, 0]).reshape([x.shape[0], 2, 0]), dtypes: all },
  ],
  permute: [{ f: (x) => x.permute([2, 0, 1]), dtypes: all }],
  expand: [
    { f: (x) => x.slice(null, [0, 1]).expand([x.shape[0], 5, 4]), dtypes: all },
    { f: (x) => x.expand([2, ...x.shape]), dtypes: all },
    { f: (x) => full([4], 2, { dtype: x.dtype }).expand([x.shape[0], 4]), dtypes: all },
  ],
  slice: [
    { f: (x) => x.slice(null, 1, [0, 4, 2]), dtypes: all },
    { f: (x) => x.slice([0, 1], [1], [1, 3]), dtypes: all },
    { f: (x) => x.reshape([-1, 4]).slice([x.shape[0], 3 * x.shape[0]]), dtypes: all },
  ],
  flip: [{ f: (x) => x.flip([0, 2]), dtypes: all }],
  unfold: [
    { f: (x) => x.unfold(2, 2, 1), dtypes: all },
    { f: (x) => x.unfold(1, 2, 1), dtypes: all },
  ],
  fold: [{ f: (x) => x.apply("fold", [x], { dim: 1, step: 2, length: 9 }), dtypes: numbers }],
  pad: [
    {
      f: (x) =>
        x.pad(
          [
            [0, 0],
            [1, 2],
            [0, 3],
          ],
          1,
        ),
      dtypes: all,
    },
    {
      f: (x) =>
        x.pad([
          [0, x.shape[0]],
          [0, 0],
          [0, 0],
        ]),
      dtypes: all,
    },
    {
      f: (x) => {
        const width = (before: number, after: number, between: number) => ({ before, after, between });
        return x.apply("pad", [x], { widths: [width(0, 0, 0), width(1, 0, 2), width(0, 2, 1)], value: 1 });
      },
      dtypes: all,
    },
  ],
  concat: [
    { f: (x) => x.apply("concat", [x, x.slice(null, null, [1, 3]), x], { dim: 2 }), dtypes: all },
    { f: (x) => x.apply("concat", [x, x.flip(0)], { dim: 0 }), dtypes: all },
  ],

  sum: [
    { f: (x) => x.apply("sum", [x], { dims: [1] }), dtypes: numbers },
    { f: (x) => x.apply("sum", [x], { dims: [0, 2] }), dtypes: numbers },
    { f: (x) => x.apply("sum", [x], { dims: [] }), dtypes: numbers },
    { f: (x) => x.mean([0]), dtypes: floats },
  ],
  max: [
    { f: (x) => x.max(1), dtypes: all },
    { f: (x) => x.max([0, 2]), dtypes: all },
  ],
  argmax: [{ f: (x) => x.argmax(2), dtypes: all }],
  topk: [{ f: (x) => x.apply("topk", [x], { dim: 1, k: 2 }), dtypes: all }],
  cumsum: [{ f: (x) => x.apply("cumsum", [x], { dim: 1 }), dtypes: numbers }],

  gather: [
    { f: (x) => x.gather(2, places(x.flip(2), 4)), dtypes: all },
    { f: (x) => x.gather(1, places(x.slice(null, [0, 2]), 3)), dtypes: all },
    { f: (x) => x.indexSelect(1, arange(2, -1, -1)), dtypes: all },
  ],
  scatterAdd: [
    { f: (x) => x.apply("scatterAdd", [x, places(x.flip(2), 5)], { dim: 2, size: 5 }), dtypes: numbers },
    { f: (x) => places(x, 5).oneHot(5), dtypes: all },
  ],

  matmul: [
    { f: (x) => x.apply("matmul", [x, x.transpose()]), dtypes: numbers },
    { f: (x) => x.matmul(weight([4, 2], x)), dtypes: floats },
    { f: (x) => weight([2, 3], x).matmul(x), dtypes: floats },
  ],
  conv: [
    { f: (x) => x.apply("conv", [x, weight([5, 4, 3, 2], x)], convolution), shape: image, dtypes: floats },
    {
      f: (x) =>
        x.apply("conv", [x, weight([6, 2, 3, 2], x)], {
          stride: [2, 1],
          padding: [
            [1, -1],
            [-1, 2],
          ],
          inputDilation: [2, 3],
          kernelDilation: [1, 2],
          groups: 2,
        }),
      shape: image,
      dtypes: floats,
    },
  ],
  scan: [
    {
      f: (x) => {
        const [last, all] = scan((carry, step) => [carry.mul(0.5).add(step), carry], x.mul(0), stack([x, x.neg(), x]));
        return last.add(all.sum(0));
      },
      dtypes: floats,
    },
  ],
  barrier: [{ f: (x) => x.apply("barrier", [x, x.to("bool")]), dtypes: all }],
} satisfies Record<OpName, readonly Case[]>;

function filled(shape: readonly number[], dtype: DType, change: Case["input"]): Tensor {
  const x = rand([...shape])
    .mul(8)
    .sub(4);
  const wanted = dtype === "uint8" ? x.abs() : dtype === "bool" ? x.gt(0) : x;
  const y = wanted.to(dtype);
  return change ? change(y).to(dtype) : y;
}

for (const [op, list] of Object.entries(cases as Record<OpName, readonly Case[]>)) {
  list.forEach(({ f, dtypes, shape = [3, 4], input }, i) => {
    for (const dtype of dtypes) {
      it(`${op} ${i + 1}, ${dtype}`, async () => {
        manualSeed(i + 1);
        const model = new Operation(f);
        const run = await load(toOnnx(model, filled([2, ...shape], dtype, input)));
        for (const batch of [1, 4]) {
          const x = filled([batch, ...shape], dtype, input);
          expect(
            difference(
              await run(x),
              noGrad(() => model.forward(x)),
            ),
          ).toBeNull();
        }
      });
    }
  });
}
