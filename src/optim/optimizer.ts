// The base class of optimisers: parameters in groups, learning rates that schedules may set, and the state. All state is made in the
// constructor, so that a step that is compiled once has all tensors that it will need.
import { internal } from "../errors/error.ts";
import { takes } from "../tensor/arguments.ts";
import { markAs } from "../tensor/copies.ts";
import { full } from "../tensor/create.ts";
import { label } from "../tensor/labels.ts";
import { noGrad } from "../tensor/mode.ts";
import { inRegion } from "../tensor/region.ts";
import { holdings } from "../tensor/settle.ts";
import { sameShape } from "../tensor/shape.ts";
import { shardLike } from "../tensor/sharding.ts";
import { assignAll, stateOf } from "../tensor/state.ts";
import { type Streamed, stream } from "../tensor/stream.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tracing } from "../tensor/tracing.ts";
import { type Group, type GroupDefaults, groupsOf, LearningRate, type Optimized } from "./groups.ts";

/**
 * The state of an optimiser for one parameter, under PyTorch's names (momentum_buffer, exp_avg).
 * @inline
 */
export type State = Readonly<Record<string, Tensor>>;

/** The settings for a parameter: its group's learning rate, floating [], weight decay and flags. */
export interface Settings {
  readonly lr: Tensor;
  readonly weightDecay: number;
  readonly maximize: boolean;
  readonly amsgrad: boolean;
}

interface Entry<S> {
  readonly parameter: Tensor;
  readonly state: S;
  readonly settings: Settings;
  /** Names of the state's tensors that have the parameter's shape. */
  readonly streamed: readonly string[];
  /** Names of the state's other tensors. */
  readonly shared: readonly string[];
}

const pointwise = new WeakSet<object>();

function tensorOf(state: State, name: string): Tensor {
  if (!Object.hasOwn(state, name)) throw internal(`an optimiser's state has no ${name}`);
  return state[name];
}

/**
 * Declares that an `update` is elementwise and reads no shape. Steps without `compile` then run it in one pass over the parameter, its
 * gradient and its state, with the same bits.
 */
export function declarePointwise(update: (...args: never[]) => void): void {
  pointwise.add(update);
}

/** Updates parameters by their gradients. All its state is made in the constructor, so that a step can be compiled. */
export abstract class Optimizer<S extends State = State> {
  /** The parameter groups; one group if the constructor was given plain parameters. */
  readonly groups: readonly Group[];
  readonly #parameterEntries: readonly Entry<S>[];
  readonly #rate: LearningRate;
  /** The parameters that required a gradient when the optimiser was made. */
  readonly #trained: ReadonlySet<Tensor>;
  readonly #updates = new Map<string, Streamed>();

