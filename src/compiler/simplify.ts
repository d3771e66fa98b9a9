// Graph -> a graph with equal results and less to compute: constant folding, algebraic identities, common subexpressions, dead code.
// Rewrite rules are tried on each node, in topological order, and the rounds end when none applies. A node that a rule makes is
// simplified at once, so that few rounds are needed. No rule changes a bit of any result (all NaN count as equal).

import { internal } from "../errors/error.ts";
import type { Attributes, OpName } from "../tensor/ops.ts";
import { type Graph, isInput, type Node, type NodeOf, node, rewrite, usesOf } from "./graph.ts";
import { simplifyLoops } from "./loops/simplify-loops.ts";
import { choices } from "./simplify/choices.ts";
import { constants } from "./simplify/constants.ts";
import { identities } from "./simplify/identities.ts";
import { gathering, scattering } from "./simplify/indexing.ts";
import { distinct, Keys } from "./simplify/keys.ts";
import { movements } from "./simplify/movements.ts";
import { placements } from "./simplify/placements.ts";
import { reductions } from "./simplify/reductions.ts";
import type { Rewriter, Rule, Rules } from "./simplify/rule.ts";
import { sinking } from "./simplify/sink.ts";

const always: Rules = {
  ...constants,
  ...identities,
  ...choices,
  ...movements,
  ...placements,
  ...reductions,
  ...gathering,
  ...sinking,
};

export const everyRule: Rules = { ...always, ...scattering };

/**
 * Whether scattering applies depends on the gathers that are left in the end. The first try takes it that all of them are. Where one is not,
 * scattering becomes a stage of its own, at the end, and if that does not help, it is left out.
 */
const tries: readonly (readonly Rules[])[] = [[everyRule], [always, everyRule], [always]];

/** A bound on the rounds of each stage; graphs need far fewer until no rule applies. */
const maxRounds = 20;
/** A bound on how often loops are simplified: what leaves a loop may leave the loop around it as well. */
const maxLoopRounds = 6;
/** A bound on how deep simplifying a new node may recurse; the next round simplifies the rest. */
const maxDepth = 100;

export function simplify(graph: Graph): Graph {
  for (let round = 0; round < maxLoopRounds; round++) {
    graph = simplifyNodes(graph);
    const simpler = simplifyLoops(graph, simplify);
    if (simpler === graph) break;
    graph = simpler;
  }
  return graph;
}

