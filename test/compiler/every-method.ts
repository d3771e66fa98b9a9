// Every method of a tensor with arguments that users write, right ones and wrong ones: for tests that hold all of them to something. The table
// is total: a method that is added has to say how it is called.
import { arange, type DType, full, ones, Tensor, tensor, zeros } from "chainrule";

/** The methods that compute tensors of tensors. */
export type Method = Exclude<
  { [K in keyof Tensor]: Tensor[K] extends (...args: never[]) => unknown ? K : never }[keyof Tensor],
  | "item"
  | "toArray"
  | "toString"
  | "toJSON"
  | "read"
  | "backward"
  | "assign"
  | "apply"
  | "replaceStorage"
  | "adoptStorage"
  | "remember"
  | "sizeAt"
  | "sizes"
  | typeof Symbol.toPrimitive
>;

type Arguments = readonly unknown[];

const none = (): Arguments[] => [[]];
const nan = Number.NaN;

/** Numbers of every kind, and tensors of each dtype that do and do not broadcast. */
const operands = (x: Tensor): Arguments[] => [
  ...[2, -1, 0.5, nan, Infinity, 300, 2 ** 40].map((number) => [number]),
  [x],
  [tensor(1)],
  [tensor(true)],
  [full([], 3, { dtype: "float64" })],
  [full([], 3, { dtype: "uint8" })],
  [ones([5, 1])],
  [zeros([0])],
  [ones([4, 7])],
];

const dims = (x: Tensor): Arguments[] => [
  [],
  ...[0, -1, 1, 7, nan, 0.5, [], [0, 0], [-1, 0], x.shape.map((_, dim) => dim)].map((dim) => [dim]),
  [0, true],
  [undefined, true],
];
const oneDim = (x: Tensor): Arguments[] => dims(x).filter(([dim]) => !Array.isArray(dim));
const shapes: Arguments[] = [[6], [2, 3], [-1], [], [0], [nan], [-1, -1], [2, -2], [1.5], [3, 2, 1], [2, 0, -1]].map(
  (s) => [s],
);
const squareIndex = (x: Tensor, dtype: DType = "int32"): Tensor => zeros(x.shape, { dtype });
const indices = (x: Tensor): Arguments[] => [
  [0, squareIndex(x)],
  [-1, squareIndex(x, "uint8")],
  [0, squareIndex(x, "bool")],
  [0, squareIndex(x, "float32")],
  [3, squareIndex(x)],
  [nan, squareIndex(x)],
  [0, arange(2)],
  [0, tensor(0, { dtype: "int32" })],
  [0, zeros([0], { dtype: "int32" })],
  [0, zeros([9, 9], { dtype: "int32" })],
];

