// The ops as laws to test: each entry draws inputs for one op, with broadcasting, empty and size-1 axes, and says what
// to do with them. Where an op has a kink or a pole, its entry draws around it. gradients.test.ts differentiates them all.

import { avgPool2d, concat, conv2d, crossEntropy, maxPool2d, mseLoss, stack, type Tensor } from "chainrule";
import type { Draw } from "./draw.ts";

export interface Trial {
  readonly inputs: Tensor[];
  readonly f: (...inputs: Tensor[]) => Tensor;
}

type Law = (draw: Draw) => Trial;

const unary =
  (f: (x: Tensor) => Tensor, range?: [number, number]): Law =>
  (draw) => ({
    inputs: [range ? draw.positive(draw.shape(), ...range) : draw.signed(draw.shape())],
    f,
  });

const binary =
  (f: (x: Tensor, y: Tensor) => Tensor): Law =>
  (draw) => {
    const shape = draw.shape();
    const shapes = draw.unit() < 0.5 ? [shape, draw.partner(shape)] : [draw.partner(shape), shape];
    return { inputs: [draw.positive(shapes[0]), draw.signed(shapes[1])], f };
  };

/** Along some dim, or several, of at least `smallest` numbers. */
const reduction =
  (f: (x: Tensor, dim: number[], keepdim: boolean) => Tensor, smallest = 0): Law =>
  (draw) => {
    const shape = draw.shape(draw.whole(1, 3), smallest);
    const dim = shape.map((_, i) => i).filter(() => draw.unit() < 0.5);
    const dims = dim.length ? dim.map((d) => draw.pick([d, d - shape.length])) : [0];
    const keepdim = draw.unit() < 0.5;
    return { inputs: [draw.distinct(shape)], f: (x) => f(x, dims, keepdim) };
  };

const along =
  (f: (x: Tensor, dim: number) => Tensor, smallest = 0): Law =>
  (draw) => {
    const shape = draw.shape(draw.whole(1, 3), smallest);
    const dim = draw.whole(-shape.length, shape.length - 1);
    return { inputs: [draw.distinct(shape)], f: (x) => f(x, dim) };
  };

const moving =
  (f: (x: Tensor, draw: Draw) => (x: Tensor) => Tensor, ndim?: number): Law =>
  (draw) => {
    const x = draw.signed(draw.shape(ndim ?? draw.whole(1, 3)));
    return { inputs: [x], f: f(x, draw) };
  };

