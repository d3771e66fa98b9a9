// A loop in a trace, and its gradient. The gradient of a loop is a loop that goes the other way:
//
//   forward    c', y = f(c, x, w)       for each element x of xs, from the carry c
//   backward   dc, dx, dw' = g(dc', dy, c, x, w),   dw += dw'       for each element of dys, of the carries before each step, and of xs
//
// where g is the vector-Jacobian product of f, traced from the histories of f's results. So g computes the values of f again from the carry
// before the step; simplification (keep.ts) keeps them from the forward loop instead. g can be differentiated like f.
import { type CallHistory, gradientsOf, outputOf, sourceOf, unchanged, type Versions } from "../../tensor/autograd.ts";
import { full } from "../../tensor/create.ts";
import { isFloating, type Type } from "../../tensor/dtype.ts";
import { isRecording } from "../../tensor/mode.ts";
import { applyAny, Tensor } from "../../tensor/tensor.ts";
import { type LoopCall, type LoopResult, type Tracer, withTracer } from "../../tensor/tracing.ts";
import type { Node } from "../graph.ts";
import { Body } from "./body.ts";
import { bodyGraph } from "./body-graph.ts";
import { BodyTrace, type StandIn } from "./body-trace.ts";

/** A tensor around the loop, and what stands for it, or for an element of it, in the step. */
interface Bound {
  readonly from: Tensor;
  readonly inside: StandIn;
}

interface Carry extends Bound {
  /** The tensor of the step that is the next carry. */
  readonly next: Tensor;
}

/** A loop whose step was traced. */
interface Traced {
  readonly trace: BodyTrace;
  readonly length: number;
  readonly reverse: boolean;
  readonly carries: readonly Carry[];
  readonly xs: readonly Bound[];
  readonly ys: readonly Tensor[];
  /** The tensors from outside that the step assigned, with their nodes before and after it: they are carries as well. */
  readonly assigned: readonly { readonly tensor: Tensor; readonly before: Node; readonly after: Node }[];
}

const zeros = ({ shape, dtype }: Type): Tensor => full(shape, 0, { dtype });

/** Traces the step of a loop, and records the loop in the trace around it. */
export function traceLoop(outer: Tracer, { init, xs, length, reverse, step }: LoopCall): LoopResult {
  const trace = new BodyTrace(outer, traceLoop);
  const carried = init.map((from): Bound => ({ from, inside: trace.standIn(from) }));
  const taken = xs.map((from): Bound => {
    const [, ...shape] = from.shape;
    return { from, inside: trace.standIn({ shape, dtype: from.dtype }) };
  });
  try {
    const after = withTracer(trace, () =>
      step(
        carried.map(({ inside }) => inside.tensor),
        taken.map(({ inside }) => inside.tensor),
      ),
    );
    const carries = carried.map((bound, i): Carry => ({ ...bound, next: after.carry[i] }));
    // The nodes are asked for before the step ends, since they capture what the step returns from outside.
    for (const tensor of [...after.carry, ...after.y]) trace.nodeOf(tensor);
    const loop: Traced = { trace, length, reverse, carries, xs: taken, ys: after.y, assigned: trace.finish() };
    const { finals, stacked } = record(outer, loop);
    loop.assigned.forEach(({ tensor }, i) => {
      tensor.assign(finals[carries.length + i]);
    });
    return { carry: finals.slice(0, carries.length), ys: stacked };
  } finally {
    trace.restore();
  }
}

interface Recorded {
  /** The carries after the loop, those of assigned tensors last. */
  readonly finals: readonly Tensor[];
  readonly stacked: readonly Tensor[];
}

/** Records a loop: one node for each result. */
function record(outer: Tracer, loop: Traced): Recorded {
  const { trace, carries, assigned, xs, ys } = loop;
  const states = [
    ...carries.map(({ inside, next }) => ({ before: inside.node, after: trace.nodeOf(next) })),
    ...assigned,
  ];
  // What a step of the forward loop assigned is captured as well; it has a role already, here and in the backward loop.
  const given = new Set([...states.map(({ before }) => before), ...xs.map(({ inside }) => inside.node)]);
  const captured = [...trace.captured].filter(([, captive]) => !given.has(captive));
  const from = [
    ...carries.map((carry) => carry.from),
    ...assigned.map(({ tensor }) => tensor),
    ...xs.map((x) => x.from),
    ...captured.map(([tensor]) => tensor),
  ];
  const isDifferentiable = isRecording() && from.some((tensor) => isFloating(tensor.dtype) && tensor.requiresGrad);
  const results = ys.map((y) => trace.nodeOf(y));
  if (isDifferentiable) results.push(...states.map(({ before }) => before));
  const graph = bodyGraph({
    taken: xs.map(({ inside }) => inside.node),
    whole: captured.map(([, captive]) => captive),
    states,
    results,
  });
  const body = new Body({ graph, taken: xs.length, length: loop.length, reverse: loop.reverse });
  const outputs: Tensor[] = [];
  const history = isDifferentiable ? historyOf(outer, loop, from, outputs) : null;
  body.outputs.forEach((type, output) => {
    const storage = outer.run({ name: "scan", inputs: from, attributes: { body, output }, ...type });
    outputs.push(new Tensor(storage, type, history && isFloating(type.dtype) ? outputOf(history, output) : null));
  });
  return {
    finals: outputs.slice(0, states.length),
    stacked: outputs.slice(states.length, states.length + ys.length),
  };
}

