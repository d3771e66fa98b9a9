// Adds each op to a random graph, with operands that fit and random attributes. A builder returns null where no operands fit.
import type { Node } from "../../src/compiler/graph.ts";
import type { ElementwiseName } from "../../src/compiler/kernel.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { dilated } from "../../src/tensor/ops/contractions.ts";
import { type OpName, ops } from "../../src/tensor/ops.ts";
import { type Shape, sizeOf, withSize } from "../../src/tensor/shape.ts";
import { constant, type Growth } from "./random-growth.ts";
import { randomLoop } from "./random-loops.ts";

type Builder = (growth: Growth) => Node | null;

/** An op's result has at most this many elements. */
const maxElements = 2000;

type Plain = Exclude<ElementwiseName, "cast" | "where">;

const float =
  (op: Plain): Builder =>
  (growth) =>
    growth.add(op, [growth.floating()], {});
const number =
  (op: Plain): Builder =>
  (growth) =>
    growth.add(op, [growth.numeric()], {});

/** Two nodes of the same type, in random order. */
function pair(growth: Growth, first: Node): [Node, Node] {
  const second = growth.draw.unit() < 0.1 ? first : growth.like(first);
  return growth.draw.unit() < 0.5 ? [first, second] : [second, first];
}

const binary =
  (op: Plain, first: (growth: Growth) => Node): Builder =>
  (growth) =>
    growth.add(op, pair(growth, first(growth)), {});
const numeric = (growth: Growth) => growth.numeric();
const floating = (growth: Growth) => growth.floating();
const any = (growth: Growth) => growth.any();

const withDims = (growth: Growth, fits: (n: Node) => boolean = () => true): Node =>
  growth.some(
    (n) => n.shape.length > 0 && fits(n),
    () => growth.input({ shape: [growth.draw.whole(1, 9)], dtype: "float32" }),
  );

const isNumber = ({ dtype }: Node): boolean => dtype !== "bool";

const someDims = (growth: Growth, shape: Shape): number[] =>
  shape.flatMap((_, dim) => (growth.draw.unit() < 0.5 ? [dim] : []));
const someDim = (growth: Growth, shape: Shape): number => growth.draw.whole(0, shape.length - 1);

function shuffled(growth: Growth, count: number): number[] {
  const left = Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: count }, () => left.splice(growth.draw.whole(0, left.length - 1), 1)[0]);
}

/** Another shape with the same number of elements: dims are split, joined, or added with size 1. */
function regrouped(growth: Growth, shape: Shape): number[] {
  const { draw } = growth;
  let result = [...shape];
  for (let times = draw.whole(1, 3); times > 0; times--) {
    const dim = draw.whole(0, Math.max(result.length - 1, 0));
    const divisors = [2, 3, 4, 5, 7].filter((d) => result[dim] > 0 && result[dim] % d === 0);
    const way = draw.whole(0, 3);
    if (way === 0 && result.length > 1 && dim > 0) result.splice(dim - 1, 2, result[dim - 1] * result[dim]);
    else if (way === 1 && divisors.length > 0 && result.length < 5) {
      const divisor = draw.pick(divisors);
      result.splice(dim, 1, divisor, result[dim] / divisor);
    } else if (way === 2 && result.length < 5) result.splice(draw.whole(0, result.length), 0, 1);
    else result = result.filter((n) => n !== 1);
  }
  return result;
}

const reduction =
  (op: "sum" | "max", fits: (n: Node) => boolean = () => true): Builder =>
  (growth) => {
    const x = growth.some(fits, () => growth.fresh("float32"));
    const dims = someDims(growth, x.shape);
    if (op === "max" && dims.some((dim) => x.shape[dim] === 0)) return null;
    return growth.add(op, [x], { dims });
  };

/** An image for a convolution: an existing node, reshaped, or a new input. */
function image(growth: Growth, channels: number): Node {
  const { draw } = growth;
  const fitting = ({ shape, dtype }: Node) =>
    isFloating(dtype) && shape.length === 4 && shape[1] % channels === 0 && shape[1] > 0;
  const shape = [draw.whole(1, 3), channels * draw.whole(1, 2), draw.whole(1, 9), draw.whole(1, 9)];
  return draw.unit() < 0.4
    ? growth.some(fitting, () => growth.input({ shape, dtype: "float32" }))
    : growth.input({ shape, dtype: draw.pick(["float32", "float32", "float64"]) });
}

/** The ops that stand in the bodies of random loops. Loops in loops are rare, so that graphs stay small. */
const inLoops = (Object.keys(ops) as readonly OpName[]).flatMap((op) => (op === "scan" ? [op] : [op, op, op, op]));

