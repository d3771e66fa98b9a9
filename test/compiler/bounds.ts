// Error bounds for other executors: the reference's value of each element with a radius around it. Radius 0 means that the number, NaN or
// infinity must be equal. An infinite radius means that rounding decides the result, so that any value is accepted: which of two nearly
// equal numbers is larger, to which integer a number is rounded, whether a result overflows. The method is forward error analysis: the
// error that the inputs' errors cause, plus the error of the op itself. The latter is some units of the last place for elementwise ops (a
// product may reach a sum unrounded, by fused multiply-add) and c · √K · ε · Σ|terms| for sums.
import { type Graph, isInput, type Node } from "../../src/compiler/graph.ts";
import { unroll } from "../../src/compiler/loops/unroll.ts";
import { allocate, isFloating, type NDArray } from "../../src/tensor/dtype.ts";
import { forEachLine } from "../../src/tensor/op.ts";
import { elementwise } from "../../src/tensor/ops/elementwise.ts";
import { movements } from "../../src/tensor/ops/movement.ts";
import { sources } from "../../src/tensor/ops/sources.ts";
import { forAll, type OpName, opOf } from "../../src/tensor/ops.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { elementwiseRadius } from "./bounds-elementwise.ts";
import { type Bounded, type Rounding, replay, roundings, type Step } from "./bounds-step.ts";

type Radius<N extends OpName = OpName> = (step: Step<N>) => Float64Array;

/** The c of c · √K · ε · Σ|terms|; for K ≤ c² the bound is at least K · ε · Σ|terms|, the worst case. */
const sumFactor = 4;

const all = (y: NDArray, radius: number): Float64Array => new Float64Array(y.data.length).fill(radius);
const isCertain = ({ radius }: Bounded): boolean => radius.every((r) => r === 0);
const finite = ({ data }: NDArray): Float64Array =>
  Float64Array.from(data, (x) => (Number.isFinite(x) ? Math.abs(x) : 0));

/** Sources: exact if their inputs are exact. */
const source: Radius = ({ y, inputs }) => all(y, inputs.every(isCertain) ? 0 : Infinity);

/** Movement ops move the radii with the elements; elements that they add, as padding does, are exact. */
const movedRadius: Radius = (step) =>
  replay(
    { ...step, attributes: "value" in step.attributes ? { ...step.attributes, value: 0 } : step.attributes },
    step.inputs.map(({ radius }) => radius),
  );

const gathered: Radius = (step) => {
  const [x, index] = step.inputs;
  const radius = replay(step, [x.radius, null]);
  return radius.map((r, i) => (index.radius[i] === 0 ? r : Infinity));
};

interface Terms {
  /** For each sum: the number of terms, Σ|term| over the finite ones, and the sum of their errors. */
  readonly count: Float64Array;
  readonly size: Float64Array;
  readonly off: Float64Array;
  /** Whether all terms are integers: as long as they are small, their sum is exact. */
  readonly areWhole: boolean;
}

function ofSum({ y }: Step, { count, size, off, areWhole }: Terms): Float64Array {
  const { epsilon, tiny, max }: Rounding = roundings[y.dtype];
  return off.map((r, i) => {
    if (!isFloating(y.dtype)) return r === 0 ? 0 : Infinity;
    if (!Number.isFinite(r) || size[i] > 0.9 * max || (r > 0 && !Number.isFinite(y.data[i]))) return Infinity;
    const isExact = r === 0 && (count[i] <= 1 || (areWhole && size[i] < 1 / epsilon));
    if (isExact || !Number.isFinite(y.data[i])) return 0;
    return r + sumFactor * Math.sqrt(count[i]) * (epsilon * (size[i] + r) + tiny);
  });
}

const ones = ({ data }: NDArray): Float64Array => new Float64Array(data.length).fill(1);
const isWhole = ({ data }: NDArray): boolean => data.every((x) => Number.isInteger(x));

/** The bound of sums of elements of the first input. */
const added: Radius = (step) => {
  const [x, ...others] = step.inputs;
  if (!others.every(isCertain)) return all(step.y, Infinity);
  const [count, size, off] = [ones(x), finite(x), x.radius].map((data) => replay(step, [data, null]));
  return ofSum(step, { count, size, off, areWhole: isWhole(x) });
};

/** The bound of sums of products: the error of a · b is |a| · rb + ra · |b| + ra · rb. */
const multiplied: Radius = (step) => {
  const [a, b] = step.inputs;
  const [sizeA, sizeB] = [finite(a), finite(b)];
  const parts = [
    [sizeA, b.radius],
    [a.radius, sizeB],
    [a.radius, b.radius],
  ].map((pair) => (isCertain(a) && isCertain(b) ? null : replay(step, pair)));
  const off = all(step.y, 0).map((_, i) => parts.reduce((sum, part) => sum + (part?.[i] ?? 0), 0));
  return ofSum(step, {
    count: replay(step, [ones(a), ones(b)]),
    size: replay(step, [sizeA, sizeB]),
    off,
    areWhole: isWhole(a) && isWhole(b),
  });
};

