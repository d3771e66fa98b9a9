// L-BFGS is a quasi-Newton method for losses without noise, such as those of whole data sets: it finds a minimum in far fewer evaluations than
// gradient descent, and evaluates the loss several times in a step (Liu and Nocedal 1989; PyTorch's LBFGS).
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { checkTensor, shown, takes } from "../../tensor/arguments.ts";
import { type FloatingDType, isFloating } from "../../tensor/dtype.ts";
import { concat } from "../../tensor/functions.ts";
import { noGrad } from "../../tensor/mode.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { constant } from "../../tensor/promotion.ts";
import { stateOf } from "../../tensor/state.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { refuseTracing } from "../../tensor/tracing.ts";
import { Optimizer } from "../optimizer.ts";
import { type Point, searchLine } from "./line-search.ts";
import { dot, Memory } from "./memory.ts";

/** The options of LBFGS. */
export interface LBFGSOptions {
  /** The length of a step in units of the direction, from 0; with a line search the first length to try. 1 if left out. */
  lr?: number | Tensor | undefined;
  /** How many iterations a step has at most, from 1; 20 if left out. */
  maxIter?: number | undefined;
  /** How often a step computes the loss at most; 1.25 · maxIter, rounded down, if left out. */
  maxEval?: number | null | undefined;
  /** A step ends where no element of the gradient exceeds this; 1e-7 if left out. */
  toleranceGrad?: number | undefined;
  /** A step ends where neither the loss nor any parameter changes by more than this; 1e-9 if left out. */
  toleranceChange?: number | undefined;
  /** How many iterations are remembered, each in two vectors as large as all parameters, from 1; 100 if left out. */
  historySize?: number | undefined;
  /** "strongWolfe" searches along each direction; null, if left out, goes lr along it. */
  lineSearchFn?: "strongWolfe" | null | undefined;
}

const names: OptionNames<LBFGSOptions> = {
  lr: true,
  maxIter: true,
  maxEval: true,
  toleranceGrad: true,
  toleranceChange: true,
  historySize: true,
  lineSearchFn: true,
};

const largest = (x: Tensor): number => (x.size === 0 ? 0 : x.abs().max().item());

/**
 * Moves the parameters by L-BFGS. `step` takes a closure that sets the grads to null, computes the loss, calls backward() and returns the loss; it is
 * called several times. It may call a compiled function that returns the loss and the gradients, and set the grads to these. The parameters are one
 * group, of one dtype. A step cannot be part of a compiled function itself, since the losses decide how long it is; it runs in host memory.
 */
export class LBFGS extends Optimizer {
  readonly #options: Required<Omit<LBFGSOptions, "lr" | "maxEval">> & { readonly maxEval: number };
  readonly #parameters: readonly Tensor[];
  #memory: Memory;

