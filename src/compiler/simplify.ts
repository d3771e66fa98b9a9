// The same graph with less to do: rules look at each node, from the front to the back, until none has anything to say. Each
// node that a rule makes is simplified at once, so that one round goes far; of two equal nodes there is one, and what
// nothing needs any more goes. Each rule keeps every result, to the bit (NaN is NaN).
import type { Attributes, OpName } from "../tensor/ops.ts";
import { printAttribute } from "./attribute-text.ts";
import { type Graph, type Node, node, rewrite, usesOf } from "./graph.ts";
import { choices } from "./simplify/choices.ts";
import { constants } from "./simplify/constants.ts";
import { identities } from "./simplify/identities.ts";
import { largest, scattering } from "./simplify/indexing.ts";
import { movements } from "./simplify/movements.ts";
import { reductions } from "./simplify/reductions.ts";
import { attributesOf, type Rule, type Rules, type Workshop } from "./simplify/rule.ts";
import { sinking } from "./simplify/sink.ts";

const always: Rules = { ...constants, ...identities, ...choices, ...movements, ...reductions, ...largest, ...sinking };

/** Scattering comes last: it relies on the gathers that are left. */
export const stages: readonly Rules[] = [always, { ...always, ...scattering }];

/** Rounds over the graph at most, in each stage: rules come to an end long before. */
const rounds = 20;
/** How deep a rule's nodes may make rules apply; the next round goes on. */
const deepest = 100;

export function simplify(graph: Graph): Graph {
  const bench = new Bench();
  for (const stage of stages) {
    bench.take(stage);
    for (let round = 0; round < rounds; round++) {
      bench.start(graph);
      graph = rewrite(graph, (n) => bench.visit(n));
      if (!bench.hasChanged) break;
    }
  }
  return graph;
}

const tables = new Map<Rules, ReadonlyMap<string, readonly Rule[]>>();

/** The rules for each op, in the order of the table. */
function rulesByOp(rules: Rules): ReadonlyMap<string, readonly Rule[]> {
  let byOp = tables.get(rules);
  if (byOp === undefined) {
    const lists = new Map<string, Rule[]>();
    for (const rule of Object.values(rules)) {
      for (const op of rule.ops) lists.set(op, [...(lists.get(op) ?? []), rule]);
    }
    tables.set(rules, (byOp = lists));
  }
  return byOp;
}

const commuting: ReadonlySet<Node["op"]> = new Set<OpName>(["add", "mul", "maximum", "minimum", "eq"]);

/** What one simplification knows, round after round. */
class Bench implements Workshop {
  #rules: ReadonlyMap<string, readonly Rule[]> = new Map();
  #before: readonly Node[] = [];
  #next = 0;
  /** How often each node is read: exact when a round starts, kept up to date as well as that is cheap. */
  #uses = new Map<Node, number>();
  #gathered = new Set<string>();
  #depth = 0;
  hasChanged = false;
  /** The simple form of a node by its key: op, inputs, attributes. */
  readonly #known = new Map<string, Node>();
  readonly #ids = new Map<Node, number>();
  readonly #attributeIds = new Map<string | object, number>();
  /** The nodes for which no rule had anything to say, with what it depended on beside the node: which inputs are read once. */
  readonly #quiet = new Map<Node, number>();

