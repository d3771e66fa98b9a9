// Builds the graph of a formula with chainrule's own Values: one node for each number that the result depends on, inputs before the nodes
// that use them. A name that is used twice is one node with two edges. The same statements always give the same node ids.
import { Value } from "chainrule/scalar";
import { type Expression, type FunctionName, type Operator, type Statement, write } from "./formula/expression.ts";
import { ExpressionError } from "./formula/faults.ts";
import { defaultOf } from "./formula/presets.ts";
import { type Role, roleOf } from "./formula/roles.ts";

export type Op = Operator | FunctionName | "neg";

export interface GraphNode {
  /** The index in the graph's nodes. */
  readonly id: number;
  readonly value: Value;
  /** The name, or the expression that it was computed from. */
  readonly label: string;
  /** A leaf has a name and can be changed; a constant is a number in the formula; a result comes from an op. */
  readonly role: Role | "constant" | "result";
  readonly op: Op | null;
  readonly inputs: readonly number[];
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly root: GraphNode;
  /** The leaves, in the order of their first use. */
  readonly leaves: readonly GraphNode[];
}

/** What is known of leaves by name. A leaf without a number has defaultOf(name), one without a role has roleOf(name). */
export interface Leaves {
  readonly numbers: ReadonlyMap<string, number>;
  readonly roles: ReadonlyMap<string, Role>;
}
export const noLeaves: Leaves = { numbers: new Map(), roles: new Map() };

/** A picture of more nodes cannot be read. */
export const maxNodes = 60;

const operations = {
  "+": (a, b) => a.add(b),
  "-": (a, b) => a.sub(b),
  "*": (a, b) => a.mul(b),
  "/": (a, b) => a.div(b),
  "**": (a, b) => a.pow(b),
  neg: (a) => a.neg(),
  tanh: (a) => a.tanh(),
  sigmoid: (a) => a.sigmoid(),
  relu: (a) => a.relu(),
  exp: (a) => a.exp(),
  log: (a) => a.log(),
} as const satisfies Record<Op, (a: Value, b: Value) => Value>;

/** Applies the op to its inputs, one or two, as a method of chainrule's Value. */
export const apply = (op: Op, inputs: readonly Value[]): Value => operations[op](inputs[0], inputs[1]);

/** The number of a statement such as x = 2, which makes x a leaf; null for all others. */
export const leafNumber = ({ expression }: Statement): number | null =>
  expression.kind === "number" ? expression.value : null;

/**
 * The graph of the last statement of `text`, parsed. Throws ExpressionError if a name is given twice or after its use, and if there are
 * more than `maxNodes` nodes.
 */
export function build(statements: readonly Statement[], leaves: Leaves, text: string): Graph {
  const builder = new Builder(leaves, text);
  for (const statement of statements) builder.assign(statement);
  const last = statements.at(-1);
  const root = builder.named.get(last?.name ?? "");
  if (last === undefined || root === undefined) throw new Error("internal: a graph of no statement");
  const graph = under(root, builder.nodes);
  if (graph.nodes.length > maxNodes)
    throw new ExpressionError({ kind: "too many", nodes: graph.nodes.length, max: maxNodes }, text, last.from, last.to);
  return graph;
}

class Builder {
  readonly nodes: GraphNode[] = [];
  readonly named = new Map<string, GraphNode>();
  readonly #assigned = new Set<string>();
  readonly #leaves: Leaves;
  readonly #text: string;

  constructor(leaves: Leaves, text: string) {
    this.#leaves = leaves;
    this.#text = text;
  }

  assign(statement: Statement): void {
    const { name, expression, from, to } = statement;
    const number = leafNumber(statement);
    const node = number === null ? this.#node(expression, name) : null;
    if (this.named.has(name)) {
      const kind = this.#assigned.has(name) ? "value already" : "used before";
      throw new ExpressionError({ kind, name }, this.#text, from, to);
    }
    this.named.set(name, node ?? this.#leaf(name, number ?? 0));
    this.#assigned.add(name);
  }

  #node(expression: Expression, name?: string): GraphNode {
    const label = name ?? write(expression);
    switch (expression.kind) {
      case "number":
        return this.#add({
          value: new Value(expression.value, { label }),
          label,
          role: "constant",
          op: null,
          inputs: [],
        });
      case "name": {
        const existing = this.named.get(expression.name);
        if (existing !== undefined) return existing;
        return this.#leaf(expression.name, this.#leaves.numbers.get(expression.name) ?? defaultOf(expression.name));
      }
      case "negative":
        return this.#result("neg", label, [this.#node(expression.of)]);
      case "call":
        return this.#result(expression.call, label, [this.#node(expression.of)]);
      case "binary":
        return this.#result(expression.operator, label, [this.#node(expression.left), this.#node(expression.right)]);
      default:
        return expression satisfies never;
    }
  }

  #leaf(name: string, number: number): GraphNode {
    const role = this.#leaves.roles.get(name) ?? roleOf(name);
    const kind = role === "weight" || role === "bias" ? role : "data";
    const value = new Value(number, { label: name, kind });
    const node = this.#add({ value, label: name, role, op: null, inputs: [] });
    this.named.set(name, node);
    return node;
  }

  #result(op: Op, label: string, inputs: readonly GraphNode[]): GraphNode {
    const value = apply(
      op,
      inputs.map((input) => input.value),
    );
    value.label = label;
    return this.#add({ value, label, role: "result", op, inputs: inputs.map(({ id }) => id) });
  }

  #add(node: Omit<GraphNode, "id">): GraphNode {
    const added = { ...node, id: this.nodes.length };
    this.nodes.push(added);
    return added;
  }
}

/** The nodes that the root depends on, the root last, with ids from 0 on. */
function under(root: GraphNode, nodes: readonly GraphNode[]): Graph {
  const needed = new Set([root.id]);
  for (const id of needed) for (const input of nodes[id].inputs) needed.add(input);
  const neededNodes = nodes.filter(({ id }) => needed.has(id));
  const idOf = new Map(neededNodes.map(({ id }, i) => [id, i]));
  const renumbered = neededNodes.map((node, id) => ({
    ...node,
    id,
    inputs: node.inputs.map((input) => idOf.get(input) ?? 0),
  }));
  return {
    nodes: renumbered,
    root: renumbered[idOf.get(root.id) ?? 0],
    leaves: renumbered.filter(({ op, role }) => op === null && role !== "constant"),
  };
}
