// What all modules share: what they hold is found by looking (parts.ts), and so they can be saved, restored, frozen, copied and shown.
import { ChainruleError } from "../errors/error.ts";
import { takes } from "../tensor/arguments.ts";
import { isTensor, markAs } from "../tensor/copies.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { assignAll, type Differences, stateOf } from "../tensor/state.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { refuseTracing, tracing } from "../tensor/tracing.ts";
import { watch } from "../tensor/watch.ts";
import { copyOf } from "./copy.ts";
import { type Branch, drawTree } from "./layer-tree.ts";
import { modulesOf, partsOf, tensorsOf } from "./parts.ts";

/** What Module.loadStateDict takes. */
export interface LoadOptions {
  /** false: names that only one side has are no error; they are returned. true if left out. */
  readonly strict?: boolean | undefined;
}

const loadNames: OptionNames<LoadOptions> = { strict: true };

/** A module that makes one tensor of one tensor, as all that composes takes: Sequential, fit and evaluate. */
export interface Layer extends Module {
  /** What the layer makes of x. Shapes are as its class says; throws where x has others. */
  forward(x: Tensor): Tensor;
}

/**
 * A layer, a net of them, or anything else with parameters. Subclasses hold tensors and modules as their own properties, also in plain
 * objects, arrays, Maps and Sets; #private fields are not seen. A tensor that requires a gradient is a parameter, another a buffer.
 * What was computed from others, and has a history, is neither. What a subclass computes, and from what, is its own affair: most have
 * a `forward`, and those with forward(x: Tensor): Tensor are a `Layer`.
 */
export abstract class Module {
  #training = true;

  constructor() {
    // A class without a constructor hands its arguments over.
    takes(new.target.name, arguments.length, 0);
    watch(this);
  }

