// The laws of transformations, over random programs. Each returns what is wrong, in words, or null; "nothing to compare" where a program has
// no results that a law speaks of.

import { tensor } from "../../../src/tensor/create.ts";
import { grad } from "../../../src/tensor/derivatives.ts";
import { isFloating, type NDArray } from "../../../src/tensor/dtype.ts";
import { stack } from "../../../src/tensor/functions.ts";
import { sameShape } from "../../../src/tensor/shape.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import { checkpoint } from "../../../src/tensor/transforms/checkpoint.ts";
import { hessian, jacobian } from "../../../src/tensor/transforms/jacobian.ts";
import { jvp } from "../../../src/tensor/transforms/jvp.ts";
import { vmap } from "../../../src/tensor/transforms/vmap.ts";
import { disagreement } from "../../compiler/agree.ts";
import { bound } from "../../compiler/bounds.ts";
import { randomGraph } from "../../compiler/random-graph.ts";
import type { Draw } from "../draw.ts";
import { arrayOf, programOf, smoothProgram, tensorOf, turned } from "./random-programs.ts";

export type Wrap = <A extends unknown[], R>(f: (...args: A) => R) => (...args: A) => R;
export type Law = (draw: Draw, wrap: Wrap) => string | null;
export const nothing = "nothing to compare";

type Program = (...inputs: Tensor[]) => Tensor[];

/** A batch of inputs: which of them differ, and the inputs of each example. */
function batchOf(draw: Draw, inputs: readonly NDArray[], size: number) {
  const isMapped = inputs.map(() => draw.unit() < 0.6);
  if (inputs.length > 0) isMapped[draw.whole(0, inputs.length - 1)] = true;
  const examples = Array.from({ length: size }, (_, i) => inputs.map((x, at) => (isMapped[at] ? turned(x, i) : x)));
  const dims = inputs.map(({ shape }, at) => (isMapped[at] ? draw.whole(0, shape.length) : null));
  const batch = inputs.map((x, at) => {
    const dim = dims[at];
    return dim === null
      ? tensorOf(x)
      : stack(
          examples.map((example) => tensorOf(example[at])),
          dim,
        );
  });
  return { examples, dims, batch };
}

/** vmap gives what a loop gives, within the bounds of rounding. */
export const vmapIsLoop: Law = (draw, wrap) => {
  const { graph, args, states } = randomGraph(draw);
  const inputs = [...args, ...states];
  if (inputs.length === 0) return nothing;
  const program: Program = (...all) => programOf(graph)(all);
  const { examples, dims, batch } = batchOf(draw, inputs, draw.whole(1, 3));
  const results = wrap(vmap(program, { inDims: dims, randomness: "same" }))(...batch);
  for (const [i, example] of examples.entries()) {
    const expected = bound(graph, example.slice(0, args.length), example.slice(args.length));
    const all = [...expected.results, ...graph.updates.map(({ state }) => expected.states[state.attributes.index])];
    for (const [at, one] of all.entries()) {
      const complaint = disagreement(one, arrayOf(results[at].slice(i)));
      if (complaint !== null) return `result ${at} of example ${i}: ${complaint}`;
    }
  }
  return null;
};