  take(rules: Rules): void {
    this.#rules = rulesByOp(rules);
    for (const n of this.#quiet.keys()) if (n.op === "scatterAdd") this.#quiet.delete(n);
  }

  start(graph: Graph): void {
    this.#before = graph.nodes;
    this.#next = 0;
    this.#uses = usesOf(graph);
    this.#gathered = new Set();
    this.hasChanged = false;
    for (const n of graph.nodes) {
      if (n.op !== "gather") continue;
      const { dim } = attributesOf(n, "gather");
      this.#gathered.add(`${this.#idOf(n.inputs[1])} ${dim} ${n.inputs[0].shape[dim]}`);
    }
  }

  /** The simple form of the graph's next node, whose inputs are simple. */
  visit(moved: Node): Node {
    const before = this.#before[this.#next++];
    if (moved.op === "argument" || moved.op === "state") return moved;
    const uses = this.#uses.get(before) ?? 0;
    if (this.#quiet.get(moved) === this.#readOnce(moved)) return moved;
    const simple = this.#settle(moved);
    if (simple === moved) {
      this.#uses.set(moved, uses);
      return moved;
    }
    this.hasChanged = true;
    this.#uses.set(simple, (this.#uses.get(simple) ?? 0) + uses);
    this.#release(moved);
    return simple;
  }

  make<N extends OpName>(op: N, inputs: readonly Node[], attributes: Attributes<N>, like: Node): Node {
    return this.#add(node(op, inputs, attributes as Node["attributes"], like));
  }
  remake(n: Node, inputs: readonly Node[]): Node {
    return this.#add(node(n.op as OpName, inputs, n.attributes, n));
  }
  isReadOnce(n: Node): boolean {
    return (this.#uses.get(n) ?? 0) <= 1;
  }
  isGathered(index: Node, dim: number, size: number): boolean {
    return this.#gathered.has(`${this.#idOf(index)} ${dim} ${size}`);
  }

  #add(made: Node): Node {
    const simple = this.#settle(made);
    if (simple === made) for (const x of made.inputs) this.#uses.set(x, (this.#uses.get(x) ?? 0) + 1);
    return simple;
  }

  /** The node in whose place this one is needless: its equal, or what the first rule that applies makes of it. */
  #settle(n: Node): Node {
    const key = this.#keyOf(n);
    const known = this.#known.get(key);
    if (known !== undefined && known !== n) return known;
    const simple = this.#ruled(n);
    this.#known.set(key, simple);
    return simple;
  }

  #ruled(n: Node): Node {
    if (this.#depth >= deepest) return n;
    this.#depth++;
    for (const { apply } of this.#rules.get(n.op) ?? []) {
      const other = apply(n, this);
      if (other === null) continue;
      this.hasChanged = true;
      this.#depth--;
      return other;
    }
    this.#depth--;
    this.#quiet.set(n, this.#readOnce(n));
    return n;
  }

  /** One bit for each input. */
  #readOnce({ inputs }: Node): number {
    let bits = 0;
    for (let i = 0; i < inputs.length; i++) if (this.isReadOnce(inputs[i])) bits |= 1 << i;
    return bits;
  }

  #keyOf({ op, inputs, attributes }: Node): string {
    const last = this.#attributeIdOf(attributes);
    if (inputs.length === 2) {
      const [a, b] = [this.#idOf(inputs[0]), this.#idOf(inputs[1])];
      return a > b && commuting.has(op) ? `${op} ${b} ${a} ${last}` : `${op} ${a} ${b} ${last}`;
    }
    let key: string = op;
    for (const x of inputs) key += ` ${this.#idOf(x)}`;
    return `${key} ${last}`;
  }

  #idOf(n: Node): number {
    let id = this.#ids.get(n);
    if (id === undefined) this.#ids.set(n, (id = this.#ids.size));
    return id;
  }

  /** One number for all attributes of the same text. */
  #attributeIdOf(attributes: Node["attributes"]): number {
    let id = this.#attributeIds.get(attributes);
    if (id === undefined) {
      const text = printAttribute(attributes);
      id = this.#attributeIds.get(text) ?? this.#attributeIds.size;
      this.#attributeIds.set(text, id).set(attributes, id);
    }
    return id;
  }

  /** A node is read no more, and so reads no more itself. */
  #release(n: Node): void {
    const stack = [n];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      for (const x of top.inputs) {
        const left = (this.#uses.get(x) ?? 0) - 1;
        this.#uses.set(x, left);
        if (left === 0) stack.push(x);
      }
    }
  }
}