  /**
   * Whether layers that differ between training and use (dropout, batch norm) are in training; true from the start. Set here, it changes
   * this module alone; train() and eval() change all that is in it too.
   */
  get training(): boolean {
    tracing()?.readsMode(this, "training", () => this.#training);
    return this.#training;
  }
  set training(mode: boolean) {
    tracing()?.writesMode(this, "training", () => {
      this.#training = mode;
    });
    this.#training = mode;
  }

  /** Each parameter once, in order. */
  parameters(): Tensor[] {
    takes("parameters", arguments.length, 0);
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** The same with PyTorch's names: "0.weight". A parameter that is used twice has the first of its names. */
  namedParameters(): [name: string, parameter: Tensor][] {
    takes("namedParameters", arguments.length, 0);
    return this.#named((tensor) => tensor.requiresGrad);
  }

  /** Each tensor that is no parameter, as running means are none, once and with its name. */
  namedBuffers(): [name: string, buffer: Tensor][] {
    takes("namedBuffers", arguments.length, 0);
    return this.#named((tensor) => !tensor.requiresGrad);
  }

  /** This module and all in it, each once, those outside before those inside. */
  modules(): Module[] {
    takes("modules", arguments.length, 0);
    return modulesOf(this);
  }

  /** The modules that this one holds itself, each once, with their names: "0", or "heads.cat". */
  children(): [name: string, child: Module][] {
    takes("children", arguments.length, 0);
    const seen = new Set<Module>([this]);
    return this.#children().filter(([, child]) => !seen.has(child) && seen.add(child));
  }

  /** Freezes all parameters with false, so that they have no gradient, and makes them parameters again with true. Buffers stay buffers. */
  requiresGrad_(wanted = true): this {
    takes("requiresGrad_", arguments.length, 1);
    for (const [, tensor] of tensorsOf(this)) if (tensor.requiresGrad || tensor.frozen) tensor.requiresGrad = wanted;
    return this;
  }

  /**
   * Another module of the same kind, with tensors of its own that have the same contents: parameters, frozen ones, buffers. What is shared
   * inside is shared in the copy. Modes are copied, gradients are not. All own properties are copied, with the plain objects, arrays, Maps,
   * Sets and typed arrays in them; functions, and objects of other classes than Module, are the same ones. Throws where a class has
   * #private fields or methods, which no copy can have: such a class defines a clone() of its own.
   */
  clone(): this {
    takes("clone", arguments.length, 0);
    refuseTracing("clone", "copy the module outside, before it is used");
    return copyOf(this, (original) => {
      const copy: Module = Reflect.construct(Module, [], original.constructor);
      copy.#training = original.#training;
      return copy;
    });
  }

  /** Parameters and buffers as they are now; what training does later does not change them. Throws where two have one name. */
  stateDict(): Map<string, Tensor> {
    takes("stateDict", arguments.length, 0);
    return stateOf([...this.#state()].map(([name, tensor]) => [name, tensor.detach()]));
  }

  /** For JSON.stringify: the tensors of stateDict() by name. */
  toJSON(): Readonly<Record<string, Tensor>> {
    return Object.fromEntries(this.stateDict());
  }

  /**
   * Takes over all parameters and buffers, floats rounded to their own dtype. Throws, and changes nothing, if any is missing,
   * unknown, of another shape, or a number that its dtype has no place for (2.5 or 2³¹ batches); the message names all of them. With
   * strict: false it takes over what both sides have, and returns the names that are missing in the state and those that are only there.
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options: LoadOptions = {}): Differences {
    takes("loadStateDict", arguments.length, 2);
    checkOptions("loadStateDict", options, loadNames);
    return assignAll(this.#state(), state, "this model", options);
  }

  /** Puts this and all its parts in training, or with false in use. */
  train(mode = true): this {
    takes("train", arguments.length, 1);
    // A part may hold what holds it.
    if (switching.has(this)) return this;
    switching.add(this);
    try {
      this.training = mode;
      for (const [, child] of this.#children()) child.train(mode);
    } finally {
      switching.delete(this);
    }
    return this;
  }

  /** Puts this and all its parts in use: train(false). */
  eval(): this {
    takes("eval", arguments.length, 0);
    return this.train(false);
  }

  /** Forgets the gradients of earlier passes: each grad becomes null, also that of a frozen parameter. */
  zeroGrad(): void {
    takes("zeroGrad", arguments.length, 0);
    for (const [, tensor] of tensorsOf(this)) if (tensor.requiresGrad || tensor.frozen) tensor.grad = null;
  }

  /** What stands in brackets behind the layer's name when a model is printed: "784, 128". */
  extraRepr(): string {
    return "";
  }

  /** The layers as a tree, with the shapes of their parameters and their counts. */
  toString(): string {
    return drawTree(this.#branch([]));
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  #branch(around: readonly Module[]): Branch {
    const parts = [...partsOf(this)];
    const tensors = parts.flatMap(([name, part]) => (isTensor(part) ? [[name, part] as const] : []));
    const inside = [...around, this];
    const extra = this.extraRepr();
    return {
      module: this,
      title: this.constructor.name + (extra === "" ? "" : `(${extra})`),
      parameters: tensors.filter(([, { requiresGrad }]) => requiresGrad),
      buffers: tensors.filter(([, { requiresGrad }]) => !requiresGrad),
      parts: parts.flatMap(([name, part]) =>
        isTensor(part) || inside.includes(part) ? [] : [[name, part.#branch(inside)] as const],
      ),
    };
  }

  #children(): [name: string, child: Module][] {
    return [...partsOf(this)].flatMap(([name, part]) => (isTensor(part) ? [] : [[name, part] as [string, Module]]));
  }

  #named(wanted: (tensor: Tensor) => boolean): [name: string, tensor: Tensor][] {
    const seen = new Set<Tensor>();
    return [...tensorsOf(this)].flatMap(([name, tensor]): [string, Tensor][] => {
      if (seen.has(tensor) || !wanted(tensor)) return [];
      seen.add(tensor);
      return [[name, tensor]];
    });
  }

  /** All tensors under all their names. */
  #state(): Map<string, Tensor> {
    const state = new Map<string, Tensor>();
    for (const [name, tensor] of tensorsOf(this)) {
      if (state.has(name) && state.get(name) !== tensor)
        throw new ChainruleError(
          "state",
          "stateDict",
          `two tensors of this model are called ${name}; rename a property`,
        );
      state.set(name, tensor);
    }
    return state;
  }
}

/** Those whose train() is on its way. */
const switching = new Set<Module>();

markAs(Module.prototype, "Module");