/** vmap in vmap gives what two loops give. */
export const vmapNests: Law = (draw, wrap) => {
  const { graph, args, states } = randomGraph(draw);
  const inputs = [...args, ...states];
  if (inputs.length === 0) return nothing;
  const program: Program = (...all) => programOf(graph)(all);
  const outer = batchOf(draw, inputs, 2);
  const innerDims = inputs.map((_, at) => (outer.dims[at] === null || draw.unit() < 0.5 ? 0 : null));
  if (innerDims.every((dim) => dim === null)) return nothing;
  // Each outer example is turned further for the inner ones.
  const innerOf = (example: readonly NDArray[], j: number) =>
    example.map((x, at) => (innerDims[at] === null ? x : turned(x, 3 * j)));
  const batch = inputs.map((_, at) => {
    const rows = outer.examples.map((example) =>
      innerDims[at] === null ? tensorOf(example[at]) : stack([0, 1, 2].map((j) => tensorOf(innerOf(example, j)[at]))),
    );
    return outer.dims[at] === null ? rows[0] : stack(rows);
  });
  const outerDims = outer.dims.map((dim) => (dim === null ? null : 0));
  const results = wrap(
    vmap(vmap(program, { inDims: innerDims, randomness: "same" }), { inDims: outerDims, randomness: "same" }),
  )(...batch);
  for (const [i, example] of outer.examples.entries()) {
    for (const j of [0, 1, 2]) {
      const own = innerOf(example, j);
      const expected = bound(graph, own.slice(0, args.length), own.slice(args.length));
      for (const [at, one] of expected.results.entries()) {
        const complaint = disagreement(one, arrayOf(results[at].slice(i, j)));
        if (complaint !== null) return `result ${at} of example ${i}, ${j}: ${complaint}`;
      }
    }
  }
  return null;
};

/** A program in float64 as a function of its floating inputs to its floating results. */
function smooth(draw: Draw) {
  const { graph, args, states } = smoothProgram(draw);
  const inputs = [...args, ...states].map(tensorOf);
  const places = inputs.flatMap((x, at) => (isFloating(x.dtype) && x.size > 0 ? [at] : []));
  const run = programOf(graph);
  const f: Program = (...own) => {
    const all = [...inputs];
    for (const [i, at] of places.entries()) all[at] = own[i];
    return run(all).filter(({ dtype, size }) => isFloating(dtype) && size > 0);
  };
  return { f, inputs: places.map((at) => inputs[at]) };
}

const random = (draw: Draw, like: readonly Tensor[]): Tensor[] => like.map(({ shape }) => draw.signed(shape)).map(own);
/** Draw makes tensors of the built library. */
const own = ({ data, shape }: { data: ArrayLike<number>; shape: readonly number[] }): Tensor =>
  tensor(Float64Array.from(data), { shape });

const dot = (a: readonly Tensor[], b: readonly Tensor[]): Tensor =>
  a.map((x, i) => x.mul(b[i]).sum()).reduce((sum, term) => sum.add(term));
const sizeOfTerms = (a: readonly Tensor[], b: readonly Tensor[]): number =>
  a.reduce((sum, x, i) => sum + x.mul(b[i]).abs().sum().item(), 0);

/** Whether results are so large, or not finite, that rounding decides their differences. */
const isWild = (all: readonly Tensor[]): boolean => all.some(({ data }) => [...data].some((x) => !(Math.abs(x) < 1e8)));

/** w · (J v), by jvp, is (Jᵀ w) · v, by backward. */
export const jvpIsTransposed: Law = (draw, wrap) => {
  const { f, inputs } = smooth(draw);
  const results = f(...inputs);
  if (inputs.length === 0 || results.length === 0) return nothing;
  const [v, w] = [random(draw, inputs), random(draw, results)];
  const forward = wrap((...all: Tensor[]) => jvp(f, all, v).tangent)(...inputs);
  const backward = wrap((all: Tensor[]) => grad((all: Tensor[]) => dot(f(...all), w))(all))(inputs);
  if (isWild([...results, ...forward, ...backward])) return nothing;
  const [left, right] = [dot(forward, w).item(), dot(backward, v).item()];
  const scale = sizeOfTerms(forward, w) + sizeOfTerms(backward, v);
  return Math.abs(left - right) <= 1e-9 * (1 + scale) ? null : `w·Jv = ${left}, Jᵀw·v = ${right}, terms ${scale}`;
};