/** The history of a loop's results; `outputs` has them when a gradient arrives. */
function historyOf(outer: Tracer, loop: Traced, from: readonly Tensor[], outputs: readonly Tensor[]): CallHistory {
  const inputs = from.map(sourceOf);
  return {
    kind: "call",
    name: "scan",
    inputs,
    gradients: (arrived, wanted, versionOf) => {
      // The carries before the steps are results of the loop, so that the carries before the loop may have changed.
      for (const source of inputs.slice(loop.carries.length + loop.assigned.length))
        unchanged(source, "scan", versionOf);
      return withTracer(outer, () => pullBack(outer, loop, { from, outputs, arrived, wanted, versionOf }));
    },
  };
}

interface Arrival {
  readonly from: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly arrived: ReadonlyMap<number, Tensor>;
  readonly wanted: readonly boolean[];
  readonly versionOf: Versions;
}

/** Records the backward loop, and returns the gradients of the inputs. */
function pullBack(outer: Tracer, loop: Traced, arrival: Arrival): (Tensor | null)[] {
  const { trace, carries, assigned, xs, ys, length } = loop;
  const { from, outputs, wanted } = arrival;
  const states = carries.length + assigned.length;
  const first = states + xs.length;
  const { parts, sums, ends, dys } = stepBack(outer, loop, arrival);
  const befores = outputs.slice(states + ys.length);
  const again = [
    ...carries.map(({ inside }, i): Bound => ({ from: befores[i], inside })),
    ...assigned.map(
      ({ tensor, before }, i): Bound => ({
        from: befores[carries.length + i],
        inside: { node: before, tensor },
      }),
    ),
    ...xs,
    ...dys,
  ];
  const { finals, stacked } = record(outer, {
    trace,
    length,
    reverse: !loop.reverse,
    carries: [...parts.map(({ carry }) => carry), ...sums.map(({ carry }) => carry)],
    xs: again,
    ys: ends.map(({ gradient }) => gradient),
    assigned: [],
  });
  const gradients = new Map<number, Tensor>([
    ...parts.map(({ i }, place) => [i, finals[place]] as const),
    ...ends.map(({ i }, place) => [states + i, stacked[place]] as const),
    ...sums.map(({ tensor }, place) => [from.indexOf(tensor, first), finals[parts.length + place]] as const),
  ]);
  return from.map((_, i) => (wanted[i] ? (gradients.get(i) ?? null) : null));
}

interface StepBack {
  /** The gradients of the carries, by the index of the carry. */
  readonly parts: readonly { readonly i: number; readonly carry: Carry }[];
  /** The gradients of what is read from outside, which are added up. */
  readonly sums: readonly { readonly tensor: Tensor; readonly carry: Carry }[];
  /** The gradients of what is taken, by its index. */
  readonly ends: readonly { readonly i: number; readonly gradient: Tensor }[];
  /** The gradients of the stacked results. */
  readonly dys: readonly Bound[];
}

/** Traces the step of the backward loop. */
function stepBack(outer: Tracer, loop: Traced, { from, arrived, wanted }: Arrival): StepBack {
  const { trace, carries, assigned, xs, ys } = loop;
  const states = carries.length + assigned.length;
  const first = states + xs.length;
  const roots = new Roots();
  const floating = [...carries.entries()].filter(([, { inside }]) => isFloating(inside.tensor.dtype));
  const dcarries = floating.map(([i, { from: init, inside, next }]) => {
    const d = trace.standIn(inside.tensor);
    roots.add(next, d.tensor);
    return { i, from: arrived.get(i) ?? zeros(init), inside: d };
  });
  // The carries of assigned tensors stand behind those of the user, and no gradient arrives there.
  const dys = [...ys, ...carries.map(({ inside }) => inside.tensor)].flatMap((y, i): Bound[] => {
    const dy = arrived.get(states + i);
    if (dy === undefined) return [];
    const inside = trace.standIn(y);
    roots.add(y, inside.tensor);
    return [{ from: dy, inside }];
  });
  const captured = from.slice(first).filter(({ dtype, requiresGrad }) => isFloating(dtype) && requiresGrad);
  const inside = [...carries, ...xs].map((bound) => bound.inside.tensor).filter(({ dtype }) => isFloating(dtype));
  return withTracer(trace, () => {
    const gradients = roots.gradients([...inside, ...captured], trace);
    const parts = dcarries.map(({ i, ...d }) => {
      const next = gradients.get(carries[i].inside.tensor) ?? zeros(d.inside.tensor);
      return { i, carry: { ...d, next } };
    });
    const sums = captured.flatMap((tensor) => {
      const gradient = gradients.get(tensor);
      if (gradient === undefined || !wanted[from.indexOf(tensor, first)]) return [];
      const sum = trace.standIn(gradient);
      const start = withTracer(outer, () => zeros(tensor));
      return [{ tensor, carry: { from: start, inside: sum, next: sum.tensor.add(gradient) } }];
    });
    const ends = xs.flatMap((x, i) => {
      const gradient = gradients.get(x.inside.tensor);
      return gradient === undefined || !wanted[states + i] ? [] : [{ i, gradient }];
    });
    return { parts, sums, ends, dys };
  });
}

/** The results of a step at which gradients arrive. */
class Roots {
  readonly #roots: Tensor[] = [];
  readonly #weights: Tensor[] = [];

  add(root: Tensor, weight: Tensor): void {
    this.#roots.push(root);
    this.#weights.push(weight);
  }

  /** The gradients of the targets that the roots depend on. */
  gradients(targets: readonly Tensor[], trace: BodyTrace): ReadonlyMap<Tensor, Tensor> {
    const versionOf = (tensor: Tensor) => trace.versionOf(tensor);
    const gradients = gradientsOf(this.#roots, targets, this.#weights, applyAny, { versionOf });
    return new Map(targets.flatMap((target, i) => (gradients[i] === null ? [] : [[target, gradients[i]] as const])));
  }
}
