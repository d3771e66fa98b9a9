// The base class of layers and models. It finds the tensors and modules in its properties (parts.ts), and so saves, restores, freezes,
// copies and prints them.
import { ChainruleError } from "../errors/error.ts";
import { takes } from "../tensor/arguments.ts";
import { isTensor, markAs } from "../tensor/copies.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { holdings } from "../tensor/settle.ts";
import { assignAll, type Differences, stateOf } from "../tensor/state.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { refuseTracing, tracing } from "../tensor/tracing.ts";
import { watch } from "../tensor/watch.ts";
import { copyOf } from "./copy.ts";
import { type Branch, drawTree } from "./layer-tree.ts";
import { modulesOf, partsOf, tensorsOf } from "./parts.ts";

/** The options of Module.loadStateDict. */
export interface LoadOptions {
  /** With false, names that only the model or only the state has are no error: they are returned. true if left out. */
  readonly strict?: boolean | undefined;
}

const loadNames: OptionNames<LoadOptions> = { strict: true };

/** A module that maps one tensor to one tensor. Sequential, fit and evaluate take such modules. */
export interface Layer extends Module {
  /** Applies the layer to x. The docs of its class say which shapes it takes and gives; throws if x has another one. */
  forward(x: Tensor): Tensor;
}

/**
 * A layer, a net of layers, or anything else with parameters. Subclasses hold tensors and modules as their own properties, also in plain
 * objects, arrays, Maps and Sets; #private fields are not seen. A tensor that requires a gradient is a parameter, and any other tensor is
 * a buffer; a tensor that was computed from others, and has a history, is neither. A subclass defines its own methods: most have a
 * `forward`, and those with forward(x: Tensor): Tensor are a `Layer`.
 */
export abstract class Module {
  #training = true;

  constructor() {
    // A subclass without a constructor passes its arguments on to this one.
    takes(new.target.name, arguments.length, 0);
    watch(this);
  }