export const laws: Readonly<Record<string, Law>> = {
  neg: unary((x) => x.neg()),
  abs: unary((x) => x.abs()),
  exp: unary((x) => x.exp()),
  expm1: unary((x) => x.expm1()),
  log: unary((x) => x.log(), [0.3, 3]),
  log1p: unary((x) => x.log1p(), [-0.6, 2]),
  sqrt: unary((x) => x.sqrt(), [0.3, 3]),
  rsqrt: unary((x) => x.rsqrt(), [0.3, 3]),
  square: unary((x) => x.square()),
  reciprocal: unary((x) => x.reciprocal(), [0.5, 2]),
  sin: unary((x) => x.sin()),
  cos: unary((x) => x.cos()),
  erf: unary((x) => x.erf()),
  tanh: unary((x) => x.tanh()),
  sigmoid: unary((x) => x.sigmoid()),
  relu: unary((x) => x.relu()),
  gelu: unary((x) => x.gelu()),
  silu: unary((x) => x.silu()),
  softplus: unary((x) => x.softplus()),
  leakyRelu: unary((x) => x.leakyRelu(0.2)),
  clamp: unary((x) => x.clamp(-0.05, 0.05)),
  "pow of a number": unary((x) => x.pow(3)),
  "pow of a fraction": unary((x) => x.pow(-1.5), [0.5, 2]),

  add: binary((x, y) => x.add(y)),
  sub: binary((x, y) => x.sub(y)),
  mul: binary((x, y) => x.mul(y)),
  div: binary((x, y) => y.div(x)),
  pow: binary((x, y) => x.pow(y)),
  "an input used twice": binary((x, y) => x.mul(y).add(x.div(x.add(3)))),
  maximum: binary((x, y) => x.maximum(y.mul(1.1).add(0.003))),
  minimum: binary((x, y) => x.minimum(y.mul(1.1).add(0.003))),
  where: (draw) => {
    const shape = draw.shape();
    const condition = draw.flags(draw.partner(shape));
    return { inputs: [draw.signed(shape), draw.signed(draw.partner(shape))], f: (x, y) => x.where(condition, y) };
  },

  sum: reduction((x, dim, keepdim) => x.sum(dim, keepdim)),
  mean: reduction((x, dim, keepdim) => x.mean(dim, keepdim), 1),
  max: reduction((x, dim, keepdim) => x.max(dim, keepdim), 1),
  min: reduction((x, dim, keepdim) => x.min(dim, keepdim), 1),
  logsumexp: reduction((x, dim, keepdim) => x.logsumexp(dim, keepdim), 1),
  variance: reduction((x, dim, keepdim) => x.variance(dim, { correction: 0, keepdim }), 1),
  "variance, corrected": reduction((x, dim, keepdim) => x.variance(dim, { keepdim }), 2),
  std: reduction((x, dim, keepdim) => x.std(dim, { keepdim }), 2),
  prod: along((x, dim) => x.add(0.013).prod(dim)),
  softmax: along((x, dim) => x.softmax(dim)),
  logSoftmax: along((x, dim) => x.logSoftmax(dim)),
  cumsum: along((x, dim) => x.cumsum(dim)),
  topk: along((x, dim) => x.topk(1, dim).values, 1),

  reshape: moving((x) => (y) => y.reshape([x.size, 1])),
  flatten: moving(() => (x) => x.flatten()),
  transpose: moving(() => (x) => x.transpose(0, -1)),
  permute: moving(() => (x) => x.permute([2, 0, 1]), 3),
  squeeze: moving(() => (x) => x.squeeze()),
  unsqueeze: moving(() => (x) => x.unsqueeze(-1)),
  expand: moving((x) => (y) => y.expand([2, ...x.shape])),
  tril: moving(
    (_, draw) =>
      (
        (d) => (x) =>
          x.tril(d)
      )(draw.whole(-2, 2)),
    2,
  ),
  triu: moving(
    (_, draw) =>
      (
        (d) => (x) =>
          x.triu(d)
      )(draw.whole(-2, 2)),
    3,
  ),
  flip: moving(
    (_, draw) =>
      (
        (d) => (x) =>
          x.flip(d)
      )(draw.pick([0, -1, [0, 1]])),
    2,
  ),
  pad: moving(
    (_, draw) =>
      (
        (w) => (x) =>
          x.pad([w, [0, 1]], 0.5)
      )([draw.whole(0, 2), draw.whole(0, 2)] as const),
    2,
  ),
  slice: moving(
    (_, draw) =>
      (
        (from, step) => (x) =>
          x.slice([from, null, step], null, [0, -1])
      )(draw.whole(-2, 2), draw.whole(1, 2)),
    3,
  ),
  split: moving(() => (x) => x.split(2, -1).reduce((total, part) => total.add(part.square().sum()), x.sum())),
  concat: (draw) => {
    const [rows, columns] = [draw.whole(0, 3), draw.whole(0, 3)];
    return { inputs: [draw.signed([rows, columns]), draw.signed([2, columns])], f: (x, y) => concat([x, y, x], 0) };
  },
  stack: (draw) => {
    const shape = draw.shape(2);
    return { inputs: [draw.signed(shape), draw.signed(shape)], f: (x, y) => stack([x, y], 1) };
  },
  "to and back": moving(() => (x) => x.to("float64").mul(x)),

  indexSelect: (draw) => {
    const places = draw.places([draw.whole(0, 4)], 3);
    return { inputs: [draw.signed([2, 3, draw.whole(0, 2)])], f: (x) => x.indexSelect(1, places) };
  },
  gather: (draw) => {
    const places = draw.places([2, draw.whole(0, 5)], 3);
    return { inputs: [draw.signed([2, 3])], f: (x) => x.gather(-1, places) };
  },
  scatterAdd: (draw) => {
    const shape = [draw.whole(0, 5), 2];
    const places = draw.places(shape, 3);
    return { inputs: [draw.signed([3, 2]), draw.signed(shape)], f: (x, y) => x.scatterAdd(0, places, y) };
  },

  matmul: (draw) => {
    const [n, k, m] = [draw.whole(0, 3), draw.whole(0, 3), draw.whole(1, 3)];
    const batch = draw.shape(draw.whole(0, 2));
    const [left, right] = draw.pick([
      [[k], [k]],
      [[n, k], [k]],
      [[k], [k, m]],
      [
        [...batch, n, k],
        [k, m],
      ],
      [
        [...batch, n, k],
        [...draw.partner(batch), k, m],
      ],
    ]);
    return { inputs: [draw.signed(left), draw.signed(right)], f: (x, y) => x.matmul(y) };
  },
  conv2d: (draw) => {
    const groups = draw.whole(1, 2);
    const [h, w] = [draw.whole(1, 3), draw.whole(1, 3)];
    const options = {
      groups,
      stride: draw.pick<number | [number, number]>([1, 2, [2, 1]]),
      padding: draw.pick<number | [number, number] | [[number, number], [number, number]]>([
        0,
        1,
        [1, 2],
        [
          [0, 1],
          [2, 0],
        ],
      ]),
      dilation: draw.whole(1, 2),
    };
    const x = draw.signed([draw.whole(0, 2), groups * draw.whole(1, 2), draw.whole(5, 6), draw.whole(5, 6)]);
    const weight = draw.signed([groups * 2, x.shape[1] / groups, h, w]);
    return { inputs: [x, weight, draw.signed([groups * 2])], f: (x, weight, bias) => conv2d(x, weight, bias, options) };
  },
  "conv2d, same": (draw) => {
    const weight = draw.signed([2, 2, draw.whole(1, 4), draw.whole(1, 4)]);
    return { inputs: [draw.signed([1, 2, 4, 5]), weight], f: (x, w) => conv2d(x, w, null, { padding: "same" }) };
  },
  maxPool2d: (draw) => {
    const options = { stride: draw.whole(1, 3), padding: draw.whole(0, 1) };
    return { inputs: [draw.distinct([draw.whole(0, 2), 2, 4, 5])], f: (x) => maxPool2d(x, 2, options) };
  },
  avgPool2d: (draw) => {
    const options = { stride: draw.whole(1, 3), padding: draw.whole(0, 1) };
    return { inputs: [draw.signed([draw.whole(0, 2), 2, 4, 5])], f: (x) => avgPool2d(x, [2, 3], options) };
  },
  crossEntropy: (draw) => {
    const labels = draw.places([3], 4);
    const labelSmoothing = draw.pick([0, 0.1]);
    return { inputs: [draw.signed([3, 4])], f: (x) => crossEntropy(x, labels, { labelSmoothing }) };
  },
  mseLoss: (draw) => {
    const shape = draw.shape(2, 1);
    return { inputs: [draw.signed(shape), draw.signed(shape)], f: (x, y) => mseLoss(x, y) };
  },
};
