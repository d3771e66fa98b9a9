// Compares XLA with the reference on random graphs. XLA on CPUs takes subnormal numbers for 0, so the trials have none, and results may be off
// by the smallest normal number. XLA also rewrites arithmetic, which rounds in other places then.
import type { Graph, Node } from "../../src/compiler/graph.ts";
import { isFloating, type NDArray } from "../../src/tensor/dtype.ts";
import { disagreements } from "../../test/compiler/agree.ts";
import { bound, type Widening } from "../../test/compiler/bounds.ts";
import { type Executor, type Failure, tell } from "../../test/compiler/fuzz.ts";
import { randomGraph } from "../../test/compiler/random-graph.ts";
import type { Trial } from "../../test/compiler/random-growth.ts";
import { shrink } from "../../test/compiler/shrink.ts";
import { Draw } from "../../test/tensor/draw.ts";

const smallestNormal = { float32: 2 ** -126, float64: 2 ** -1022 } as const;

export function withoutSubnormals(value: NDArray): NDArray {
  const { dtype, data } = value;
  if (!isFloating(dtype)) return value;
  return { ...value, data: data.map((x) => (Math.abs(x) < smallestNormal[dtype] ? 0 : x)) };
}

/** Ops that XLA rewrites together with one that they read: a / (b / c) becomes a · c / b, and (a + 1) + 2 becomes a + 3. */
const arithmetic: ReadonlySet<Node["op"]> = new Set(["add", "sub", "mul", "div", "neg", "sqrt", "pow", "exp", "log"]);

/** XLA's own functions are less exact than chainrule's: measured, up to 5 units in the last place in float32 and 8 in float64. */
const functions: ReadonlySet<Node["op"]> = new Set(["expm1", "log1p", "erf", "tanh", "sigmoid", "pow"]);

/**
 * Rewritten arithmetic rounds in other places: by some units in the last place of the result, and of what a sum adds. This holds for the last
 * op of those that are rewritten together, and for those before it, whose results may not be rounded at all.
 */
function roundingsOf({ nodes }: Graph): Widening {
  const readByArithmetic = new Set(nodes.filter(({ op }) => arithmetic.has(op)).flatMap(({ inputs }) => inputs));
  const isRewritten = (n: Node): boolean =>
    arithmetic.has(n.op) && (readByArithmetic.has(n) || n.inputs.some(({ op }) => arithmetic.has(op)));
  return (n, y, inputs) => {
    const { dtype, data } = y;
    if (!isFloating(dtype)) return () => 0;
    // log(exp(x)) becomes x, also where exp(x) overflows.
    if (n.op === "log" && n.inputs[0].op === "exp") return () => Infinity;
    const epsilon = dtype === "float32" ? 2 ** -23 : 2 ** -52;
    // A quotient by a number that was expanded becomes a product.
    const units = functions.has(n.op) ? 8 : n.op === "div" || isRewritten(n) ? 4 : 0;
    const own = (i: number) => {
      const terms = n.op === "add" || n.op === "sub" ? inputs.map((x) => Math.abs(x.data[i])) : [];
      const size = Math.abs(data[i]) + terms.reduce((sum, term) => sum + term, 0);
      return Number.isFinite(size) ? units * epsilon * size : 0;
    };
    const smallest = smallestNormal[dtype];
    const flushed = (i: number) => (data[i] !== 0 && Math.abs(data[i]) < 64 * smallest ? smallest : 0);
    return (i) => flushed(i) + own(i);
  };
}

/** What differs from the reference, in words; null if nothing does. */
export function complaintAbout(run: Executor, { graph, args, states }: Trial): string | null {
  try {
    return disagreements(bound(graph, args, states, roundingsOf(graph)), run(graph, args, states));
  } catch (error) {
    return `it throws: ${error instanceof Error ? error.message : error}`;
  }
}

/** Tries `count` graphs from the seed on; tells of each that differs, after shrinking it. */
export function fuzz(run: Executor, seed: number, count: number, onFailure: (text: string) => void): void {
  for (let one = seed; one < seed + count; one++) {
    const drawn = randomGraph(new Draw(one));
    const whole = { ...drawn, args: drawn.args.map(withoutSubnormals), states: drawn.states.map(withoutSubnormals) };
    if (complaintAbout(run, whole) === null) continue;
    const trial = shrink(whole, (candidate) => complaintAbout(run, candidate) !== null, 300);
    const failure: Failure = { seed: one, trial, complaint: complaintAbout(run, trial) ?? "it does not fail any more" };
    onFailure(tell(failure));
  }
}
