// The results of torch.func, recorded by test/fixtures/record_transforms.py: each case in chainrule's words, eager and compiled.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import {
  arange,
  compile,
  conv2d,
  crossEntropy,
  functional,
  GELU,
  grad,
  hessian,
  jacobian,
  jvp,
  LayerNorm,
  Linear,
  maxPool2d,
  Sequential,
  type Tensor,
  tensor,
  vmap,
} from "chainrule";
import { describe, expect, it } from "vitest";
import type { Recorded } from "../../fixtures/load.ts";

interface TransformCase {
  readonly name: string;
  readonly tensors: Readonly<Record<string, Recorded>>;
  readonly results: readonly Recorded[];
}

const packed = readFileSync(new URL("../../fixtures/transforms.json.gz", import.meta.url));
const { cases }: { cases: readonly TransformCase[] } = JSON.parse(gunzipSync(packed).toString());

type Tensors = Readonly<Record<string, Tensor>>;
type Way = (t: Tensors) => Tensor | readonly Tensor[];
type Function = (x: Tensor) => Tensor;

const names = ["w1", "b1", "w2", "b2"];
const parametersOf = (t: Tensors): Map<string, Tensor> => new Map(names.map((name) => [name, t[name]]));
const at = (p: ReadonlyMap<string, Tensor>, name: string): Tensor => {
  const found = p.get(name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const net = (p: ReadonlyMap<string, Tensor>, x: Tensor): Tensor =>
  x.matmul(at(p, "w1").transpose()).add(at(p, "b1")).tanh().matmul(at(p, "w2").transpose()).add(at(p, "b2"));
const loss = (p: ReadonlyMap<string, Tensor>, x: Tensor, y: Tensor): Tensor => crossEntropy(net(p, x), y);
const logits =
  (t: Tensors): Function =>
  (x) =>
    net(parametersOf(t), x);
const surplus =
  (t: Tensors): Function =>
  (x) =>
    net(parametersOf(t), x).logsumexp(0);

const functions: Readonly<Record<string, Function>> = {
  exp: (x) => x.exp(),
  log: (x) => x.abs().add(0.1).log(),
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
  erf: (x) => x.erf(),
  gelu: (x) => x.gelu(),
  silu: (x) => x.silu(),
  softmax: (x) => x.softmax(1),
  logSoftmax: (x) => x.logSoftmax(0),
  logsumexp: (x) => x.logsumexp(1),
  variance: (x) => x.variance(0),
  cumsum: (x) => x.cumsum(1),
  amax: (x) => x.max(1),
  prod: (x) => x.prod(1),
  abs: (x) => x.abs(),
  relu: (x) => x.relu(),
  pow: (x) => x.abs().pow(2.5),
  tril: (x) => x.tril(),
  layerNorm: (x) => x.sub(x.mean(1, true)).div(x.variance(1, { correction: 0, keepdim: true }).add(1e-5).sqrt()),
};

const weighted =
  (f: Function): Function =>
  (x) => {
    const y = f(x);
    return y.mul(arange(y.size).to("float64").add(1).sin().reshape(y.shape)).sum();
  };

const module = new Sequential(new Linear(3, 4), new LayerNorm(4), new GELU(), new Linear(4, 2));

const ways: Readonly<Record<string, Way>> = {
  ...Object.fromEntries(
    Object.entries(functions).flatMap(([name, f]): [string, Way][] => [
      [`jvp ${name}`, ({ x, v }) => [...Object.values(jvp(f, [x], [v]))]],
      [`hessian ${name}`, ({ x }) => hessian(weighted(f))(x)],
    ]),
  ),
  "jvp matmul": ({ a, b, da, db }) => [...Object.values(jvp((a: Tensor, b: Tensor) => a.matmul(b), [a, b], [da, db]))],
  "jvp conv2d": ({ x, w, dx, dw }) => {
    const f = (x: Tensor, w: Tensor) => conv2d(x, w, null, { stride: 2, padding: 1 });
    return [...Object.values(jvp(f, [x, w], [dx, dw]))];
  },
  "jvp maxPool2d": ({ x, v }) => [...Object.values(jvp((x: Tensor) => maxPool2d(x, 2), [x], [v]))],
  "jvp ties amax": ({ x, v }) => [...Object.values(jvp((x: Tensor) => x.max(1), [x], [v]))],
  "jvp ties maximum": ({ x, v }) => [...Object.values(jvp((x: Tensor) => x.maximum(1), [x], [v]))],
  "jvp ties relu": ({ x, v }) => [...Object.values(jvp((x: Tensor) => x.relu(), [x], [v]))],
  "jvp ties abs": ({ x, v }) => [...Object.values(jvp((x: Tensor) => x.abs(), [x], [v]))],
  "jvp of a net in all parameters": ({ v1, v2, x, ...p }) => {
    const f = (w1: Tensor, w2: Tensor) => net(parametersOf({ ...p, w1, w2 }), x);
    return [...Object.values(jvp(f, [p.w1, p.w2], [v1, v2]))];
  },
  jacrev: (t) => jacobian(logits(t))(t.x),
  jacfwd: (t) => jacobian(logits(t), { mode: "forward" })(t.x),
  "jacobian of matrices": ({ x }) => jacobian((x) => x.matmul(x.transpose()))(x),
  "hessian of a net": (t) => hessian(surplus(t))(t.x),
  "hessian of a vector": (t) => hessian(logits(t))(t.x),
  "third derivatives": ({ x }) => {
    const rolled = (x: Tensor) => x.indexSelect(0, tensor([2, 0, 1], { dtype: "int32" }));
    return jacobian(
      hessian((x) => x.sin().mul(rolled(x)).sum()),
      { mode: "forward" },
    )(x);
  },
  "batch of hessians": (t) => vmap(hessian(surplus(t)))(t.xs),
  "product with the hessian": (t) => jvp(grad(surplus(t)), [t.x], [t.v]).tangent,
  "vmap dims": (t) => vmap(logits(t), { inDims: 1, outDims: 1 })(t.xs),
  "vmap pairs": ({ a, b }) => {
    const distance = (x: Tensor, y: Tensor) => x.sub(y).square().sum();
    return vmap(vmap(distance, { inDims: [null, 0] }), { inDims: [0, null] })(a, b);
  },
  "vmap kernels": ({ x, w }) => vmap((x: Tensor, w: Tensor) => conv2d(x, w, null, { padding: 1, groups: 2 }))(x, w),
  "vmap kernels of one image": ({ x, w }) => vmap((w: Tensor) => conv2d(x, w))(w),
  "vmap gather": ({ x, i }) => vmap((x: Tensor, i: Tensor) => x.gather(1, i), { inDims: [0, 1] })(x, i),
  "vmap topk": ({ x }) => vmap((x: Tensor) => x.topk(2, 0).values, { inDims: 2, outDims: -1 })(x),
  "vmap softmax": ({ x }) => vmap((x: Tensor) => x.softmax(0), { inDims: 1 })(x),
  "gradients of each example": ({ xs, ys, ...p }) => [
    ...vmap(grad(loss), { inDims: [null, 0, 0] })(parametersOf(p), xs, ys).values(),
  ],
  ensemble: ({ x, ...p }) => vmap(net, { inDims: [0, null] })(parametersOf(p), x),
  "gradients of each example of each model": ({ xs, ys, ...p }) => {
    const each = vmap(grad(loss), { inDims: [null, 0, 0] });
    return [...vmap(each, { inDims: [0, null, null] })(parametersOf(p), xs, ys).values()];
  },
  "gradients of each example of a module": ({ xs, ys, ...p }) => {
    const parameters = new Map(Object.entries(p).map(([name, x]) => [name.replace("_", "."), x.to("float32")]));
    const f = functional(module);
    const of = (p: ReadonlyMap<string, Tensor>, x: Tensor, y: Tensor) => crossEntropy(f(p, x), y);
    return [...vmap(grad(of), { inDims: [null, 0, 0] })(parameters, xs.to("float32"), ys).values()];
  },
};

it("each recorded case is told in chainrule's words", () => {
  expect(Object.keys(ways).sort()).toEqual(cases.map(({ name }) => name).sort());
});

const made = ({ data, shape, dtype }: Recorded): Tensor => tensor([...data], { dtype }).reshape(shape);

function agree(results: Tensor | readonly Tensor[], expected: readonly Recorded[]): void {
  const list = Array.isArray(results) ? results : [results];
  expect(list.length).toBe(expected.length);
  for (const [i, { data, shape }] of expected.entries()) {
    const y: Tensor = list[i];
    expect(y.shape).toEqual(shape);
    const largest = Math.max(...data.map(Math.abs), 1e-30);
    const isDouble = y.dtype === "float64";
    for (const [place, value] of data.entries()) {
      const error = Math.abs(y.data[place] - value);
      expect(error).toBeLessThanOrEqual(isDouble ? 1e-11 * largest : 1e-5 * Math.abs(value) + 1e-6 * largest);
    }
  }
}

describe.each(cases)("$name", ({ name, tensors, results }) => {
  const given = Object.fromEntries(Object.entries(tensors).map(([key, x]) => [key, made(x)]));

  it("is what PyTorch computes", () => {
    agree(ways[name](given), results);
  });

  it("compiled", () => {
    agree(compile(ways[name], { backend: "reference" })(given), results);
  });
});

it.each(["hessian of a net", "gradients of each example of a module", "vmap kernels"])("as a program: %s", (name) => {
  const { tensors, results } = cases.find((one) => one.name === name) ?? cases[0];
  const given = Object.fromEntries(Object.entries(tensors).map(([key, x]) => [key, made(x)]));
  agree(compile(ways[name])(given), results);
});
