// One graph out of two of the same function, traced with batches of two sizes: what is equal in both is fixed, what grows with the
// batch is a multiple of it, and where something is neither, the function cannot be written for every batch.
import { ChainruleError } from "chainrule";
import type { Attributes, DType, Graph, Node, NodeOp, OpName, Region } from "chainrule/compiler";
import { fit, nameOf, type Size } from "./size.ts";

/** The same with a Size in the place of each number. */
export type Sized<T> = T extends number
  ? Size
  : T extends readonly (infer U)[]
    ? readonly Sized<U>[]
    : T extends object
      ? { readonly [K in keyof T]: Sized<T[K]> }
      : T;

export interface SymbolicNode {
  readonly op: NodeOp;
  readonly inputs: readonly SymbolicNode[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly shape: readonly Size[];
  readonly dtype: DType;
  readonly region: SymbolicRegion | null;
}

export interface SymbolicRegion {
  readonly name: string;
  readonly parent: SymbolicRegion | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface SymbolicGraph {
  /** The arguments and what the result needs, in the order in which the function asked for it. */
  readonly nodes: readonly SymbolicNode[];
  readonly result: SymbolicNode;
}

export const attributesOf = <N extends OpName>({ attributes }: SymbolicNode, _op: N): Sized<Attributes<N>> =>
  attributes as Sized<Attributes<N>>;

/** "matmul (in linear), float32[batch,10]": a node in words. */
export function describeNode({ op, region, dtype, shape }: SymbolicNode): string {
  return `${op}${within(region)}, ${dtype}[${shape.map((n) => nameOf(n, "batch")).join(",")}]`;
}
const within = (region: { readonly name: string } | null): string => (region === null ? "" : ` (in ${region.name})`);

const cure = "pass { batch: null } for a file of this one batch size";

class Meeting {
  readonly #batches: readonly [number, number];
  readonly #nodes = new Map<Node, SymbolicNode>();
  readonly #partners = new Map<Node, Node>();
  readonly #regions = new Map<Region, SymbolicRegion>();

  constructor(batches: readonly [number, number]) {
    this.#batches = batches;
  }

  node(a: Node, b: Node): SymbolicNode {
    const where = `${a.op}${within(a.region)}`;
    const isAlike =
      a.inputs.length === b.inputs.length && a.inputs.every((x, i) => this.#partners.get(x) === b.inputs[i]);
    if (a.op !== b.op || a.dtype !== b.dtype || !isAlike) {
      throw new ChainruleError(
        "option",
        "toOnnx",
        `with a batch of ${this.#batches[0]} the model computes ${where}, with one of ${this.#batches[1]} ${b.op}${within(b.region)} in its place; ${cure}`,
      );
    }
    const made: SymbolicNode = {
      op: a.op,
      inputs: a.inputs.map((input) => this.met(input)),
      attributes: this.#value(where, a.attributes, b.attributes) as SymbolicNode["attributes"],
      shape: this.#value(where, a.shape, b.shape) as readonly Size[],
      dtype: a.dtype,
      region: this.#region(a.region, b.region),
    };
    this.#nodes.set(a, made);
    this.#partners.set(a, b);
    return made;
  }

  met(a: Node): SymbolicNode {
    const known = this.#nodes.get(a);
    if (known === undefined) throw new ChainruleError("internal", "internal", `${a.op} is read before it is computed`);
    return known;
  }

  #region(a: Region | null, b: Region | null): SymbolicRegion | null {
    if (a === null || b === null) return null;
    const known = this.#regions.get(a);
    if (known) return known;
    const made: SymbolicRegion = {
      name: a.name,
      parent: this.#region(a.parent, b.parent),
      attributes: this.#value(a.name, a.attributes, b.attributes) as SymbolicRegion["attributes"],
    };
    this.#regions.set(a, made);
    return made;
  }

  /** Number by number, however deep they lie. */
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
      return Object.fromEntries(Object.entries(a).map(([key, part]) => [key, this.#value(where, part, b[key])]));
    if (a === b) return a;
    throw new ChainruleError("option", "toOnnx", `${where} is another one at another batch size; ${cure}`);
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The arguments, and the nodes that the result needs, in the graph's own order, which regions rely on. */
function needed({ nodes, results }: Graph): Node[] {
  const wanted = new Set<Node>(results);
  for (let i = nodes.length - 1; i >= 0; i--) if (wanted.has(nodes[i])) for (const x of nodes[i].inputs) wanted.add(x);
  return nodes.filter((n) => n.op === "argument" || wanted.has(n));
}

/** The graphs are of one function with one result. For a fixed batch both are the same graph. */
export function meet(graphs: readonly [Graph, Graph], batches: readonly [number, number]): SymbolicGraph {
  const [a, b] = [needed(graphs[0]), needed(graphs[1])];
  const meeting = new Meeting(batches);
  const nodes = a.slice(0, b.length).map((n, i) => meeting.node(n, b[i]));
  if (a.length !== b.length) {
    throw new ChainruleError(
      "option",
      "toOnnx",
      `with a batch of ${batches[0]} the model takes ${a.length} operations, with one of ${batches[1]} ${b.length}; ${cure}`,
    );
  }
  return { nodes, result: meeting.met(graphs[0].results[0]) };
}