export const builders: Readonly<Record<OpName, Builder>> = {
  full: (growth) => {
    const { draw } = growth;
    const dtype = growth.dtype();
    return growth.add("full", [], { shape: growth.any().shape, dtype, value: constant(draw, dtype) });
  },
  iota: (growth) => growth.add("iota", [], { length: growth.draw.pick([0, 1, 4, 7, growth.draw.whole(1, 70)]) }),
  randomBits: (growth) => {
    const key = growth.input({ shape: [2], dtype: "int32" });
    const counter = growth.input({ shape: [], dtype: "int32" });
    const value = 2 * growth.draw.whole(0, 1000);
    const first = () => growth.add("full", [], { shape: [], dtype: "int32", value });
    return growth.add("randomBits", [key, counter, ...(growth.draw.pick([true, false]) ? [first()] : [])], {
      shape: growth.any().shape,
      bits: growth.draw.pick([1, 8, 23, 24, 32]),
    });
  },

  barrier: (growth) => growth.add("barrier", [growth.any(), growth.any()], {}),

  neg: number("neg"),
  abs: number("abs"),
  sign: number("sign"),
  floor: float("floor"),
  round: float("round"),
  exp: float("exp"),
  expm1: float("expm1"),
  log: float("log"),
  log1p: float("log1p"),
  sqrt: float("sqrt"),
  sin: float("sin"),
  cos: float("cos"),
  atan: float("atan"),
  erf: float("erf"),
  tanh: float("tanh"),
  sigmoid: float("sigmoid"),
  add: binary("add", numeric),
  sub: binary("sub", numeric),
  mul: binary("mul", any),
  div: binary("div", floating),
  pow: binary("pow", numeric),
  maximum: binary("maximum", any),
  minimum: binary("minimum", any),
  bitwiseAnd: (growth) => {
    const isInteger = ({ dtype }: Node) => dtype === "int32" || dtype === "uint8";
    return growth.add(
      "bitwiseAnd",
      pair(
        growth,
        growth.some(isInteger, () => growth.fresh("int32")),
      ),
      {},
    );
  },
  eq: binary("eq", any),
  lt: binary("lt", any),
  le: binary("le", any),
  where: (growth) => {
    const [a, b] = pair(growth, growth.any());
    const condition =
      growth.draw.unit() < 0.5
        ? growth.add("lt", pair(growth, growth.like(a)), {})
        : growth.like({ shape: a.shape, dtype: "bool" });
    return growth.add("where", [condition, a, b], {});
  },
  cast: (growth) => growth.add("cast", [growth.any()], { dtype: growth.dtype() }),

  reshape: (growth) => {
    const x = growth.any();
    return growth.add("reshape", [x], { shape: regrouped(growth, x.shape) });
  },
  permute: (growth) => {
    const x = growth.any();
    return growth.add("permute", [x], { dims: shuffled(growth, x.shape.length) });
  },
  expand: (growth) => {
    const x = growth.any();
    const { draw } = growth;
    const shape = x.shape.map((n) => (n === 1 ? draw.whole(0, 4) : n));
    const front = x.shape.length < 4 && draw.unit() < 0.5 ? [draw.whole(1, 3)] : [];
    return sizeOf([...front, ...shape]) > maxElements
      ? null
      : growth.add("expand", [x], { shape: [...front, ...shape] });
  },
  slice: (growth) => {
    const { draw } = growth;
    const x = growth.any();
    const starts = x.shape.map((n) => draw.pick([0, 0, draw.whole(0, Math.max(n - 1, 0))]));
    const steps = x.shape.map(() => draw.pick([1, 1, 1, 2, 3]));
    const sizes = x.shape.map((n, dim) => {
      const maxSize = n === 0 ? 0 : Math.ceil((n - starts[dim]) / steps[dim]);
      return draw.pick([maxSize, maxSize, draw.whole(0, maxSize), Math.max(maxSize - 1, 0)]);
    });
    return growth.add("slice", [x], { starts, sizes, steps });
  },
  flip: (growth) => {
    const x = growth.any();
    return growth.add("flip", [x], { dims: someDims(growth, x.shape) });
  },
  unfold: (growth) => {
    const x = withDims(growth);
    const { draw } = growth;
    const dim = someDim(growth, x.shape);
    const size = draw.whole(0, Math.min(x.shape[dim], 4));
    const step = draw.pick([1, 2, 3, Math.max(size, 1)]);
    const windows = Math.floor((x.shape[dim] - size) / step) + 1;
    if (x.shape.length > 4 || (sizeOf(x.shape) / Math.max(x.shape[dim], 1)) * windows * size > maxElements) return null;
    return growth.add("unfold", [x], { dim, size, step });
  },
  fold: (growth) => {
    const { draw } = growth;
    const x = growth.some(
      (n) => n.shape.length > 1 && isNumber(n),
      () => growth.input({ shape: [draw.whole(1, 5), draw.whole(1, 4)], dtype: "float32" }),
    );
    const dim = draw.whole(0, x.shape.length - 2);
    const [windows, size] = [x.shape[dim], x.shape[x.shape.length - 1]];
    const step = draw.pick([1, 2, 3, Math.max(size, 1), Math.max(size, 1)]);
    const needed = windows === 0 ? 0 : (windows - 1) * step + size;
    return growth.add("fold", [x], { dim, step, length: needed + draw.pick([0, 0, 1, 2]) });
  },
  pad: (growth) => {
    const { draw } = growth;
    const x = growth.any();
    const widths = x.shape.map(() => ({
      before: draw.pick([0, 0, 1, 2]),
      after: draw.pick([0, 0, 1]),
      between: draw.pick([0, 0, 0, 1, 2]),
    }));
    if (sizeOf(x.shape) > maxElements / 4) return null;
    return growth.add("pad", [x], { widths, value: constant(draw, x.dtype) });
  },
  concat: (growth) => {
    const { draw } = growth;
    const first = withDims(growth);
    const dim = someDim(growth, first.shape);
    const others = Array.from({ length: draw.whole(0, 2) }, () =>
      growth.like({
        dtype: first.dtype,
        shape: withSize(first.shape, dim, draw.pick([first.shape[dim], draw.whole(0, 3)])),
      }),
    );
    return growth.add("concat", [first, ...others], { dim });
  },

  sum: reduction("sum", isNumber),
  max: reduction("max"),
  argmax: (growth) => {
    const x = withDims(growth);
    const dim = someDim(growth, x.shape);
    return x.shape[dim] === 0 ? null : growth.add("argmax", [x], { dim });
  },
  topk: (growth) => {
    const x = withDims(growth);
    const dim = someDim(growth, x.shape);
    return growth.add("topk", [x], { dim, k: growth.draw.whole(0, Math.min(x.shape[dim], 5)) });
  },
  cumsum: (growth) => {
    const x = withDims(growth, isNumber);
    return growth.add("cumsum", [x], { dim: someDim(growth, x.shape) });
  },

  gather: (growth) => {
    const { draw } = growth;
    const x = withDims(growth);
    const dim = someDim(growth, x.shape);
    const size = x.shape[dim];
    if (size > 0 && draw.unit() < 0.3) return growth.add("gather", [x, growth.add("argmax", [x], { dim })], { dim });
    const index = growth.places(withSize(x.shape, dim, size === 0 ? 0 : draw.whole(0, 5)), size);
    return growth.add("gather", [x, index], { dim });
  },
  scatterAdd: (growth) => {
    const { draw } = growth;
    const like = withDims(growth, isNumber);
    const dim = someDim(growth, like.shape);
    const x = draw.unit() < 0.5 ? like : growth.like({ dtype: like.dtype, shape: withSize(like.shape, dim, 1) });
    const size = draw.whole(1, 5);
    const index = growth.places(x.shape, size);
    if (draw.unit() < 0.5)
      growth.add("gather", [growth.like({ dtype: "float32", shape: withSize(x.shape, dim, size) }), index], { dim });
    return growth.add("scatterAdd", [x, index], { dim, size });
  },

  matmul: (growth) => {
    const { draw } = growth;
    const a = growth.some(
      (n) => n.shape.length > 1 && isNumber(n),
      () => growth.input({ shape: [draw.whole(1, 40), draw.whole(0, 40)], dtype: "float32" }),
    );
    const n = draw.pick([1, 2, 5, draw.whole(0, 40)]);
    const b = growth.like({ dtype: a.dtype, shape: [...a.shape.slice(0, -2), a.shape[a.shape.length - 1], n] });
    return growth.add("matmul", [a, b], {});
  },
  conv: (growth) => {
    const { draw } = growth;
    const groups = draw.pick([1, 1, 1, 2, 3]);
    const x = image(growth, groups);
    const kernel = [draw.whole(1, 4), draw.whole(1, 4)] as const;
    const weight = [groups * draw.whole(1, 3), x.shape[1] / groups, ...kernel];
    const w = growth.like({ dtype: x.dtype, shape: weight });
    const two = (choices: readonly number[]) => [draw.pick(choices), draw.pick(choices)] as const;
    const inputDilation = two([1, 1, 1, 2]);
    const kernelDilation = two([1, 1, 1, 2]);
    const padding = ([0, 1] as const).map((dim) => {
      const [low, high] = two([0, 0, 1, 2, -1]);
      const span = dilated(x.shape[2 + dim], inputDilation[dim]) + low + high;
      return span < 0 ? ([0, 0] as const) : ([low, high] as const);
    });
    const attributes = {
      stride: two([1, 1, 2]),
      padding: [padding[0], padding[1]] as const,
      inputDilation,
      kernelDilation,
      groups,
    };
    return growth.add("conv", [x, w], attributes);
  },
  scan: (growth) => randomLoop(growth, (inside) => builders[growth.draw.pick(inLoops)](inside)),
};