  protected constructor(
    optimized: Optimized,
    { lr, ...defaults }: { lr: number | Tensor } & GroupDefaults,
    makeState: (parameter: Tensor, settings: Settings) => S,
  ) {
    this.#rate = new LearningRate(new.target.name, lr);
    this.groups = groupsOf(new.target.name, optimized, defaults, this.#rate);
    this.#parameterEntries = this.groups.flatMap(({ parameters, rate, weightDecay, maximize, amsgrad }) => {
      const settings = { lr: rate.tensor, weightDecay, maximize, amsgrad };
      return parameters.map((parameter): Entry<S> => {
        const state = makeState(parameter, settings);
        const isStreamed = (name: string) => sameShape(tensorOf(state, name).shape, parameter.shape);
        const names = Object.keys(state);
        const [streamed, shared] = [names.filter(isStreamed), names.filter((name) => !isStreamed(name))];
        return { parameter, state, settings, streamed, shared };
      });
    });
    this.#trained = new Set(
      this.#parameterEntries.flatMap(({ parameter }) => (parameter.requiresGrad ? [parameter] : [])),
    );
    for (const [name, tensor] of this.#entries()) label(tensor, { owner: this, kind: "optimizer", name });
  }

  /**
   * The learning rate, as it was set, of all groups that have none of their own; the others have theirs in `groups[i].lr`. Reading and
   * setting it throws while compile traces: set it between calls, and the program reads it.
   */
  get lr(): number {
    return this.#rate.value;
  }
  set lr(lr: number) {
    this.#rate.value = lr;
  }

  /** Updates each parameter that has a gradient, except those that were frozen (requiresGrad = false) after the optimiser was made. */
  step(): void {
    takes("step", arguments.length, 0);
    noGrad(() => {
      for (const entry of this.#parameterEntries) {
        const { parameter, state, settings } = entry;
        const { grad } = parameter;
        if (grad === null || this.#isFrozen(parameter)) continue;
        const isAlike = grad.dtype === parameter.dtype && sameShape(grad.shape, parameter.shape);
        if (tracing() === null && parameter.ndim > 0 && isAlike && pointwise.has(this.update))
          this.#stream(entry, grad);
        else inRegion("update", {}, () => this.update(parameter, grad, state, settings));
      }
    });
  }

  #isFrozen(parameter: Tensor): boolean {
    return this.#trained.has(parameter) && !parameter.requiresGrad;
  }

  #stream({ parameter, state, settings, streamed, shared }: Entry<S>, grad: Tensor): void {
    stream({
      f: this.#streamedUpdate(settings, streamed, shared),
      shape: parameter.shape,
      streamed: [parameter, grad, ...streamed.map((name) => tensorOf(state, name))],
      shared: [settings.lr, ...shared.map((name) => tensorOf(state, name))],
    });
  }

  /** The update as a function of pieces: one function for all parameters with the same settings and names. */
  #streamedUpdate(settings: Settings, streamed: readonly string[], shared: readonly string[]): Streamed {
    const { weightDecay, maximize, amsgrad } = settings;
    const key = [weightDecay, maximize, amsgrad, ...streamed, "", ...shared].join(" ");
    const existing = this.#updates.get(key);
    if (existing !== undefined) return existing;
    const f: Streamed = ({ streamed: [p, grad, ...pieces], shared: [lr, ...others] }) => {
      const entries = [...streamed.map((name, i) => [name, pieces[i]]), ...shared.map((name, i) => [name, others[i]])];
      this.update(p, grad, Object.fromEntries(entries) as S, { lr, weightDecay, maximize, amsgrad });
      return [];
    };
    this.#updates.set(key, f);
    return f;
  }

  /** Assigns new contents to the parameter and its state. */
  protected abstract update(parameter: Tensor, grad: Tensor, state: S, settings: Settings): void;

  /** Sets the grad of each parameter to null. */
  zeroGrad(): void {
    takes("zeroGrad", arguments.length, 0);
    for (const { parameter } of this.#parameterEntries) parameter.grad = null;
  }

  /**
   * Returns copies of the learning rates ("lr", and "groups.1.lr" of a group that has its own) and of the state of each parameter
   * ("state.0.exp_avg"); parameters are numbered through all groups.
   */
  stateDict(): Map<string, Tensor> {
    takes("stateDict", arguments.length, 0);
    return stateOf(this.#entries().map(([name, tensor]) => [name, tensor.detach()]));
  }

  /** Returns the tensors of stateDict() as an object, which JSON.stringify writes. */
  toJSON(): Readonly<Record<string, Tensor>> {
    return Object.fromEntries(this.stateDict());
  }

  /** Restores a state that stateDict() returned. Throws, and changes nothing, if a tensor is missing, unknown or of another shape. */
  loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    takes("loadStateDict", arguments.length, 1);
    assignAll(new Map(this.#entries()), state, "this optimiser");
    for (const { rate } of [{ rate: this.#rate }, ...this.groups]) rate.reload();
  }

  /** All tensors of the optimiser, its parameters among them, for settle(). */
  [holdings](): Iterable<Tensor> {
    return [
      ...this.#parameterEntries.map(({ parameter }) => parameter),
      ...this.#entries().map(([, tensor]) => tensor),
    ];
  }

  #entries(): [string, Tensor][] {
    const rates = this.groups.flatMap(({ rate }, i): [string, Tensor][] => {
      return rate === this.#rate ? [] : [[`groups.${i}.lr`, rate.tensor]];
    });
    const states = this.#parameterEntries.flatMap(({ state }, i) => {
      return Object.entries(state).map(([name, tensor]): [string, Tensor] => [`state.${i}.${name}`, tensor]);
    });
    return [["lr", this.#rate.tensor], ...rates, ...states];
  }
}

/** A tensor like x, with one value everywhere, and divided among devices as x is. */
export const fullLike = (x: Tensor, value: number): Tensor => shardLike(full(x.shape, value, { dtype: x.dtype }), x);

/** A tensor like x, all 0, and divided among devices as x is. */
export const zerosLike = (x: Tensor): Tensor => fullLike(x, 0);

/** A counter of steps, float64 []. */
export const stepCounter = (): Tensor => full([], 0, { dtype: "float64" });

/**
 * grad + weightDecay · p: a pull towards 0 that goes through the optimiser like any gradient (L2 regularisation). To maximise, the gradient
 * changes its sign, and the pull does not.
 */
export function decayed(grad: Tensor, p: Tensor, { weightDecay, maximize }: Settings): Tensor {
  const g = maximize ? grad.neg() : grad;
  return weightDecay === 0 ? g : g.add(p.mul(weightDecay));
}

/** p · (1 - lr · weightDecay): decoupled weight decay, which is no part of the gradient. */
export function shrunk(p: Tensor, { lr, weightDecay }: Settings): Tensor {
  return weightDecay === 0 ? p : p.mul(lr.mul(-weightDecay).add(1).to(p.dtype));
}

/** 1 - βᵗ = -expm1(t · ln β), float64 [], which is accurate also where βᵗ is close to 1. */
export const biasOf = (beta: number, step: Tensor): Tensor => step.mul(Math.log(beta)).expm1().neg();

markAs(Optimizer.prototype, "Optimizer");
