// Derivatives as functions, and their check against finite differences.
import { ChainruleError } from "../errors/error.ts";
import { checkTensor, checkTensors, shown, takes } from "./arguments.ts";
import { gradientsOf, plainTape, type Tape } from "./autograd.ts";
import { full, ones, tensor } from "./create.ts";
import { describe, isFloating } from "./dtype.ts";
import { isTransforming } from "./levels.ts";
import { isRecording, noGrad, withRecording } from "./mode.ts";
import { checkOptions, type OptionNames } from "./options.ts";
import { TapeLevel } from "./tape.ts";
import { apply, applyAny, type Tensor } from "./tensor.ts";
import { mapTensors, tensorsIn } from "./tree.ts";

/**
 * The tensor that f gets in place of an argument, so that only operations of f are differentiated: a new leaf, or, if the derivative may be
 * differentiated again, a result that has the argument as its input.
 */
function standIn(x: Tensor): Tensor {
  if (isRecording() && x.requiresGrad) return apply("reshape", [x], { shape: x.shape });
  const leaf = x.detach();
  leaf.requiresGrad = true;
  return leaf;
}

/** What records a function's operations, so that their gradients can be computed. */
export interface Recorder {
  /** The tensor that the function gets in place of an argument. */
  standIn(x: Tensor): Tensor;
  run<T>(body: () => T): T;
  readonly tape: Tape;
}

/** A tape of its own inside another transformation; outside, tensors record operations anyway. */
export function recorderFor(call: string): Recorder {
  if (!isTransforming()) return { standIn, run: (body) => withRecording(true, body), tape: plainTape };
  const level = new TapeLevel(call);
  return { standIn: (x) => level.leafFor(x), run: (body) => level.record(body), tape: level };
}

/** The value of f(...args) and its gradients with respect to all tensors in the first `count` arguments, in their places. */
function differentiate(
  call: string,
  f: (...args: unknown[]) => Tensor,
  args: readonly unknown[],
  count: number,
): { value: Tensor; grads: unknown[] } {
  checkDifferentiable(call, args);
  const { standIn, run, tape } = recorderFor(call);
  const targets: Tensor[] = [];
  const standIns = args.slice(0, count).map((arg) =>
    mapTensors(call, arg, (x) => {
      const target = isFloating(x.dtype) ? standIn(x) : x;
      targets.push(target);
      return target;
    }),
  );
  const value = run(() => f(...standIns, ...args.slice(count)));
  checkTensor(call, "the result of the function", value);
  if (value.size !== 1)
    throw new ChainruleError(
      "shape",
      call,
      `the function returned ${describe(value)}, not a scalar; reduce it with sum() or mean()`,
    );
  const gradients = tape.sourceOf(value).requiresGrad
    ? gradientsOf([value], targets, [ones(value.shape, { dtype: value.dtype })], applyAny, { tape })
    : [];
  const all = targets.map(
    (x, i) => gradients[i] ?? full(x.shape, 0, { dtype: isFloating(x.dtype) ? x.dtype : "float32" }),
  );
  let next = 0;
  const grads = args.slice(0, count).map((arg) => mapTensors(call, arg, () => all[next++]));
  return { value: tape === plainTape ? withoutHistory(value, targets) : tape.below(value), grads };
}

/** The value without its history, unless an outer derivative flows through it. */
function withoutHistory(value: Tensor, targets: readonly Tensor[]): Tensor {
  return isRecording() && targets.some(({ history }) => history !== null) ? value : value.detach();
}

/** Throws unless the first argument is floating, or has floating tensors in it. */
function checkDifferentiable(call: string, args: readonly unknown[]): void {
  if (args.length === 0) return;
  const tensors = tensorsIn(call, args[0]);
  if (tensors.some(({ dtype }) => isFloating(dtype))) return;
  const what = tensors.length === 0 ? shown(args[0]) : describe(tensors[0]);
  throw new ChainruleError("gradient", call, `${what} has no gradient, only float32 and float64 have`);
}