/** Outside of an image the input is 0, and executors may or may not compute 0 · ∞ there. */
const convolved: Radius = (step) =>
  step.inputs.every(({ data }) => data.every(Number.isFinite)) ? multiplied(step) : all(step.y, Infinity);

/** Positions of the k largest elements, or of the largest: certain where each of these is certainly larger than all elements ranked below. */
const ranked: Radius<"argmax" | "topk"> = ({ y, inputs: [x], attributes: { dim } }) => {
  const lines: boolean[] = [];
  forEachLine(x, dim, (start, stride, line) => {
    const at = (place: number) => start + place * stride;
    const places = Array.from({ length: x.shape[dim] }, (_, i) => i);
    const isSure = places.every((place) => x.radius[at(place)] === 0);
    lines[line] =
      isSure ||
      chosen(line).every((best, rank, first) => {
        const rest = places.filter((place) => !first.slice(0, rank + 1).includes(place));
        return rest.every((place) => isAbove(x, at(best), at(place)));
      });
  });
  function chosen(line: number): number[] {
    const inner = y.shape.slice(dim + 1).reduce((product, n) => product * n, 1);
    const k = y.shape[dim];
    const from = Math.floor(line / inner) * k * inner + (line % inner);
    return Array.from({ length: k }, (_, rank) => y.data[from + rank * inner]);
  }
  const radius = all(y, 0);
  forEachLine(y, dim, (start, stride, line) => {
    for (let i = 0; i < y.shape[dim]; i++) radius[start + i * stride] = lines[line] ? 0 : Infinity;
  });
  return radius;
};

const isAbove = ({ data, radius }: Bounded, i: number, j: number): boolean =>
  (Number.isNaN(data[i]) && radius[i] === 0 && radius[j] === 0) || data[i] - radius[i] > data[j] + radius[j];

const radii: { readonly [N in OpName]: Radius<N> } = {
  ...forAll(sources, source),
  ...forAll(elementwise, elementwiseRadius),
  ...forAll(movements, movedRadius),
  fold: added,
  sum: added,
  max: movedRadius,
  argmax: ranked,
  topk: ranked,
  cumsum: added,
  barrier: (step) => step.inputs[0].radius,
  gather: gathered,
  scatterAdd: added,
  matmul: multiplied,
  conv: convolved,
  scan: () => {
    throw new Error("internal: loops are unrolled before their bounds are computed");
  },
};

const radiusOf = <N extends OpName>(step: Step<N>): Float64Array => radii[step.op](step);

const exactly = (value: NDArray): Bounded => ({ ...value, radius: all(value, 0) });

export interface BoundedValues {
  readonly results: readonly Bounded[];
  readonly states: readonly Bounded[];
}

/** The further error at each element of a node: that of an executor that computes it in another way than chainrule's own. */
export type Widening = (n: Node, y: NDArray, inputs: readonly Bounded[]) => (i: number) => number;

const none: Widening = () => () => 0;

/** Each node's value and radius. */
function boundAll(
  graph: Graph,
  args: readonly NDArray[],
  states: readonly NDArray[],
  widening: Widening,
): Map<Node, Bounded> {
  const bounds = new Map<Node, Bounded>();
  for (const n of graph.nodes) {
    if (isInput(n)) {
      bounds.set(n, exactly((n.op === "argument" ? args : states)[n.attributes.index]));
      continue;
    }
    const { op, attributes, shape, dtype } = n;
    const y: NDArray = { shape, dtype, data: allocate(dtype, sizeOf(shape)) };
    const inputs = n.inputs.map((x) => boundOf(bounds, x));
    opOf(op).evaluate(y, inputs, attributes);
    // NaN comes from a radius of ∞ times a factor of 0.
    const further = widening(n, y, inputs);
    const radius = radiusOf({ op, attributes, y, inputs }).map((r, i) => (Number.isNaN(r) ? Infinity : r + further(i)));
    bounds.set(n, { ...y, radius });
  }
  return bounds;
}

function boundOf(bounds: ReadonlyMap<Node, Bounded>, n: Node): Bounded {
  const value = bounds.get(n);
  if (value === undefined) throw new Error(`internal: ${n.op} is read before it is computed`);
  return value;
}

/** A graph's results and new states, each with its error bounds. */
export function bound(
  looped: Graph,
  args: readonly NDArray[],
  states: readonly NDArray[],
  widening: Widening = none,
): BoundedValues {
  const graph = unroll(looped);
  const bounds = boundAll(graph, args, states, widening);
  const after = states.map(exactly);
  for (const { state, value } of graph.updates) after[state.attributes.index] = boundOf(bounds, value);
  return { results: graph.results.map((n) => boundOf(bounds, n)), states: after };
}
