// What optimisers share: the parameters, a learning rate that schedules may move, and state that is all made at the start,
// so that a step compiled once has everything it will ever need.
import { full } from "../tensor/create.ts";
import { describe } from "../tensor/dtype.ts";
import { noGrad } from "../tensor/mode.ts";
import { assignAll } from "../tensor/state.ts";
import { Tensor } from "../tensor/tensor.ts";
import { refuseTracing } from "../tensor/tracing.ts";

/** What an optimiser remembers of one parameter, under PyTorch's names (momentum_buffer, exp_avg). */
export type State = Readonly<Record<string, Tensor>>;

export abstract class Optimizer<S extends State = State> {
  readonly #parameters: readonly Tensor[];
  readonly #states: readonly S[];
  #lr: number;
  readonly #lrTensor: Tensor;

  protected constructor(parameters: readonly Tensor[], lr: number, makeState: (parameter: Tensor) => S) {
    const call = new.target.name;
    if (parameters.length === 0) throw new Error(`${call}: there are no parameters to optimise`);
    const strange = parameters.findIndex((parameter) => !(parameter instanceof Tensor));
    if (strange >= 0) throw new Error(`${call}: parameter ${strange} is no Tensor`);
    if (new Set(parameters).size !== parameters.length) throw new Error(`${call}: a parameter is listed twice`);
    const result = parameters.find(({ history }) => history !== null);
    if (result)
      throw new Error(
        `${call}: ${describe(result)} is the result of ${result.history?.name}; only leaves can be optimised`,
      );
    checkRange(call, "lr", lr, 0, Infinity);
    this.#parameters = [...parameters];
    this.#states = parameters.map(makeState);
    this.#lr = lr;
    this.#lrTensor = full([], lr, { dtype: "float64" });
  }

  /** The learning rate, as it was set. */
  get lr(): number {
    refuseTracing("lr", "its value would become part of the program; read it outside, between calls");
    return this.#lr;
  }
  set lr(lr: number) {
    refuseTracing("lr", "set it outside, between calls: the program reads it at each");
    checkRange(this.constructor.name, "lr", lr, 0, Infinity);
    this.#lr = lr;
    this.#lrTensor.assign(full([], lr, { dtype: "float64" }));
  }

  /** Moves each parameter that has a gradient. */
  step(): void {
    noGrad(() => {
      this.#parameters.forEach((parameter, i) => {
        if (parameter.grad !== null) this.update(parameter, parameter.grad, this.#states[i], this.#lrTensor);
      });
    });
  }

  /** Assigns the parameter and its state anew. */
  protected abstract update(parameter: Tensor, grad: Tensor, state: S, lr: Tensor): void;

  zeroGrad(): void {
    for (const parameter of this.#parameters) parameter.grad = null;
  }

  /** The learning rate and what is remembered of each parameter ("state.0.exp_avg"), as they are now. */
  stateDict(): Map<string, Tensor> {
    return new Map(this.#entries().map(([name, tensor]) => [name, tensor.detach()]));
  }

  /** Takes all of it over. Throws, and changes nothing, if anything is missing, unknown or of another shape. */
  loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    assignAll(new Map(this.#entries()), state, "this optimiser");
    this.#lr = this.#lrTensor.item();
  }

  #entries(): [string, Tensor][] {
    const states = this.#states.flatMap((state, i) => {
      return Object.entries(state).map(([name, tensor]): [string, Tensor] => [`state.${i}.${name}`, tensor]);
    });
    return [["lr", this.#lrTensor], ...states];
  }
}

export function checkRange(call: string, name: string, value: number, from: number, below: number): void {
  if (!(value >= from && value < below)) {
    throw new Error(
      `${call}: ${name} is a number from ${from}${below < Infinity ? ` and below ${below}` : ""}, not ${value}`,
    );
  }
}

/** A tensor like x, all 0. */
export const zerosLike = (x: Tensor): Tensor => full(x.shape, 0, { dtype: x.dtype });

/** A counter of steps, float64 []. */
export const stepCounter = (): Tensor => full([], 0, { dtype: "float64" });
