// The result of a trace: the graph, the effects that each call has besides running it, and the traced tensors, which stand for nodes of
// the graph.
import { ChainruleError } from "../errors/error.ts";
import { describe, type TypedArray } from "../tensor/dtype.ts";
import type { Storage } from "../tensor/storage.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Written } from "../tensor/watch.ts";
import type { Graph, Node } from "./graph.ts";

/** A value that the trace read, and that may have changed before another call. */
export interface Guard {
  readonly name: string;
  readonly value: unknown;
  readonly read: () => unknown;
}

/** The grad that a tensor gets at each call: null, or one of the results. */
export interface GradEffect {
  readonly tensor: Tensor;
  readonly grad: Tensor | null;
}

export interface Traced {
  readonly graph: Graph;
  /** The tensors that are the graph's states. */
  readonly states: readonly Tensor[];
  readonly guards: readonly Guard[];
  /** The objects whose properties or modes the function read: modules, and tensors whose grads it read. */
  readonly owners: readonly object[];
  /** Functions that set the modes that the function set. */
  readonly modes: readonly (() => void)[];
  /** The properties of modules that the function set; tensors in their values are traced ones. */
  readonly written: readonly Written[];
  /** The value that the function returned; tensors in it are traced ones. */
  readonly returned: unknown;
  /** The traced tensors whose contents are the graph's results. */
  readonly results: readonly Tensor[];
  readonly grads: readonly GradEffect[];
  /** The index of the argument that each stand-in stood for. */
  readonly standIns: ReadonlyMap<Tensor, number>;
  /** The arguments that the function assigned, each with the result that it gets. */
  readonly assigned: readonly (readonly [argument: number, result: Tensor])[];
  /** null if no result has a history. */
  readonly open: OpenEnds | null;
}

/** The results of a trace that can be differentiated, and a way to continue the trace with their gradients. */
export interface OpenEnds {
  /** The outputs by their index among the results. */
  readonly outputs: ReadonlyMap<number, Tensor>;
  /** The leaves of the outputs' histories: stand-ins of arguments, and tensors from outside. */
  readonly leaves: readonly Tensor[];
  /** The nodes of the gradients of Σ weight · output with respect to some leaves; the weights are arguments from index `first` on. */
  pullBack(outputs: readonly Tensor[], leaves: readonly Tensor[], first: number): readonly (Node | null)[];
}

/** The storage of a traced tensor: it has no contents and stands for a node of the graph. */
export class TracedStorage implements Storage {
  readonly node: Node;
  readonly trace: object;
  readonly placeholder: string;
  readonly uniform = null;

  constructor(of: Node, trace: object) {
    this.node = of;
    this.trace = trace;
    this.placeholder = `tensor(${describe(of)}, traced)`;
  }
  get data(): TypedArray {
    throw new ChainruleError(
      "traced",
      "compile",
      `${describe(this.node)} is a tensor of a trace that is over, and has no contents; return it from the function to read them`,
    );
  }
  read(): Promise<TypedArray> {
    return Promise.reject(
      new ChainruleError(
        "traced",
        "compile",
        "a tensor of a trace that is over has no contents; return it from the function",
      ),
    );
  }
  share(): Storage {
    return this;
  }
}
