// What a trace leaves behind: the graph, what has to be done at each call beside running it, and the tensors that stood for places
// in the graph.
import { ChainruleError } from "../errors/error.ts";
import { describe, type TypedArray } from "../tensor/dtype.ts";
import type { Storage } from "../tensor/storage.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Written } from "../tensor/watch.ts";
import type { Graph, Node } from "./graph.ts";

/** Something that the trace read, and that another call may find changed. */
export interface Guard {
  readonly name: string;
  readonly value: unknown;
  readonly read: () => unknown;
}

/** What becomes of a tensor's grad at each call: none, or one of the results. */
export interface GradEffect {
  readonly tensor: Tensor;
  readonly grad: Tensor | null;
}

export interface Traced {
  readonly graph: Graph;
  /** The tensors that are the graph's states. */
  readonly states: readonly Tensor[];
  readonly guards: readonly Guard[];
  /** The modes that were set, to be set again. */
  readonly modes: readonly (() => void)[];
  /** The properties of modules that were set, to be set again; the tensors in them as they were while tracing. */
  readonly written: readonly Written[];
  /** What the function returned, the tensors in it as they were while tracing. */
  readonly returned: unknown;
  /** The traced tensors whose contents are the graph's results. */
  readonly results: readonly Tensor[];
  readonly grads: readonly GradEffect[];
  /** The arguments by the tensors that stood for them, and for those that are assigned, the result that they get. */
  readonly standIns: ReadonlyMap<Tensor, number>;
  readonly assigned: readonly (readonly [argument: number, result: Tensor])[];
  /** null: no result has a history. */
  readonly open: OpenEnds | null;
}

/** The results of a trace that can be differentiated, and the trace, which can go on where the function returned. */
export interface OpenEnds {
  /** By their index among the results. */
  readonly outputs: ReadonlyMap<number, Tensor>;
  /** The leaves that their gradients arrive at: arguments, by their stand-ins, and tensors from outside. */
  readonly leaves: readonly Tensor[];
  /** The nodes of the outputs' gradients with respect to some of the leaves; the weights of the outputs are arguments from `first` on. */
  pullBack(outputs: readonly Tensor[], leaves: readonly Tensor[], first: number): readonly (Node | null)[];
}

/** A tensor without contents: a place in the graph. */
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
      `${describe(this.node)} is a tensor of a trace that is over, it has no contents; return it from the function to see them`,
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