/** jvp is the limit of differences. Where two steps give different quotients there is a kink nearby. */
export const jvpIsDifference: Law = (draw, wrap) => {
  const { f, inputs } = smooth(draw);
  const results = f(...inputs);
  if (inputs.length === 0 || results.length === 0) return nothing;
  const v = random(draw, inputs);
  const w = random(draw, results);
  const at = (step: number): number => dot(f(...inputs.map((x, i) => x.add(v[i].mul(step)))), w).item();
  const quotient = (h: number) => (at(h) - at(-h)) / (2 * h);
  const oneSided = (at(1e-6) - at(0)) / 1e-6;
  const [rough, fine] = [quotient(2e-6), quotient(1e-6)];
  const tangent = wrap((...all: Tensor[]) => jvp(f, all, v).tangent)(...inputs);
  const slope = dot(tangent, w).item();
  const scale = 1 + Math.abs(fine) + sizeOfTerms(tangent, w);
  const isKink = ![rough - fine, oneSided - fine].every((difference) => Math.abs(difference) <= 1e-4 * scale);
  if (isKink || isWild([...results, ...tangent])) return nothing;
  return Math.abs(slope - fine) <= 1e-4 * scale ? null : `jvp ${slope}, differences ${fine}`;
};

function sameValues(a: Tensor, b: Tensor): string | null {
  if (!sameShape(a.shape, b.shape) || a.dtype !== b.dtype)
    return `${a.dtype}[${a.shape}] instead of ${b.dtype}[${b.shape}]`;
  const largest = Math.max(1, ...[...b.data].map(Math.abs));
  const at = [...b.data].findIndex((y, i) => !(Math.abs(a.data[i] - y) <= 1e-9 * largest));
  return at < 0 ? null : `${a.data[at]} instead of ${b.data[at]} at ${at}`;
}

const sameLists = (a: readonly Tensor[], b: readonly Tensor[]): string | null =>
  a.map((x, i) => sameValues(x, b[i])).find((complaint) => complaint !== null) ?? null;

/** Compositions of three transformations give what loops over their parts give. */
export const compositions: Law = (draw, wrap) => {
  const { f, inputs } = smooth(draw);
  const results = f(...inputs);
  if (inputs.length === 0 || results.length === 0) return nothing;
  const { batch, dims, examples } = batchOf(draw, inputs.map(arrayOf), 2);
  const [v, w] = [random(draw, inputs), random(draw, results)];
  const loss = (all: Tensor[]) => dot(f(...all), w);
  const each = examples.map((example) => example.map(tensorOf));
  const gradients = each.map((example) => grad(loss)(example));
  const products = each.map((example) => jvp((...all: Tensor[]) => grad(loss)(all), example, v).tangent);
  const tangents = each.map((example) => jvp(f, example, v).tangent);
  if (isWild([...results, ...gradients.flat(), ...products.flat(), ...tangents.flat()])) return nothing;
  const options = { inDims: dims, randomness: "same" } as const;
  const stacked = (lists: readonly Tensor[][]) => inputs.map((_, at) => stack(lists.map((list) => list[at])));
  const perSample = wrap(vmap((...all: Tensor[]) => grad(loss)(all), options))(...batch);
  const forwardOver = wrap(
    vmap((...all: Tensor[]) => jvp((...own: Tensor[]) => grad(loss)(own), all, v).tangent, options),
  )(...batch);
  // grad of the inner product of a gradient with v is the same product
  const backwardOver = wrap(vmap((...all: Tensor[]) => grad((own: Tensor[]) => dot(grad(loss)(own), v))(all), options))(
    ...batch,
  );
  const mixed = wrap(vmap((...all: Tensor[]) => grad((own: Tensor[]) => dot(jvp(f, own, v).tangent, w))(all), options))(
    ...batch,
  );
  // The gradient of a sum over a batch
  const whole = wrap((all: Tensor[]) =>
    grad((own: Tensor[]) => vmap((...one: Tensor[]) => loss(one), options)(...own).sum())(all),
  )(batch);
  const summed = inputs.map((_, at) => {
    const own = gradients.map((list) => list[at]);
    const dim = dims[at];
    return dim === null ? own[0].add(own[1]) : stack(own, dim);
  });
  const complaints: readonly (readonly [string, string | null])[] = [
    ["vmap(grad)", sameLists(perSample, stacked(gradients))],
    ["vmap(jvp(grad))", sameLists(forwardOver, stacked(products))],
    ["vmap(grad(grad))", sameLists(backwardOver, stacked(products))],
    ["vmap(grad(jvp))", sameLists(mixed, stacked(products))],
    [`grad(vmap) ${dims}`, sameLists(whole, summed)],
  ];
  const wrong = complaints.find(([, complaint]) => complaint !== null);
  return wrong === undefined ? null : wrong.join(": ");
};

