// A loop while it is simplified: what its body reads, carries and returns, by nodes of the body, and where the graph around it has these inputs.
// When all passes are done, a draft becomes a body without the inputs, carries and results that nothing needs.
import type { Node } from "../graph.ts";
import { argumentsOf, type NodeOf, reachable, statesOf } from "../graph.ts";
import { Body, bodyOf } from "./body.ts";
import { bodyGraph } from "./body-graph.ts";

/** A value around a loop: a node of the graph, or a stacked result that another draft returns. */
export type Source = Node | { readonly draft: Draft; readonly result: Node };

export const isNode = (source: Source): source is Node => "op" in source;

export interface Input {
  readonly node: Node;
  readonly from: Source;
}

export interface Carry {
  readonly before: Node;
  readonly after: Node;
  readonly from: Source;
}

/** Gives the node of a value around the loop. */
export type Resolve = (source: Source) => Node;

export class Draft {
  readonly length: number;
  readonly reverse: boolean;
  readonly body: Body;
  /** The nodes of the graph that are the loop's results. */
  readonly nodes: readonly NodeOf<"scan">[];
  /** What the body takes along dim 0. */
  taken: readonly Input[];
  /** What each step reads whole. */
  whole: readonly Input[];
  carries: readonly Carry[];
  /** The node of the body that each of the old stacked results is. */
  readonly #results: readonly Node[];
  readonly #carries: readonly Carry[];
  /** The stacked results that other loops, or products after the loop, need. */
  readonly #added = new Set<Node>();
  /** What the graph has in place of a carry after the loop, or of a stacked result. */
  readonly #ends = new Map<Carry | Node, (resolve: Resolve) => Node>();

  constructor(nodes: readonly NodeOf<"scan">[]) {
    const [{ inputs }] = nodes;
    const body = bodyOf(nodes[0]);
    const { graph, taken, length, reverse, carries } = body;
    const after = new Map<Node, Node>(graph.updates.map(({ state, value }) => [state, value]));
    const args = argumentsOf(graph);
    this.length = length;
    this.reverse = reverse;
    this.body = body;
    this.nodes = nodes;
    this.carries = statesOf(graph).map((before, i) => ({
      before,
      after: after.get(before) ?? before,
      from: inputs[i],
    }));
    this.taken = args.slice(0, taken).map((node, i) => ({ node, from: inputs[carries + i] }));
    this.whole = args.slice(taken).map((node, i) => ({ node, from: inputs[carries + taken + i] }));
    this.#results = graph.results;
    this.#carries = this.carries;
  }

  /** The stacked results that are needed: those that nodes of the graph are, and added ones. */
  get results(): readonly Node[] {
    const count = this.#carries.length;
    const own = this.nodes.flatMap(({ attributes: { output } }) => {
      const result = output < count ? undefined : this.#results[output - count];
      return result === undefined || this.#ends.has(result) ? [] : [result];
    });
    return [...new Set([...own, ...this.#added])];
  }

  /** The node of the body that a stacked result is; null for a carry after the loop. */
  resultOf({ attributes: { output } }: NodeOf<"scan">): Node | null {
    return this.#results[output - this.#carries.length] ?? null;
  }

  /** The carries whose contents after the loop are needed. */
  get finals(): readonly Carry[] {
    const wanted = new Set(this.nodes.map(({ attributes: { output } }) => this.#carries[output]));
    return this.carries.filter((carry) => wanted.has(carry) && !this.#ends.has(carry));
  }

  /** Stacks a node of the body, for readers outside of the loop. */
  stack(result: Node): Source {
    this.#added.add(result);
    return { draft: this, result };
  }

  /** Says how the contents of a carry after the loop are computed otherwise. */
  endsWith(carry: Carry, end: (resolve: Resolve) => Node): void {
    this.#ends.set(carry, end);
  }

  /** Whether a node of the body is an input of it: what is taken, read whole or carried, though it may have been computed before. */
  isInput(n: Node): boolean {
    return this.#inputs().has(n);
  }

  /** The nodes that the body computes for the results and carries, each after its inputs. */
  needed(): Node[] {
    return this.#reach(this.#roots(this.#live()));
  }

  #inputs(): Set<Node> {
    return new Set(
      [...this.taken, ...this.whole].map(({ node }) => node).concat(this.carries.map(({ before }) => before)),
    );
  }

  #reach(roots: readonly Node[]): Node[] {
    const inputs = this.#inputs();
    return reachable(roots, [...inputs]).slice(inputs.size);
  }

  /** The inputs and nodes that these roots are computed from. */
  #read(roots: readonly Node[]): Set<Node> {
    return new Set([...roots, ...this.#reach(roots).flatMap(({ inputs }) => inputs)]);
  }

  #roots(carries: readonly Carry[]): Node[] {
    return [...this.results, ...carries.map(({ after }) => after)];
  }

  /** The carries that are needed: after the loop, by results, or by such carries. */
  #live(): readonly Carry[] {
    const live = new Set(this.finals);
    for (let before = -1; before !== live.size; ) {
      before = live.size;
      const read = this.#read(this.#roots([...live]));
      for (const carry of this.carries) if (read.has(carry.before)) live.add(carry);
    }
    return this.carries.filter((carry) => live.has(carry));
  }

  /** The new body, with the node of the graph that each old result becomes and each added one is. */
  finish(simplify: (body: Body) => Body): Finished {
    const carries = this.#live();
    const results = this.results;
    const read = this.#read(this.#roots(carries));
    const isRead = ({ node }: Input) => read.has(node);
    const [taken, whole] = [this.taken.filter(isRead), this.whole.filter(isRead)];
    const graph = bodyGraph({
      taken: taken.map(({ node }) => node),
      whole: whole.map(({ node }) => node),
      states: carries,
      results,
    });
    const { length, reverse } = this;
    const old = this.body.graph;
    const args = [...taken, ...whole].map(({ node }) => node);
    const isUnchanged =
      isEqual(args, argumentsOf(old)) && isEqual(results, old.results) && carries.length === this.body.carries;
    const made = isUnchanged ? this.body : new Body({ graph, taken: taken.length, length, reverse });
    const body = simplify(made);
    const inputs = [...carries, ...taken, ...whole].map(({ from }) => from);
    const placeOf = (end: Carry | Node): number =>
      "before" in end ? carries.indexOf(end) : carries.length + results.indexOf(end);
    const of = ({ attributes: { output } }: NodeOf<"scan">): Carry | Node =>
      this.#carries[output] ?? this.#results[output - this.#carries.length];
    return {
      body,
      inputs,
      outputOf: (n) => placeOf(of(n)),
      outputOfResult: placeOf,
      endOf: (n) => this.#ends.get(of(n)) ?? null,
    };
  }
}

const isEqual = (some: readonly Node[], others: readonly Node[]): boolean =>
  some.length === others.length && some.every((n, i) => n === others[i]);

export interface Finished {
  readonly body: Body;
  readonly inputs: readonly Source[];
  /** The output of the new body that an old node is. */
  outputOf(n: NodeOf<"scan">): number;
  outputOfResult(result: Node): number;
  /** What stands in place of an old node, if it is no result of the loop any more. */
  endOf(n: NodeOf<"scan">): ((resolve: Resolve) => Node) | null;
}