export const everyMethod: Readonly<Record<Method, (x: Tensor) => Arguments[]>> = {
  detach: none,
  to: () => ["float32", "float64", "int32", "uint8", "bool", "float16"].map((dtype) => [dtype]),
  add: operands,
  sub: operands,
  mul: operands,
  div: operands,
  pow: operands,
  maximum: operands,
  minimum: operands,
  eq: operands,
  ne: operands,
  lt: operands,
  le: operands,
  gt: operands,
  ge: operands,
  logicalAnd: operands,
  logicalOr: operands,
  logicalNot: none,
  isnan: none,
  isfinite: none,
  neg: none,
  abs: none,
  sign: none,
  floor: none,
  ceil: none,
  round: none,
  exp: none,
  expm1: none,
  log: none,
  log1p: none,
  sqrt: none,
  rsqrt: none,
  square: none,
  reciprocal: none,
  sin: none,
  cos: none,
  erf: none,
  tanh: none,
  sigmoid: none,
  relu: none,
  gelu: () => [[], [{ approximate: "tanh" }], [{ approximate: "erf" }]],
  silu: none,
  softplus: () => [[], [2], [0.5, 1], [nan], [1, nan], [0]],
  leakyRelu: () => [[], [0.2], [nan], [-1]],
  clamp: (x) => [
    [tensor(0), x],
    [x, 1],
    [undefined, ones([4, 7])],
    [],
    [0, 1],
    [undefined, 0],
    [2, -2],
    [nan],
    [0, nan],
    [0.5, 1.5],
    [-Infinity, Infinity],
    [1e12, 2e12],
  ],
  where: (x) =>
    [x.gt(0), tensor(true), x, ones([4, 7]).gt(0)].flatMap((condition) =>
      operands(x).map(([other]) => [condition, other]),
    ),
  sum: dims,
  mean: dims,
  prod: oneDim,
  max: dims,
  min: dims,
  argmax: oneDim,
  argmin: oneDim,
  variance: (x) => [
    ...dims(x),
    [0, { correction: 0 }],
    [undefined, { correction: 9 }],
    [0, { correction: nan }],
    [0, { correction: -1 }],
  ],
  std: (x) => [...dims(x), [0, { correction: 0 }], [undefined, { correction: 9 }], [0, { correction: nan }]],
  any: dims,
  all: dims,
  topk: () => [[1], [0], [2, 0], [-1], [nan], [1.5], [1, 5], [1, nan]],
  sort: () => [[], [0], [-1, { descending: true }], [7], [nan], [0, { ascending: true }]],
  argsort: () => [[], [0], [-1, { descending: true }], [7], [nan], [0, { ascending: true }]],
  index: () => [
    [],
    [0],
    [nan],
    [9],
    ["..."],
    ["...", 0],
    ["...", "..."],
    [[null, null, -1]],
    [[0, 2, 0]],
    [null, [2, 0, -1]],
    [arange(2)],
    [zeros([2, 2], { dtype: "int32" })],
    [ones([2])],
    [0, 0, 0, 0, 0],
  ],
  logsumexp: dims,
  softmax: (x) => [
    ...oneDim(x).filter(([, more]) => more === undefined),
    [0, { dtype: "float64" }],
    [0, { dtype: "int32" }],
  ],
  logSoftmax: (x) => [...oneDim(x).filter(([, more]) => more === undefined), [-1, { dtype: "float64" }]],
  cumsum: (x) => oneDim(x).filter((args) => args.length === 1),
  matmul: (x) => [
    [x],
    [x.ndim < 2 ? x : x.transpose()],
    [ones([3])],
    [ones([3, 2])],
    [ones([2, 2], { dtype: "bool" })],
    [ones([3, 3], { dtype: "int32" })],
    [zeros([3, 0])],
    [tensor(2)],
  ],
  reshape: () => shapes,
  flatten: () => [[], [0], [0, 0], [1, 0], [5], [nan]],
  transpose: () => [[], [0, 1], [0, 0], [0, 5], [nan, 0]],
  permute: (x) => [[x.shape.map((_, dim) => dim).reverse()], [[0]], [[0, 0]], [[nan]], [[]]],
  squeeze: () => [[], [0], [-1], [4], [nan], [[]], [[0, -1]], [[0, 0]]],
  unsqueeze: () => [[0], [-1], [9], [nan]],
  expand: (x) => [[[4, ...x.shape]], [x.shape], [[7]], [[-1, 3]], [[nan]], [[0, ...x.shape]], [[]]],
  slice: () => [
    [],
    [0],
    [-1],
    [9],
    [nan],
    [[0, 1]],
    [[1, 0]],
    [[0, 9, 2]],
    [[0, 1, 0]],
    [[nan]],
    [null, 0],
    [null, [1]],
    [null, null, 0],
    [tensor(-1, { dtype: "int32" })],
    [null, tensor(9, { dtype: "uint8" })],
    [tensor(0)],
    [arange(2)],
  ],
  narrow: () => [
    [0, 0, 1],
    [-1, 1, 0],
    [0, -1, 1],
    [0, 9, 1],
    [0, 0, 9],
    [0, 0, -1],
    [0, nan, 1],
    [3, 0, 1],
    [0, tensor(0, { dtype: "int32" }), 1],
    [0, tensor(-1, { dtype: "int32" }), 1],
    [0, tensor(9, { dtype: "int32" }), 1],
    [0, tensor(0), 1],
  ],
  tril: () => [[], [1], [-5], [nan], [0.5]],
  triu: () => [[], [1], [-5], [nan], [0.5]],
  pad: (x) => [
    [x.shape.map(() => [1, 2])],
    [x.shape.map(() => [0, 1]), 7],
    [x.shape.map(() => [1, 0]), nan],
    [x.shape.map(() => [1, 0]), 0.5],
    [x.shape.map(() => [1, 0]), Infinity],
    [x.shape.map(() => [-1, 0])],
    [x.shape.map(() => [-1, 2]), 3],
    [x.shape.map(() => [-9, 0])],
    [x.shape.map(() => [nan, 0])],
    [[[1, 1]]],
    [[]],
  ],
  flip: (x) => dims(x).filter((args) => args.length === 1),
  unfold: () => [
    [0, 1, 1],
    [0, 2, 1],
    [-1, 2, 3],
    [0, 0, 1],
    [0, 1, 0],
    [0, 9, 1],
    [0, nan, 1],
    [0, 1, nan],
    [5, 1, 1],
  ],
  indexSelect: (x) => [
    [0, arange(1)],
    [0, zeros([0], { dtype: "int32" })],
    [-1, tensor(0, { dtype: "uint8" })],
    ...indices(x),
  ],
  gather: indices,
  scatterAdd: (x) =>
    indices(x).flatMap(([dim, index]) => [
      [dim, index, x],
      [dim, index, ones([2])],
      [dim, index, x.to("float64")],
    ]),
  oneHot: () => [[3], [1], [0], [-1], [nan], [2.5]],
  split: () => [[1], [2, -1], [0], [nan], [1, 5], [[1, 1]], [[1, 2], 0], [[]], [[nan]]],
  chunk: () => [[1], [2], [2, -1], [0], [nan], [9]],
};

export const dtypes: readonly DType[] = ["float32", "float64", "int32", "uint8", "bool"];

/** Tensors of every dtype and kind of shape, with numbers that are in the domain of most ops, and some that are not. */
export function everyTensor(): Tensor[] {
  const sizes = [[], [0], [3], [2, 3], [2, 0, 3]];
  return dtypes.flatMap((dtype) =>
    sizes.map((shape) => {
      const count = shape.reduce((product, n) => product * n, 1);
      const values = [0.5, -1, 2, 0, 1, 3, 0.25, 1, 0].slice(0, count);
      return tensor(values, { shape, dtype });
    }),
  );
}

/** The tensors in what a method gave. */
export function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(tensorsIn) : [];
}
