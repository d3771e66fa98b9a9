// Divides the nodes of a graph among functions: each region becomes a function of its own, called by the region around it, and so do the
// gradients of a region's nodes: softmax and softmax_backward, which stand beside each other. The nodes of a function can be called together
// only if nothing outside of it stands between two of them; where something does, the function is dissolved, and its nodes are written in the
// one around it.
import { ChainruleError } from "chainrule";
import type { Graph, Node, NodeOf, Region } from "chainrule/compiler";

/** A region, without the gradients of its nodes, or these alone. */
interface Part {
  readonly name: string;
  readonly parent: Part | null;
}

/** The nodes of a function, in the order in which they are computed. */
export interface Group {
  /** "softmax", "softmax_backward" */
  readonly name: string;
  readonly items: readonly Item[];
  /** Nodes from outside, in the order in which they are first read. */
  readonly inputs: readonly Node[];
  /** Nodes that are read outside. */
  readonly outputs: readonly Node[];
}

export type Item = NodeOf | Group;

/** Constants are written where they are read, so that they are no operands of functions. */
export const isConstant = (n: Node): boolean => n.op === "full";

const isComputed = (n: Node): n is NodeOf => n.op !== "argument" && n.op !== "state";

/** The nodes that the outputs need, in the graph's own order. */
function neededNodes({ nodes, results, updates }: Graph): NodeOf[] {
  const needed = new Set<Node>([...results, ...updates.map(({ value }) => value)]);
  for (const n of nodes.toReversed()) if (needed.has(n)) for (const x of n.inputs) needed.add(x);
  return nodes.filter(isComputed).filter((n) => needed.has(n) && !isConstant(n));
}

/** The items of the function main. */
export function outline(graph: Graph): readonly Item[] {
  const outputs = new Set<Node>([...graph.results, ...graph.updates.map(({ value }) => value)]);
  return new Outline(neededNodes(graph), outputs).arrange();
}

class Outline {
  readonly #nodes: readonly NodeOf[];
  readonly #outputs: ReadonlySet<Node>;
  readonly #readers = new Map<Node, NodeOf[]>();
  readonly #parts = new Map<Region, Part[]>();
  readonly #dissolved = new Set<Part>();

  constructor(nodes: readonly NodeOf[], outputs: ReadonlySet<Node>) {
    this.#nodes = nodes;
    this.#outputs = outputs;
    for (const n of nodes) for (const x of n.inputs) this.#readers.set(x, [...(this.#readers.get(x) ?? []), n]);
  }

  arrange(): readonly Item[] {
    return this.#items(this.#nodes, null);
  }

  /** The items of one function, whose nodes these are. */
  #items(nodes: readonly NodeOf[], scope: Part | null): Item[] {
    for (;;) {
      const units = this.#unitsOf(nodes, scope);
      const order = inOrder(units);
      if (order.cycle === null) return order.units.map((unit) => this.#item(unit));
      const part = order.cycle.find((unit) => unit.part !== null)?.part;
      if (!part) throw new ChainruleError("internal", "internal", "the nodes of a graph read each other in a circle");
      this.#dissolved.add(part);
    }
  }

  #unitsOf(nodes: readonly NodeOf[], scope: Part | null): Unit[] {
    const members = new Map<NodeOf | Part, NodeOf[]>();
    for (const n of nodes) {
      const key = this.#partBelow(n, scope) ?? n;
      members.set(key, [...(members.get(key) ?? []), n]);
    }
    const units: Unit[] = [];
    const unitOf = new Map<Node, Unit>();
    for (const [key, inside] of members) {
      const unit: Unit = { part: "op" in key ? null : key, nodes: inside, before: new Set() };
      units.push(unit);
      for (const n of inside) unitOf.set(n, unit);
    }
    for (const n of nodes) {
      const unit = unitOf.get(n);
      for (const x of n.inputs) {
        const source = unitOf.get(x);
        if (source !== undefined && source !== unit) unit?.before.add(source);
      }
    }
    return units;
  }

  /** The outermost part of a node inside this scope that is not dissolved; null for a node of the scope itself. */
  #partBelow(n: NodeOf, scope: Part | null): Part | null {
    let found: Part | null = null;
    for (let part = this.#partOf(n.region, 0); part !== null && part !== scope; part = part.parent)
      if (!this.#dissolved.has(part)) found = part;
    return found;
  }

  /** The part of nodes in a region. `gradients` counts the regions "backward" that were left behind on the way out from the node. */
  #partOf(region: Region | null, gradients: number): Part | null {
    if (region === null) return null;
    if (region.name === "backward") return this.#partOf(region.parent, gradients + 1);
    const parts = this.#parts.get(region) ?? [];
    this.#parts.set(region, parts);
    return (parts[gradients] ??= {
      name: region.name + "_backward".repeat(gradients),
      parent: this.#partOf(region.parent, gradients),
    });
  }

  #item({ part, nodes }: Unit): Item {
    if (part === null) return nodes[0];
    const own = new Set<Node>(nodes);
    const inputs = new Set(nodes.flatMap((n) => n.inputs).filter((x) => !own.has(x) && !isConstant(x)));
    const isReadOutside = (n: Node) =>
      this.#outputs.has(n) || (this.#readers.get(n) ?? []).some((reader) => !own.has(reader));
    return {
      name: part.name,
      items: this.#items(nodes, part),
      inputs: [...inputs],
      outputs: nodes.filter(isReadOutside),
    };
  }
}

/** What is arranged: one node, or the nodes of a part. */
interface Unit {
  readonly part: Part | null;
  readonly nodes: readonly NodeOf[];
  /** The units that it reads. */
  readonly before: Set<Unit>;
}

/** The units, each after those that it reads and otherwise in the given order; or the units of a circle. */
function inOrder(units: readonly Unit[]): { readonly units: readonly Unit[]; readonly cycle: readonly Unit[] | null } {
  const done = new Set<Unit>();
  const open = new Set<Unit>();
  for (const start of units) {
    const stack = [start];
    for (let unit = stack.at(-1); unit !== undefined; unit = stack.at(-1)) {
      if (done.has(unit)) {
        stack.pop();
        continue;
      }
      open.add(unit);
      const next: Unit | undefined = [...unit.before].find((other) => !done.has(other));
      if (next === undefined) {
        done.add(unit);
        open.delete(unit);
        stack.pop();
      } else if (open.has(next)) return { units: [], cycle: stack.slice(stack.indexOf(next)) };
      else stack.push(next);
    }
  }
  return { units: [...done], cycle: null };
}