/**
 * Returns the derivative of f as a function: grad(f)(x, ...) is df/dx for the first argument of f, a tensor of the shape of x; the result of
 * f must be a scalar. If the first argument is a list, an object or a Map of tensors, such as the parameters of functional(), the derivative
 * has the same structure. It can be differentiated again: grad((x) => grad(f)(x).sum()). The .grad of the tensors does not change.
 */
export function grad<A extends [Tensor, ...Tensor[]]>(f: (...args: A) => Tensor): (...args: A) => Tensor;
export function grad<A extends [object, ...unknown[]]>(f: (...args: A) => Tensor): (...args: A) => A[0];
export function grad(f: (...args: unknown[]) => Tensor): (...args: unknown[]) => unknown {
  takes("grad", arguments.length, 1);
  return (...args) => differentiate("grad", f, args, 1).grads[0];
}

/**
 * Returns a function that computes the value of f, a scalar, and its derivatives with respect to all arguments, each with the structure of
 * its argument: a tensor, or a list, an object or a Map of tensors. The derivative is zeros for integer arguments and for those that f does
 * not use.
 */
export function valueAndGrad<A extends Tensor[]>(
  f: (...args: A) => Tensor,
): (...args: A) => { value: Tensor; grads: Tensor[] };
export function valueAndGrad<A extends object[]>(
  f: (...args: A) => Tensor,
): (...args: A) => { value: Tensor; grads: { -readonly [Place in keyof A]: A[Place] } };
export function valueAndGrad(
  f: (...args: unknown[]) => Tensor,
): (...args: unknown[]) => { value: Tensor; grads: unknown[] } {
  takes("valueAndGrad", arguments.length, 1);
  return (...args) => differentiate("valueAndGrad", f, args, args.length);
}

/** The options of checkGradients. */
export interface GradientCheckOptions {
  /** The step of the central differences; 1e-5 if left out. */
  readonly h?: number | undefined;
  /** The largest error that is accepted; 1e-6 if left out. */
  readonly tolerance?: number | undefined;
}

/** The result of checkGradients. */
export interface GradientCheck {
  /** Whether all errors are within the tolerance. */
  readonly ok: boolean;
  /** The largest |analytic - numeric| / max(1, |analytic|, |numeric|). */
  readonly worst: number;
}

const checkNames: OptionNames<GradientCheckOptions> = { h: true, tolerance: true };

/**
 * Compares the gradients of backward with central differences, (f(x + h) - f(x - h)) / 2h, element by element, in float64. If the result of
 * f is no scalar, its elements are summed with unequal weights. `worst` is the largest |analytic - numeric| / max(1, |analytic|, |numeric|).
 */
export function checkGradients(
  f: (...args: Tensor[]) => Tensor,
  args: readonly Tensor[],
  options: GradientCheckOptions = {},
): GradientCheck {
  takes("checkGradients", arguments.length, 3);
  checkTensors("checkGradients", "args", args);
  checkOptions("checkGradients", options, checkNames);
  const { h = 1e-5, tolerance = 1e-6 } = options;
  const inputs = args.map((x) => (isFloating(x.dtype) ? x.detach().to("float64") : x));
  const scalar = (...tensors: Tensor[]): Tensor => {
    const y = f(...tensors);
    const weights = Float64Array.from({ length: y.size }, (_, i) => 1 + Math.sin(i));
    return y.mul(tensor(weights, { shape: y.shape })).sum();
  };
  const { grads } = valueAndGrad(scalar)(...inputs);
  let worst = 0;
  inputs.forEach((x, position) => {
    if (!isFloating(x.dtype)) return;
    for (let i = 0; i < x.size; i++) {
      const [above, below] = [h, -h].map((step) => {
        const data = x.data.slice();
        data[i] += step;
        const shifted = inputs.with(position, tensor(data, { shape: x.shape }));
        return noGrad(() => scalar(...shifted).item());
      });
      const numeric = (above - below) / (2 * h);
      const analytic = grads[position].data[i];
      const error = Math.abs(analytic - numeric) / Math.max(1, Math.abs(analytic), Math.abs(numeric));
      worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
    }
  });
  return { ok: worst <= tolerance, worst };
}
