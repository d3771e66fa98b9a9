// Divides the nodes of a graph among functions: each region becomes a function of its own, called by the region around it. The nodes of a
// region can be called together only if nothing outside of it stands between two of them; where something does, as between the parts of a
// backward pass, the region is dissolved, and its nodes are written in the region around it.
import { ChainruleError } from "chainrule";
import type { Graph, Node, NodeOf, Region } from "chainrule/compiler";

/** A region's nodes, in the order in which they are computed. */
export interface Group {
  readonly region: Region;
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
  readonly #dissolved = new Set<Region>();

  constructor(nodes: readonly NodeOf[], outputs: ReadonlySet<Node>) {
    this.#nodes = nodes;
    this.#outputs = outputs;
    for (const n of nodes) for (const x of n.inputs) this.#readers.set(x, [...(this.#readers.get(x) ?? []), n]);
  }

  arrange(): readonly Item[] {
    return this.#items(this.#nodes, null);
  }

  /** The items of one function, whose nodes these are. */
  #items(nodes: readonly NodeOf[], scope: Region | null): Item[] {
    for (;;) {
      const units = this.#unitsOf(nodes, scope);
      const order = inOrder(units);
      if (order.cycle === null) return order.units.map((unit) => this.#item(unit));
      const region = order.cycle.find((unit) => unit.region !== null)?.region;
      if (!region) throw new ChainruleError("internal", "internal", "the nodes of a graph read each other in a circle");
      this.#dissolved.add(region);
    }
  }

  #unitsOf(nodes: readonly NodeOf[], scope: Region | null): Unit[] {
    const members = new Map<NodeOf | Region, NodeOf[]>();
    for (const n of nodes) {
      const key = this.#regionBelow(n, scope) ?? n;
      members.set(key, [...(members.get(key) ?? []), n]);
    }
    const units: Unit[] = [];
    const unitOf = new Map<Node, Unit>();
    for (const [key, inside] of members) {
      const unit: Unit = { region: "op" in key ? null : key, nodes: inside, before: new Set() };
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

  /** The outermost region of a node inside this scope that is not dissolved; null for a node of the scope itself. */
  #regionBelow(n: NodeOf, scope: Region | null): Region | null {
    let found: Region | null = null;
    for (let region = n.region; region !== null && region !== scope; region = region.parent)
      if (!this.#dissolved.has(region)) found = region;
    return found;
  }

  #item({ region, nodes }: Unit): Item {
    if (region === null) return nodes[0];
    const own = new Set<Node>(nodes);
    const inputs = new Set(nodes.flatMap((n) => n.inputs).filter((x) => !own.has(x) && !isConstant(x)));
    const isReadOutside = (n: Node) =>
      this.#outputs.has(n) || (this.#readers.get(n) ?? []).some((reader) => !own.has(reader));
    return {
      region,
      items: this.#items(nodes, region),
      inputs: [...inputs],
      outputs: nodes.filter(isReadOutside),
    };
  }
}

/** What is arranged: one node, or the nodes of a region. */
interface Unit {
  readonly region: Region | null;
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