/** Both Jacobians of a program are equal, and the Hessian of a sum of its results is symmetric, in one of its inputs. */
export const matrices: Law = (draw, wrap) => {
  const { f, inputs } = smooth(draw);
  const at = inputs.findIndex(({ size }) => size <= 12);
  const results = f(...inputs);
  if (at < 0 || results.length === 0) return nothing;
  const [y] = results;
  const of = (x: Tensor): readonly Tensor[] => f(...inputs.with(at, x));
  const first = (x: Tensor) => of(x)[0];
  const w = random(draw, results);
  const x = inputs[at];
  const second = wrap(hessian((x: Tensor) => dot(of(x), w)))(x).reshape([x.size, x.size]);
  const [columns, rows] =
    y.size > 60 ? [y, y] : [wrap(jacobian(first, { mode: "forward" }))(x), wrap(jacobian(first))(x)];
  // Where a derivative is infinite, 0 · ∞ may be on one way and not on the other.
  if (isWild([...results, rows, columns, second])) return nothing;
  return sameValues(columns, rows) ?? sameValues(second, second.transpose());
};

/** A checkpointed program, in two parts one in the other, has the values and derivatives of the program, also in a batch. */
export const checkpointIsFunction: Law = (draw, wrap) => {
  const { f, inputs } = smooth(draw);
  const results = f(...inputs);
  if (inputs.length === 0 || results.length === 0) return nothing;
  const { batch, dims, examples } = batchOf(draw, inputs.map(arrayOf), 2);
  const [v, w] = [random(draw, inputs), random(draw, results)];
  const inner = checkpoint(f);
  const kept = checkpoint((...all: Tensor[]) => inner(...all).map((y) => y.mul(y)));
  const plain = (...all: Tensor[]) => f(...all).map((y) => y.mul(y));
  const ways = (g: Program) => {
    const first = (all: Tensor[]) => grad((own: Tensor[]) => dot(g(...own), w))(all);
    return {
      values: (all: Tensor[]) => g(...all),
      first,
      second: (all: Tensor[]) => grad((own: Tensor[]) => dot(first(own), v))(all),
      forward: (all: Tensor[]) => jvp((...own: Tensor[]) => first(own), all, v).tangent,
    };
  };
  const [a, b] = [ways(kept), ways(plain)];
  const all = {
    values: b.values(inputs),
    first: b.first(inputs),
    second: b.second(inputs),
    forward: b.forward(inputs),
  };
  if (isWild(Object.values(all).flat())) return nothing;
  for (const [name, expected] of Object.entries(all)) {
    const complaint = sameLists(wrap(a[name as keyof typeof a])(inputs), expected);
    if (complaint !== null) return `${name}: ${complaint}`;
  }
  const each = examples.map((example) => b.first(example.map(tensorOf)));
  if (isWild(each.flat())) return nothing;
  const batched = wrap(vmap((...own: Tensor[]) => a.first(own), { inDims: dims, randomness: "same" }))(...batch);
  return sameLists(
    batched,
    inputs.map((_, at) => stack(each.map((list) => list[at]))),
  );
};

export const laws = {
  vmapIsLoop,
  vmapNests,
  jvpIsTransposed,
  jvpIsDifference,
  compositions,
  matrices,
  checkpointIsFunction,
};