function simplifyNodes(graph: Graph): Graph {
  const keys = new Keys();
  // Where equal nodes are one, each is read as often as in the end, and rules that ask for this apply in the first round.
  const own = distinct(graph, keys);
  for (const stages of tries) {
    const simplifier = new Simplifier(keys);
    const simple = stages.reduce((before, stage) => simplifier.run(before, stage), own);
    if (simplifier.holdsFor(simple)) return simple;
  }
  throw internal("simplify: a gather that a rule relies on is gone");
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

/** The state of one call of `simplify`, over all of its rounds. */
class Simplifier implements Rewriter {
  #rules: ReadonlyMap<string, readonly Rule[]> = new Map();
  #before: readonly Node[] = [];
  #next = 0;
  /** How often each node is read: exact when a round starts, and updated during it only where that is cheap. */
  #uses = new Map<Node, number>();
  /** The index, dim and size of each gather in the graph, and of those that a rule relies on. */
  #gathers = new Set<string>();
  readonly #needed = new Set<string>();
  /** Scatters that were visited while no gather with their index was known. */
  readonly #alone = new Set<NodeOf<"scatterAdd">>();
  #depth = 0;
  /** The simplified form of each node, by the node's key: op, inputs, attributes. */
  readonly #simplified = new Map<string, Node>();
  /** The nodes to which no rule applied, each with the other fact that rules depend on: which of its inputs are read once. */
  readonly #unchanged = new Map<Node, number>();
  readonly #keys: Keys;

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  /** Applies rules, in rounds, until none applies. */
  run(graph: Graph, rules: Rules): Graph {
    this.#rules = rulesByOp(rules);
    for (const n of this.#unchanged.keys()) if (n.op === "scatterAdd") this.#unchanged.delete(n);
    let simple = graph;
    for (let round = 0; round < maxRounds; round++) {
      this.#start(simple);
      if (this.#isDone) break;
      const simpler = rewrite(simple, (n) => this.#visit(n));
      if (simpler === simple) break;
      simple = simpler;
    }
    return simple;
  }

  /** Whether the graph has the gathers that rules relied on. */
  holdsFor(graph: Graph): boolean {
    if (this.#needed.size === 0) return true;
    const left = this.#gathersIn(graph);
    return [...this.#needed].every((gather) => left.has(gather));
  }

  #start(graph: Graph): void {
    this.#before = graph.nodes;
    this.#next = 0;
    this.#uses = usesOf(graph);
    this.#gathers = this.#gathersIn(graph);
    for (const n of this.#alone) {
      if (!this.#gathers.has(this.#scatterOf(n))) continue;
      this.#alone.delete(n);
      this.#unchanged.delete(n);
    }
  }

  #gathersIn(graph: Graph): Set<string> {
    const gathers = new Set<string>();
    for (const n of graph.nodes) if (n.op === "gather") gathers.add(this.#gatherOf(n));
    return gathers;
  }

  #gatherOf({ inputs: [x, index], attributes: { dim } }: NodeOf<"gather">): string {
    return this.#indexOf(index, dim, x.shape[dim]);
  }

  #scatterOf({ inputs: [, index], attributes: { dim, size } }: NodeOf<"scatterAdd">): string {
    return this.#indexOf(index, dim, size);
  }

  #indexOf(index: Node, dim: number, size: number): string {
    return `${this.#keys.idOf(index)} ${dim} ${size}`;
  }

  /** Whether no rule applies to any node. */
  get #isDone(): boolean {
    return this.#before.every((n) => isInput(n) || this.#unchanged.get(n) === this.#readOnceBits(n));
  }

  /** The simplified form of the graph's next node, whose inputs are simplified already. */
  #visit(moved: Node): Node {
    const before = this.#before[this.#next++];
    if (isInput(moved)) return moved;
    const uses = this.#uses.get(before) ?? 0;
    if (this.#unchanged.get(moved) === this.#readOnceBits(moved)) return moved;
    const simple = this.#simplify(moved);
    if (simple === moved) {
      this.#uses.set(moved, uses);
      return moved;
    }
    this.#uses.set(simple, (this.#uses.get(simple) ?? 0) + uses);
    this.#release(moved);
    return simple;
  }

  make<N extends OpName>(op: N, inputs: readonly Node[], attributes: Attributes<N>, like: Node): Node {
    return this.#add(node<OpName>(op, inputs, attributes, like));
  }
  remake(n: NodeOf, inputs: readonly Node[]): Node {
    return this.#add(node(n.op, inputs, n.attributes, n));
  }
  isReadOnce(n: Node): boolean {
    return (this.#uses.get(n) ?? 0) <= 1;
  }
  isGathered(index: Node, dim: number, size: number): boolean {
    const gather = this.#indexOf(index, dim, size);
    if (!this.#gathers.has(gather)) return false;
    this.#needed.add(gather);
    return true;
  }

  #add(made: NodeOf): Node {
    const simple = this.#simplify(made);
    if (simple === made) for (const x of made.inputs) this.#uses.set(x, (this.#uses.get(x) ?? 0) + 1);
    return simple;
  }

  /** The simplified form of a node: that of an equal node seen before, or the result of the first rule that applies. */
  #simplify(n: NodeOf): Node {
    const key = this.#keys.of(n);
    const existing = this.#simplified.get(key);
    if (existing !== undefined && existing !== n) return existing;
    const simple = this.#applyRules(n);
    this.#simplified.set(key, simple);
    return simple;
  }

  #applyRules(n: NodeOf): Node {
    if (this.#depth >= maxDepth) return n;
    this.#depth++;
    const all = this.#rules.get(n.op) ?? [];
    for (let i = 0; i < all.length; i++) {
      const other = all[i].apply(n, this);
      if (other === null) continue;
      this.#depth--;
      return other;
    }
    this.#depth--;
    this.#unchanged.set(n, this.#readOnceBits(n));
    if (n.op === "gather") this.#gathers.add(this.#gatherOf(n));
    if (n.op === "scatterAdd" && !this.#gathers.has(this.#scatterOf(n))) this.#alone.add(n);
    return n;
  }

  /** Which of a node's inputs are read once: bit i stands for input i. */
  #readOnceBits({ inputs }: Node): number {
    let bits = 0;
    for (let i = 0; i < inputs.length; i++) if (this.isReadOnce(inputs[i])) bits |= 1 << i;
    return bits;
  }

  /** Updates the use counts after a node has lost its last reader: it no longer reads its inputs. */
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
