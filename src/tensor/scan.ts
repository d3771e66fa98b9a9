// scan: a loop over dim 0, which a trace records as a loop. Without compile it is the loop that it describes, step by step.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { takes } from "./arguments.ts";
import { full } from "./create.ts";
import { describe } from "./dtype.ts";
import { stack } from "./functions.ts";
import { openLevels, withLevels } from "./levels.ts";
import { type Flat, flatten } from "./nesting.ts";
import { observing } from "./observing.ts";
import { checkOptions, type OptionNames } from "./options.ts";
import { sameShape } from "./shape.ts";
import { typesOf } from "./shapes-alone.ts";
import type { Tensor } from "./tensor.ts";
import { type LoopCall, type LoopResult, type LoopStep, tracing } from "./tracing.ts";
import { unstack } from "./unstack.ts";

/** The options of scan. */
export interface ScanOptions {
  /** The number of steps, where xs has no tensor that says it. */
  length?: number | undefined;
  /** true: the steps go from the last element of xs to the first, and ys has its results at the elements' places; false if left out. */
  reverse?: boolean | undefined;
}

const names: OptionNames<ScanOptions> = { length: true, reverse: true };

/**
 * Calls f for each element of xs along dim 0, with the carry that the call before returned, and returns the last carry and the ys of all
 * calls, stacked along dim 0:
 *
 *     [carry, y0] = f(init, xs[0]);  [carry, y1] = f(carry, xs[1]);  ...  ->  [carry, [y0, y1, ...]]
 *
 * Carry, xs and ys are tensors, or lists, records and Maps of them; xs and ys may be null. f must return a carry of the shapes and dtypes
 * that it got. In a compiled function f is traced once, and the loop is one part of the program, whose size and time of compiling do not grow
 * with the length. Gradients flow to init, to xs, and to the tensors from outside that f reads; tensors that f assigns, as dropout's
 * generator, change from step to step. f cannot call backward(). Throws a ChainruleError "shape", "dtype" or "type" where the carry changes.
 */
export function scan<C, X, Y>(
  f: (carry: C, x: X) => [C, Y],
  init: C,
  xs: X,
  options: ScanOptions = {},
): [carry: C, ys: Y] {
  takes("scan", arguments.length, 4);
  checkOptions("scan", options, names);
  if (typeof f !== "function") throw new ChainruleError("type", "scan", `takes a function, not ${typeof f}`);
  const carry = flatten("scan", "carry", init);
  const taken = flatten("scan", "xs", xs);
  const length = lengthOf(taken, options.length);
  let results: Flat | null = null;
  const step = (now: readonly Tensor[], x: readonly Tensor[]): LoopStep => {
    const returned: unknown = f(carry.nest(now) as C, taken.nest(x) as X);
    if (!Array.isArray(returned) || returned.length !== 2)
      throw new ChainruleError("type", "scan", "the function must return [carry, y]; return [carry, null] without y");
    const next = flatten("scan", "carry", returned[0]);
    checkCarry(carry, next);
    const y = flatten("scan", "y", returned[1]);
    checkResults(results, y);
    results ??= y;
    return { carry: next.tensors, y: y.tensors };
  };
  const observer = observing();
  const taking = (tensors: readonly Tensor[]) => (observer === null ? tensors : tensors.map((x) => observer.takes(x)));
  const call: LoopCall = {
    init: taking(carry.tensors),
    xs: taking(taken.tensors),
    length,
    reverse: options.reverse ?? false,
    step,
  };
  const done = run(call);
  // The function was called, at least for its types.
  const ys = (results as Flat | null)?.nest(done.ys) ?? null;
  return [carry.nest(done.carry) as C, ys as Y];
}

function lengthOf({ tensors, places }: Flat, given: number | undefined): number {
  if (given !== undefined) checkWhole("scan", "length", given, { from: 0 });
  const lengths = tensors.map((x, i) => {
    if (x.ndim === 0)
      throw new ChainruleError(
        "shape",
        "scan",
        `${places[i]} is ${describe(x)}, which has no dim 0 to take elements along`,
      );
    return x.shape[0];
  });
  const [length = given] = lengths;
  if (length === undefined)
    throw new ChainruleError("option", "scan", "without xs, the option length says how many steps there are");
  const other = lengths.findIndex((n) => n !== length);
  if (other >= 0 || (given !== undefined && given !== length))
    throw new ChainruleError(
      "shape",
      "scan",
      other >= 0
        ? `${places[0]} has ${length} elements along dim 0, ${places[other]} has ${lengths[other]}`
        : `length is ${given}, but ${places[0]} has ${length} elements along dim 0`,
    );
  return length;
}

function checkCarry(before: Flat, after: Flat): void {
  if (before.nesting !== after.nesting)
    throw new ChainruleError(
      "type",
      "scan",
      `the carry is ${before.nesting}, and the function returned ${after.nesting}; it must return what it got`,
    );
  after.tensors.forEach((x, i) => {
    const old = before.tensors[i];
    if (x.dtype === old.dtype && sameShape(x.shape, old.shape)) return;
    const cure = x.dtype === old.dtype ? "" : `; convert it with to("${old.dtype}")`;
    throw new ChainruleError(
      x.dtype === old.dtype ? "shape" : "dtype",
      "scan",
      `${before.places[i]} is ${describe(old)}, and the function returned ${describe(x)}; the carry must keep shape and dtype${cure}`,
    );
  });
}

/** In a loop that is not traced f is called for each step, and all results must be alike to be stacked. */
function checkResults(first: Flat | null, y: Flat): void {
  if (first === null) return;
  const isAlike = first.nesting === y.nesting && y.tensors.every((x, i) => describe(x) === describe(first.tensors[i]));
  if (!isAlike)
    throw new ChainruleError(
      "shape",
      "scan",
      `the first step returned ${first.tensors.map(describe).join(", ")} as ${first.nesting}, a later one ${y.tensors.map(describe).join(", ")} as ${y.nesting}; all must be alike`,
    );
}

/** A trace has the loop as one part, where all transformations around it have a rule for loops. */
function run(call: LoopCall): LoopResult {
  const tracer = tracing();
  const levels = openLevels();
  const newest = levels.at(-1);
  if (tracer === null || levels.some((level) => level.loop === undefined)) return loop(call);
  return newest?.loop?.(call, (inner) => withLevels(levels.slice(0, -1), () => run(inner))) ?? tracer.loop(call);
}

/** The steps, one after the other. */
function loop({ init, xs, length, reverse, step }: LoopCall): LoopResult {
  if (length === 0) {
    const elements = xs.map((x) => ({ dtype: x.dtype, shape: x.shape.slice(1) }));
    const { y } = typesOf(init, elements, step);
    return { carry: init, ys: y.map(({ dtype, shape }) => full([0, ...shape], 0, { dtype })) };
  }
  const elements = xs.map(unstack);
  let carry = init;
  const ys: (readonly Tensor[])[] = new Array(length);
  for (let i = 0; i < length; i++) {
    const place = reverse ? length - 1 - i : i;
    const after = step(
      carry,
      elements.map((parts) => parts[place]),
    );
    carry = after.carry;
    ys[place] = after.y;
  }
  return { carry, ys: ys[0].map((_, i) => stack(ys.map((y) => y[i]))) };
}