  /**
   * Whether the module is in training mode or in evaluation mode, between which dropout and batch norm differ; initially true. Setting it
   * changes this module alone; train() and eval() also change the modules in it.
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

  /** Returns each parameter once, in the order of the properties. */
  parameters(): Tensor[] {
    takes("parameters", arguments.length, 0);
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** Returns each parameter once with its name in PyTorch, "0.weight". A parameter that is used twice has the first of its names. */
  namedParameters(): [name: string, parameter: Tensor][] {
    takes("namedParameters", arguments.length, 0);
    return this.#named((tensor) => tensor.requiresGrad);
  }

  /** Returns each tensor that is no parameter, such as a running mean, once with its name. */
  namedBuffers(): [name: string, buffer: Tensor][] {
    takes("namedBuffers", arguments.length, 0);
    return this.#named((tensor) => !tensor.requiresGrad);
  }

  /** Returns this module and all modules in it, each once, a module before its parts. */
  modules(): Module[] {
    takes("modules", arguments.length, 0);
    return modulesOf(this);
  }

  /** Returns the modules that this one holds itself, each once with its name: "0", or "heads.cat". */
  children(): [name: string, child: Module][] {
    takes("children", arguments.length, 0);
    const seen = new Set<Module>([this]);
    return this.#children().filter(([, child]) => !seen.has(child) && seen.add(child));
  }

  /** With false, freezes all parameters, so that they get no gradient; with true, makes frozen ones parameters again. Buffers stay buffers. */
  requiresGrad_(wanted = true): this {
    takes("requiresGrad_", arguments.length, 1);
    for (const [, tensor] of tensorsOf(this)) if (tensor.requiresGrad || tensor.frozen) tensor.requiresGrad = wanted;
    return this;
  }

  /**
   * Returns another module of the same class, with tensors of its own that have the same contents: parameters, frozen ones and buffers.
   * Tensors and modules that are shared inside the module are shared inside the copy. Modes are copied, gradients are not. All own
   * properties are copied, with the plain objects, arrays, Maps, Sets and typed arrays in them; functions, and objects of other classes
   * than Module, are the same in both. Throws if a class has #private fields or methods, which cannot be copied: such a class defines a
   * clone() of its own.
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

  /** All tensors of this module and of the modules in it, also those that were computed from others, for settle(). */
  *[holdings](): Iterable<Tensor> {
    for (const [, tensor] of tensorsOf(this)) yield tensor;
    for (const module of modulesOf(this)) yield* Object.values(module).filter(isTensor);
  }

  /** Returns copies of the parameters and buffers by name; later training does not change them. Throws if two tensors have the same name. */
  stateDict(): Map<string, Tensor> {
    takes("stateDict", arguments.length, 0);
    return stateOf([...this.#state()].map(([name, tensor]) => [name, tensor.detach()]));
  }

  /** Returns the tensors of stateDict() as an object, which JSON.stringify writes. */
  toJSON(): Readonly<Record<string, Tensor>> {
    return Object.fromEntries(this.stateDict());
  }

  /**
   * Assigns the tensors of the state to the parameters and buffers of the same names, with floats rounded to the model's dtypes. Throws,
   * and changes nothing, if a tensor is missing, unknown, of another shape, or has a number that the model's dtype cannot hold (2.5 or 2³¹
   * batches); the message names all of them. With strict: false it assigns the tensors that both sides have, and returns the names that are
   * missing in the state and those that only the state has.
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options: LoadOptions = {}): Differences {
    takes("loadStateDict", arguments.length, 2);
    checkOptions("loadStateDict", options, loadNames);
    return assignAll(this.#state(), state, "this model", options);
  }

  /** Puts this module and all modules in it into training mode, or with false into evaluation mode. */
  train(mode = true): this {
    takes("train", arguments.length, 1);
    // A module may hold one that holds it, so that this call could come back here.
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

  /** Puts this module and all modules in it into evaluation mode: train(false). */
  eval(): this {
    takes("eval", arguments.length, 0);
    return this.train(false);
  }

  /** Sets the grad of each parameter, frozen ones included, to null. */
  zeroGrad(): void {
    takes("zeroGrad", arguments.length, 0);
    for (const [, tensor] of tensorsOf(this)) if (tensor.requiresGrad || tensor.frozen) tensor.grad = null;
  }

  /** Returns the text in brackets after the class name where a model is printed, "784, 128". Subclasses override it. */
  extraRepr(): string {
    return "";
  }

  /** Prints the layers as a tree, with the shapes and the counts of their parameters. */
  toString(): string {
    return drawTree(this.#branch([]));
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  #branch(holders: readonly Module[]): Branch {
    const parts = [...partsOf(this)];
    const tensors = parts.flatMap(([name, part]) => (isTensor(part) ? [[name, part] as const] : []));
    const path = [...holders, this];
    const extra = this.extraRepr();
    return {
      module: this,
      title: this.constructor.name + (extra === "" ? "" : `(${extra})`),
      parameters: tensors.filter(([, { requiresGrad }]) => requiresGrad),
      buffers: tensors.filter(([, { requiresGrad }]) => !requiresGrad),
      parts: parts.flatMap(([name, part]) =>
        isTensor(part) || path.includes(part) ? [] : [[name, part.#branch(path)] as const],
      ),
    };
  }

  #children(): [name: string, child: Module][] {
    return [...partsOf(this)].flatMap(([name, part]) => (isTensor(part) ? [] : [[name, part] as [string, Module]]));
  }

  #named(includes: (tensor: Tensor) => boolean): [name: string, tensor: Tensor][] {
    const seen = new Set<Tensor>();
    return [...tensorsOf(this)].flatMap(([name, tensor]): [string, Tensor][] => {
      if (seen.has(tensor) || !includes(tensor)) return [];
      seen.add(tensor);
      return [[name, tensor]];
    });
  }

  /** All parameters and buffers, each under all of its names. */
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

/** The modules whose train() has started and has not returned. */
const switching = new Set<Module>();

markAs(Module.prototype, "Module");
