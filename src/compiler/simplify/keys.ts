// Tells whether nodes are equal: they are if op, inputs and attributes are. A node's key is a text with numbers in place of the inputs.
import { printAttribute } from "../attribute-text.ts";
import { type Graph, isInput, type Node, rewrite } from "../graph.ts";
import { commutingNames } from "./rule.ts";

const commuting: ReadonlySet<Node["op"]> = new Set(commutingNames);

export class Keys {
  readonly #ids = new Map<Node, number>();
  readonly #attributeIds = new Map<string | object, number>();

  /** The key of a node. Operands that may change places are in one order. */
  of({ op, inputs, attributes }: Node): string {
    const last = this.#attributeIdOf(attributes);
    if (inputs.length === 2) {
      const a = this.idOf(inputs[0]);
      const b = this.idOf(inputs[1]);
      return a > b && commuting.has(op) ? `${op} ${b} ${a} ${last}` : `${op} ${a} ${b} ${last}`;
    }
    let key: string = op;
    for (let i = 0; i < inputs.length; i++) key += ` ${this.idOf(inputs[i])}`;
    return `${key} ${last}`;
  }

  /** A number for a node. */
  idOf(n: Node): number {
    let id = this.#ids.get(n);
    if (id === undefined) this.#ids.set(n, (id = this.#ids.size));
    return id;
  }

  /** A number for attributes; equal attributes, compared by their printed text, have the same. */
  #attributeIdOf(attributes: Node["attributes"]): number {
    if (isEmpty(attributes)) return -1;
    let id = this.#attributeIds.get(attributes);
    if (id === undefined) {
      const text = printAttribute(attributes);
      id = this.#attributeIds.get(text) ?? this.#attributeIds.size;
      this.#attributeIds.set(text, id).set(attributes, id);
    }
    return id;
  }
}

/** Whether there are no attributes, as of almost all elementwise ops. */
function isEmpty(attributes: Node["attributes"]): boolean {
  for (const _ in attributes) return false;
  return true;
}

/** The graph with one node in place of equal ones, and without nodes that no output needs. */
export function distinct(graph: Graph, keys: Keys): Graph {
  const first = new Map<string, Node>();
  return rewrite(graph, (n) => {
    if (isInput(n)) return n;
    const key = keys.of(n);
    const equal = first.get(key);
    if (equal === undefined) first.set(key, n);
    return equal ?? n;
  });
}
