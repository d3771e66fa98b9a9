// What all layers share: a Module is found out by looking. Its own enumerable properties, in order, are its parameters
// (tensors that require a gradient), its buffers (other tensors) and its parts (modules, and arrays of them).
import { markAs } from "../tensor/copies.ts";
import { assignAll, stateOf } from "../tensor/state.ts";
import { Tensor } from "../tensor/tensor.ts";
import { tracing } from "../tensor/tracing.ts";
import { entriesFor, watch } from "../tensor/watch.ts";
import { type Branch, drawTree } from "./layer-tree.ts";

/** What a walk over a module looks at. */
const matters = (value: unknown): boolean => typeof value === "object";

type Entry = readonly [name: string, value: Tensor | Module];

function* entriesOf(value: object, prefix: string): Generator<Entry> {
  for (const [key, entry] of value instanceof Module ? entriesFor(value, matters) : Object.entries(value)) {
    if (entry instanceof Tensor || entry instanceof Module) yield [prefix + key, entry];
    else if (Array.isArray(entry)) yield* entriesOf(entry, `${prefix}${key}.`);
  }
}

/** A module that makes one tensor of one tensor, as all that composes takes: Sequential, fit and evaluate. */
export interface Layer extends Module {
  /** What the layer makes of x. Shapes are as its class says; throws where x has others. */
  forward(x: Tensor): Tensor;
}

/**
 * A layer, a net of them, or anything else with parameters. Subclasses have tensors and modules as their own properties;
 * #private fields are not seen. A tensor that requires a gradient is a parameter, another a buffer, modules and arrays of them are
 * parts. What a subclass computes, and from what, is its own affair: most have a `forward`, and those with forward(x: Tensor): Tensor
 * are a `Layer`.
 */
export abstract class Module {
  #training = true;

  constructor() {
    watch(this);
  }

  /** Whether layers that differ between training and use (dropout, batch norm) are in training; true from the start. */
  get training(): boolean {
    tracing()?.readsMode(this, "training", () => this.#training);
    return this.#training;
  }

  /** Each parameter once, in order. */
  parameters(): Tensor[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** The same with PyTorch's names: "0.weight". A parameter that is used twice has the first of its names. */
  namedParameters(): [name: string, parameter: Tensor][] {
    const seen = new Set<Tensor>();
    return this.#tensors("").filter(([, tensor]) => tensor.requiresGrad && !seen.has(tensor) && seen.add(tensor));
  }

  /** Parameters and buffers as they are now; what training does later does not change them. */
  stateDict(): Map<string, Tensor> {
    return stateOf(this.#tensors("").map(([name, tensor]) => [name, tensor.detach()]));
  }

  /** For JSON.stringify: the tensors of stateDict() by name. */
  toJSON(): Readonly<Record<string, Tensor>> {
    return Object.fromEntries(this.stateDict());
  }

  /**
   * Takes over all parameters and buffers, floats rounded to their own dtype. Throws, and changes nothing, if any is missing,
   * unknown, of another shape, or a number that its dtype has no place for (2.5 or 2³¹ batches); the message names all of them.
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    assignAll(new Map(this.#tensors("")), state, "this model");
  }

  /** Puts this and all its parts in training, or with false in use. */
  train(mode = true): this {
    tracing()?.writesMode(this, "training", () => {
      this.#training = mode;
    });
    this.#training = mode;
    for (const [, entry] of entriesOf(this, "")) if (entry instanceof Module) entry.train(mode);
    return this;
  }

  /** Puts this and all its parts in use: train(false). */
  eval(): this {
    return this.train(false);
  }

  /** Forgets the gradients of earlier passes: each grad becomes null, also that of a parameter that was frozen since. */
  zeroGrad(): void {
    for (const [, tensor] of this.#tensors("")) if (tensor.requiresGrad || tensor.grad !== null) tensor.grad = null;
  }

  /** What stands in brackets behind the layer's name when a model is printed: "784, 128". */
  extraRepr(): string {
    return "";
  }

  /** The layers as a tree, with the shapes of their parameters and their counts. */
  toString(): string {
    return drawTree(this.#branch());
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  #branch(): Branch {
    const entries = [...entriesOf(this, "")];
    const tensors = entries.flatMap(([name, entry]) => (entry instanceof Module ? [] : [[name, entry] as const]));
    const extra = this.extraRepr();
    return {
      module: this,
      title: this.constructor.name + (extra === "" ? "" : `(${extra})`),
      parameters: tensors.filter(([, { requiresGrad }]) => requiresGrad),
      buffers: tensors.filter(([, { requiresGrad }]) => !requiresGrad),
      parts: entries.flatMap(([name, entry]) => (entry instanceof Module ? [[name, entry.#branch()] as const] : [])),
    };
  }

  #tensors(prefix: string): [name: string, tensor: Tensor][] {
    return [...entriesOf(this, prefix)].flatMap(([name, entry]): [string, Tensor][] => {
      return entry instanceof Module ? entry.#tensors(`${name}.`) : [[name, entry]];
    });
  }
}

markAs(Module.prototype, "Module");