  constructor(parameters: readonly Tensor[], options: LBFGSOptions = {}) {
    takes("LBFGS", arguments.length, 2);
    checkOptions("LBFGS", options, names);
    const { lr = 1, maxIter = 20, maxEval = null, historySize = 100, lineSearchFn = null } = options;
    const { toleranceGrad = 1e-7, toleranceChange = 1e-9 } = options;
    super(parameters, { lr }, () => ({}));
    if (this.groups.length !== 1)
      throw new ChainruleError("option", "LBFGS", "takes one list of parameters, without groups");
    checkWhole("LBFGS", "maxIter", maxIter, { from: 1 });
    if (maxEval !== null) checkWhole("LBFGS", "maxEval", maxEval, { from: 1 });
    checkWhole("LBFGS", "historySize", historySize, { from: 1 });
    checkNumber("LBFGS", "toleranceGrad", toleranceGrad, { from: 0 });
    checkNumber("LBFGS", "toleranceChange", toleranceChange, { from: 0 });
    if (lineSearchFn !== null && lineSearchFn !== "strongWolfe")
      throw new ChainruleError("option", "LBFGS", `lineSearchFn is "strongWolfe" or null, not ${shown(lineSearchFn)}`);
    this.#options = {
      maxIter,
      maxEval: maxEval ?? Math.floor(maxIter * 1.25),
      historySize,
      toleranceGrad,
      toleranceChange,
      lineSearchFn,
    };
    this.#parameters = this.groups[0].parameters;
    const size = this.#parameters.reduce((sum, parameter) => sum + parameter.size, 0);
    this.#memory = new Memory(size, dtypeOf(this.#parameters), historySize);
  }

  /** Runs up to maxIter iterations, and returns the first loss that the closure returned. */
  override step(closure?: () => Tensor): Tensor {
    takes("step", arguments.length, 1);
    refuseTracing(
      "step",
      "LBFGS decides by the losses how often it computes them; compile what the closure calls instead",
    );
    if (typeof closure !== "function")
      throw new ChainruleError(
        "type",
        "step",
        `LBFGS computes the loss several times, so pass a closure, () => { optimizer.zeroGrad(); ...; loss.backward(); return loss; }, not ${shown(closure)}`,
      );
    const first = this.#evaluate(closure);
    const { maxIter, maxEval, toleranceGrad, toleranceChange } = this.#options;
    let { loss, gradient } = first;
    let evaluations = 1;
    if (largest(gradient) <= toleranceGrad) return first.tensor;
    for (let iteration = 1; ; iteration++) {
      const { direction, slope, start } = this.#begin(loss, gradient);
      if (slope > -toleranceChange) break;
      const before = loss;
      const isLast = iteration === maxIter;
      const found = this.#move(closure, { direction, slope, start, loss, gradient, evaluations, isLast });
      ({ loss, gradient } = found);
      evaluations += found.evaluations;
      const ends = isLast || evaluations >= maxEval || largest(gradient) <= toleranceGrad;
      if (ends || largest(direction.mul(found.t)) <= toleranceChange || Math.abs(loss - before) < toleranceChange)
        break;
    }
    return first.tensor;
  }

  /** Begins an iteration: its direction, the slope along it, and the first length to try. */
  #begin(loss: number, gradient: Tensor): { direction: Tensor; slope: number; start: number } {
    return noGrad(() => {
      const memory = this.#memory;
      memory.iterations++;
      const direction = memory.direction(gradient);
      const start = memory.iterations === 1 ? Math.min(1, 1 / gradient.abs().sum().item()) * this.lr : this.lr;
      memory.last = { direction, t: start, gradient, loss };
      return { direction, slope: dot(gradient, direction), start };
    });
  }

  /** Goes along the direction; the parameters move. Without a search, the loss at the last place is not computed. */
  #move(
    closure: () => Tensor,
    at: {
      readonly direction: Tensor;
      readonly slope: number;
      readonly start: number;
      readonly loss: number;
      readonly gradient: Tensor;
      readonly evaluations: number;
      readonly isLast: boolean;
    },
  ): { t: number; loss: number; gradient: Tensor; evaluations: number } {
    const { direction, slope, start, loss, gradient } = at;
    const origin = this.#parameters.map((parameter) => parameter.detach());
    if (this.#options.lineSearchFn === null) {
      this.#place(origin, direction, start);
      if (at.isLast) return { t: start, loss, gradient, evaluations: 0 };
      return { t: start, ...this.#evaluate(closure), evaluations: 1 };
    }
    const evaluate = (t: number): Point => {
      this.#place(origin, direction, t);
      const point = this.#evaluate(closure);
      return { t, ...point, slope: dot(point.gradient, direction) };
    };
    const { point, evaluations } = searchLine({
      start: { t: 0, loss, gradient, slope },
      first: start,
      largest: largest(direction),
      evaluate,
      maxEvaluations: this.#options.maxEval - at.evaluations,
      toleranceChange: this.#options.toleranceChange,
    });
    this.#place(origin, direction, point.t);
    if (this.#memory.last) this.#memory.last = { ...this.#memory.last, t: point.t };
    return { ...point, evaluations };
  }

  /** Sets the parameters to origin + t · direction. */
  #place(origin: readonly Tensor[], direction: Tensor, t: number): void {
    noGrad(() => {
      let offset = 0;
      for (const [i, parameter] of this.#parameters.entries()) {
        const part = direction.slice([offset, offset + parameter.size]).reshape(parameter.shape);
        parameter.assign(origin[i].add(part.mul(t)));
        offset += parameter.size;
      }
    });
  }

  /** Calls the closure: the loss, and the gradients of all parameters in one vector, with 0 for those that have none. */
  #evaluate(closure: () => Tensor): { tensor: Tensor; loss: number; gradient: Tensor } {
    const tensor = closure();
    checkTensor("step", "the result of the closure", tensor);
    this.#memory.evaluations++;
    const gradient = noGrad(() =>
      concat(this.#parameters.map((parameter) => (parameter.grad ?? constant(parameter, 0)).detach().reshape([-1]))),
    );
    return { tensor, loss: tensor.item(), gradient };
  }

  protected update(): void {
    throw new ChainruleError("type", "step", "LBFGS moves all parameters at once, by step(closure)");
  }

  /**
   * Returns copies of the learning rate ("lr") and of what the optimiser remembers ("state.0.n_iter", "state.0.old_dirs.0", ...), which grows during
   * the first iterations.
   */
  override stateDict(): Map<string, Tensor> {
    takes("stateDict", arguments.length, 0);
    return stateOf([
      ...super.stateDict(),
      ...this.#memory.entries().map(([name, tensor]): [string, Tensor] => [`state.0.${name}`, tensor]),
    ]);
  }

  /** Restores a state that stateDict() returned. Throws, and changes nothing, if a tensor is missing, unknown or of another shape. */
  override loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    takes("loadStateDict", arguments.length, 1);
    if (typeof state?.has !== "function") super.loadStateDict(state);
    const prefix = "state.0.";
    const own = [...state].filter(([name]) => name.startsWith(prefix));
    const memory = this.#memory.restored(new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor])));
    super.loadStateDict(new Map([...state].filter(([name]) => !name.startsWith(prefix))));
    this.#memory = memory;
  }
}

/** The one dtype of the parameters. */
function dtypeOf(parameters: readonly Tensor[]): FloatingDType {
  const [first, ...others] = parameters.map(({ dtype }) => dtype);
  const other = others.find((dtype) => dtype !== first);
  if (first === undefined || !isFloating(first) || other !== undefined)
    throw new ChainruleError("dtype", "LBFGS", `the parameters are of one floating dtype, not ${first} and ${other}`);
  return first;
}
