// Nodes become the graph of a body, whose inputs are numbered by their roles. A node that is computed elsewhere can be an input as well.
import { internal } from "../../errors/error.ts";
import { type Graph, type InputOf, input, isInput, type Node, reachable } from "../graph.ts";

/** What the nodes of a trace are to a body. */
export interface Roles {
  /** The inputs that are taken along dim 0. */
  readonly taken: readonly Node[];
  /** The inputs that every step reads whole. */
  readonly whole: readonly Node[];
  /** The inputs that are carries, each with what is the next carry. */
  readonly states: readonly { readonly before: Node; readonly after: Node }[];
  readonly results: readonly Node[];
}

export function bodyGraph({ taken, whole, states, results }: Roles): Graph {
  const made = new Map<Node, Node>();
  const of = (n: Node): Node => made.get(n) ?? n;
  const args = [...taken, ...whole].map((n, i) => {
    const argument = input("argument", i, n);
    made.set(n, argument);
    return argument;
  });
  const carries = states.map(({ before }, i): InputOf<"state"> => {
    const state = input("state", i, before);
    made.set(before, state);
    return state;
  });
  const order = reachable([...states.map(({ after }) => after), ...results], [...made.keys()]);
  const others = order.flatMap((n): Node[] => {
    if (made.has(n)) return [];
    if (isInput(n)) throw internal("a body reads an input that has no role");
    const moved = { ...n, inputs: n.inputs.map(of) };
    made.set(n, moved);
    return [moved];
  });
  const updates = states.flatMap(({ after }, i) =>
    of(after) === carries[i] ? [] : [{ state: carries[i], value: of(after) }],
  );
  return { nodes: [...args, ...carries, ...others], updates, results: results.map(of) };
}
