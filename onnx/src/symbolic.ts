// Makes one graph from two traces of the same function with batches of two sizes. Numbers that are equal in both are constants, numbers
// that grow in proportion to the batch are multiples of it; where a number is neither, the function cannot be written for every batch.
import { ChainruleError } from "chainrule";
import type { Attributes, DType, Graph, Node, OpName, Region } from "chainrule/compiler";
import { fit, nameOf, type Size } from "./size.ts";

/** The type T with a Size in place of each number. */
export type Sized<T> = T extends number
  ? Size
  : T extends readonly (infer U)[]
    ? readonly Sized<U>[]
    : T extends object
      ? { readonly [K in keyof T]: Sized<T[K]> }
      : T;

interface Typed<Op, Attributes> {
  readonly op: Op;
  readonly inputs: readonly SymbolicNode[];
  readonly attributes: Attributes;
  readonly shape: readonly Size[];
  readonly dtype: DType;
  readonly region: SymbolicRegion | null;
}

/** The symbolic node of an op, with that op's attributes; for several ops, one of their nodes. */
export type SymbolicOf<N extends OpName = OpName> = { readonly [P in N]: Typed<P, Sized<Attributes<P>>> }[N];

export type SymbolicNode = SymbolicOf | Typed<"argument", Index> | Typed<"state", Index>;

interface Index {
  readonly index: number;
}

export interface SymbolicRegion {
  readonly name: string;
  readonly parent: SymbolicRegion | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface SymbolicGraph {
  /** The arguments and the nodes that the result needs, in the order in which the function computed them. */
  readonly nodes: readonly SymbolicNode[];
  readonly result: SymbolicNode;
}

/** A node in words: "matmul (in linear), float32[batch,10]". */
export function describeNode({ op, region, dtype, shape }: SymbolicNode): string {
  return `${op}${within(region)}, ${dtype}[${shape.map((n) => nameOf(n, "batch")).join(",")}]`;
}
const within = (region: { readonly name: string } | null): string => (region === null ? "" : ` (in ${region.name})`);

const cure = "pass { batch: null } for a file of this one batch size";

/** Merges two graphs node by node. */
class Merger {
  readonly #batches: readonly [number, number];
  readonly #nodes = new Map<Node, SymbolicNode>();
  readonly #partners = new Map<Node, Node>();
  readonly #regions = new Map<Region, SymbolicRegion>();

  constructor(batches: readonly [number, number]) {
    this.#batches = batches;
  }

  /** Merges a node of the first graph with the node at the same position of the second. */
  node(a: Node, b: Node): SymbolicNode {
    const where = `${a.op}${within(a.region)}`;
    const haveSameInputs =
      a.inputs.length === b.inputs.length && a.inputs.every((x, i) => this.#partners.get(x) === b.inputs[i]);
    if (a.op !== b.op || a.dtype !== b.dtype || !haveSameInputs) {
      throw new ChainruleError(
        "option",
        "toOnnx",
        `with a batch of ${this.#batches[0]} the model computes ${where}, with one of ${this.#batches[1]} ${b.op}${within(b.region)} in its place; ${cure}`,
      );
    }
    // Merging replaces numbers by sizes and keeps lists and records, so the attributes are those of the same op.
    const made = {
      op: a.op,
      inputs: a.inputs.map((input) => this.mergedOf(input)),
      attributes: this.#value(where, a.attributes, b.attributes),
      shape: this.#value(where, a.shape, b.shape),
      dtype: a.dtype,
      region: this.#region(a.region, b.region),
    } as SymbolicNode;
    this.#nodes.set(a, made);
    this.#partners.set(a, b);
    return made;
  }

  mergedOf(a: Node): SymbolicNode {
    const merged = this.#nodes.get(a);
    if (merged === undefined) throw new ChainruleError("internal", "internal", `${a.op} is read before it is computed`);
    return merged;
  }

  #region(a: Region | null, b: Region | null): SymbolicRegion | null {
    if (a === null || b === null) return null;
    const existing = this.#regions.get(a);
    if (existing) return existing;
    const made: SymbolicRegion = {
      name: a.name,
      parent: this.#region(a.parent, b.parent),
      attributes: this.#value(a.name, a.attributes, b.attributes) as SymbolicRegion["attributes"],
    };
    this.#regions.set(a, made);
    return made;
  }

  /** Merges two values number by number, at any depth of lists and records. */
  #value(where: string, a: unknown, b: unknown): unknown {
    if (typeof a === "number" && typeof b === "number") {
      const size = fit([a, b], this.#batches);
      if (size !== null) return size;
      throw new ChainruleError(
        "option",
        "toOnnx",
        `${where} depends on the batch in a way that ONNX cannot follow, with ${a} at a batch of ${this.#batches[0]} and ${b} at ${this.#batches[1]}; ${cure}`,
      );
    }
    if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
      return a.map((part, i) => this.#value(where, part, b[i]));
    if (isRecord(a) && isRecord(b))
      return Object.fromEntries(
        Object.entries(a).map(([key, part]) => [
          key,
          this.#value(where, part, Object.hasOwn(b, key) ? b[key] : undefined),
        ]),
      );
    if (a === b) return a;
    throw new ChainruleError("option", "toOnnx", `${where} has other attributes at another batch size; ${cure}`);
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The arguments, and the nodes that the result needs, in the graph's own order, on which the rules of regions.ts rely. */
function neededNodes({ nodes, results }: Graph): Node[] {
  const needed = new Set<Node>(results);
  for (let i = nodes.length - 1; i >= 0; i--) if (needed.has(nodes[i])) for (const x of nodes[i].inputs) needed.add(x);
  return nodes.filter((n) => n.op === "argument" || needed.has(n));
}

/** Merges two graphs of one function that has one result. For a fixed batch both are the same graph. */
export function merge(graphs: readonly [Graph, Graph], batches: readonly [number, number]): SymbolicGraph {
  const [a, b] = [neededNodes(graphs[0]), neededNodes(graphs[1])];
  const merger = new Merger(batches);
  const nodes = a.slice(0, b.length).map((n, i) => merger.node(n, b[i]));
  if (a.length !== b.length) {
    throw new ChainruleError(
      "option",
      "toOnnx",
      `with a batch of ${batches[0]} the model takes ${a.length} operations, with one of ${batches[1]} ${b.length}; ${cure}`,
    );
  }
  return { nodes, result: merger.mergedOf(graphs[0].results[0]) };
}
