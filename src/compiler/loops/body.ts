// The body of a loop as a graph. A carry is a state of this graph, since each step leaves new contents for the next one, as a program does for
// its next call; what is taken along dim 0, one element a step, are its first arguments, and what every step reads whole are the others.
// For example, the running sums of x [100], which start at s:
//
//   %0 = argument 0 : float32[]          an element of x
//   %1 = state 0 : float32[]             s, then the sum so far
//   %2 = add %1, %0 : float32[]
//   state 0 <- %2
//   return %2                            stacked, float32[100]
import { internal } from "../../errors/error.ts";
import { allocate, type NDArray, type Type } from "../../tensor/dtype.ts";
import type { Loop } from "../../tensor/ops/loops.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { evaluate } from "../evaluate.ts";
import { argumentsOf, type Graph, type Node, type NodeOf, statesOf } from "../graph.ts";

/** How a body is run. */
export interface BodyOptions {
  readonly graph: Graph;
  /** How many of the arguments are taken along dim 0. */
  readonly taken: number;
  readonly length: number;
  /** Whether the steps go from the last element to the first. */
  readonly reverse: boolean;
}

let last = 0;

const typeOf = ({ dtype, shape }: Type): Type => ({ dtype, shape });

export class Body implements Loop, BodyOptions {
  readonly id = ++last;
  readonly graph: Graph;
  readonly taken: number;
  readonly length: number;
  readonly reverse: boolean;
  readonly inputs: readonly Type[];
  readonly outputs: readonly Type[];

  constructor({ graph, taken, length, reverse }: BodyOptions) {
    this.graph = graph;
    this.taken = taken;
    this.length = length;
    this.reverse = reverse;
    const stacked = ({ dtype, shape }: Type): Type => ({ dtype, shape: [length, ...shape] });
    const carries = statesOf(graph).map(typeOf);
    const args = argumentsOf(graph);
    this.inputs = [...carries, ...args.slice(0, taken).map(stacked), ...args.slice(taken).map(typeOf)];
    this.outputs = [...carries, ...graph.results.map(stacked)];
  }

  /** The number of carries, which come first among the inputs and the outputs. */
  get carries(): number {
    return this.outputs.length - this.graph.results.length;
  }

  /** The places along dim 0, in the order of the steps. */
  places(): number[] {
    const places = Array.from({ length: this.length }, (_, i) => i);
    return this.reverse ? places.reverse() : places;
  }

  run(inputs: readonly NDArray[]): readonly NDArray[] {
    const { graph, carries, taken } = this;
    const whole = inputs.slice(carries + taken);
    const along = inputs.slice(carries, carries + taken);
    const stacked = this.outputs
      .slice(carries)
      .map((type): NDArray => ({ ...type, data: allocate(type.dtype, sizeOf(type.shape)) }));
    let states: readonly NDArray[] = inputs.slice(0, carries);
    for (const place of this.places()) {
      const after = evaluate(graph, [...along.map((x) => element(x, place)), ...whole], states);
      states = after.states;
      after.results.forEach(({ data }, i) => {
        stacked[i].data.set(data, place * data.length);
      });
    }
    return [...states, ...stacked];
  }
}

/** One element of an array along dim 0. */
function element({ data, dtype, shape: [, ...shape] }: NDArray, place: number): NDArray {
  const size = sizeOf(shape);
  return { dtype, shape, data: data.subarray(place * size, (place + 1) * size) };
}

/** The body of a scan's node. */
export const bodyOf = ({ attributes }: NodeOf<"scan">): Body => asBody(attributes.body);

export function asBody(loop: Loop): Body {
  if (loop instanceof Body) return loop;
  throw internal("the body of a loop is no graph");
}

export const isScan = (n: Node): n is NodeOf<"scan"> => n.op === "scan";

/** The graph with each body, and the bodies inside of it, replaced; results of one loop keep one body. */
export function mapBodies(graph: Graph, change: (graph: Graph) => Graph): Graph {
  if (!graph.nodes.some(isScan)) return graph;
  const changed = new Map<Body, Body>();
  const bodyAfter = (body: Body): Body => {
    const known = changed.get(body);
    if (known !== undefined) return known;
    const { taken, length, reverse } = body;
    const inner = change(mapBodies(body.graph, change));
    const made = inner === body.graph ? body : new Body({ graph: inner, taken, length, reverse });
    changed.set(body, made);
    return made;
  };
  const after = new Map<Node, Node>();
  const of = (n: Node): Node => after.get(n) ?? n;
  const nodes = graph.nodes.map((n): Node => {
    const isMoved = n.inputs.some((x) => after.has(x));
    const body = isScan(n) ? bodyOf(n) : null;
    const next = body === null ? null : bodyAfter(body);
    if (!isMoved && next === body) return n;
    const moved = { ...n, inputs: n.inputs.map(of) };
    const made = isScan(moved) && next !== null ? { ...moved, attributes: { ...moved.attributes, body: next } } : moved;
    after.set(n, made);
    return made;
  });
  if (after.size === 0) return graph;
  const updates = graph.updates.map(({ state, value }) => ({ state, value: of(value) }));
  return { nodes, updates, results: graph.results.map(of) };
}

/** The graph and all bodies in it, changed. */
export const everywhere = (graph: Graph, change: (graph: Graph) => Graph): Graph => change(mapBodies(graph, change));
