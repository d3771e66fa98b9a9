// Simplifies the loops of a graph: their bodies, and what passes between a loop and the graph around it. A loop without steps is replaced by
// what its results are then.
import { type Graph, isInput, type Node, type NodeOf, node, reachable } from "../graph.ts";
import { Body, bodyOf, isScan, mapBodies } from "./body.ts";
import { Draft, type Finished, isNode, type Source } from "./draft.ts";
import { type Before, hoist } from "./hoist.ts";
import { keep } from "./keep.ts";
import { endCounters, sumProducts } from "./products.ts";

/** The bodies that were simplified; they are not again unless something around them changes. */
const simple = new WeakSet<Body>();

/** The graph with its loops simplified; the same one if there was nothing to do. `simplify` is for the graphs of bodies. */
export function simplifyLoops(graph: Graph, simplify: (graph: Graph) => Graph): Graph {
  const groups = groupsOf(graph);
  if (groups.length === 0 || groups.every(isDone)) return graph;
  const drafts = groups.filter(([{ attributes }]) => attributes.body.length > 0).map((nodes) => new Draft(nodes));
  keep(drafts.filter((draft) => draft.nodes.every((n) => !simple.has(bodyOf(n)))));
  const before = new Map<Source, Before>();
  for (const draft of drafts) {
    endCounters(draft);
    for (const [source, made] of hoist(draft)) before.set(source, made);
  }
  return rebuilt(graph, { drafts, before, simplify });
}

/**
 * The graph with one product in place of each sum over the steps of a loop of products, and likewise for sums of what is stacked. No other rewrite
 * of loops changes the order in which terms are added, and with it bits, so that this one is for backends whose products round anyway.
 */
export function sumAfterLoops(graph: Graph, simplify: (graph: Graph) => Graph): Graph {
  const inside = mapBodies(graph, (body) => sumAfterLoops(body, simplify));
  const drafts = groupsOf(inside).map((nodes) => new Draft(nodes));
  const changed = drafts.filter(sumProducts);
  if (changed.length === 0) return inside;
  return simplify(rebuilt(inside, { drafts: changed, before: new Map(), simplify }));
}

/** The results of each loop: nodes with the same body and the same inputs. */
function groupsOf({ nodes }: Graph): NodeOf<"scan">[][] {
  const groups: NodeOf<"scan">[][] = [];
  for (const n of nodes) {
    if (!isScan(n)) continue;
    const group = groups.find(
      ([first]) =>
        first.attributes.body === n.attributes.body && first.inputs.every((input, i) => input === n.inputs[i]),
    );
    if (group === undefined) groups.push([n]);
    else group.push(n);
  }
  return groups;
}

/** Whether a loop has been simplified, and all of its stacked results are read still. */
function isDone(nodes: readonly NodeOf<"scan">[]): boolean {
  const body = bodyOf(nodes[0]);
  const read = new Set(nodes.map(({ attributes }) => attributes.output));
  return simple.has(body) && body.graph.results.every((_, i) => read.has(body.carries + i));
}

interface Plan {
  readonly drafts: readonly Draft[];
  readonly before: ReadonlyMap<Source, Before>;
  readonly simplify: (graph: Graph) => Graph;
}

/** The graph with new loops in place of the old ones. */
function rebuilt(graph: Graph, { drafts, before, simplify }: Plan): Graph {
  const draftOf = new Map<Node, Draft>(drafts.flatMap((draft) => draft.nodes.map((n) => [n, draft] as const)));
  const finished = new Map<Draft, Finished & { readonly given: readonly Node[] }>();
  const after = new Map<Node, Node>();
  const made = new Map<Source, Node>();
  const resolve = (source: Source): Node => {
    const known = isNode(source) ? (after.get(source) ?? made.get(source)) : made.get(source);
    if (known !== undefined) return known;
    const make = before.get(source);
    const found = make !== undefined ? make(resolve) : isNode(source) ? source : resultOf(source.draft, source.result);
    made.set(source, found);
    return found;
  };
  const finish = (draft: Draft) => {
    const known = finished.get(draft);
    if (known !== undefined) return known;
    const done = draft.finish((body) => simplified(body, simplify));
    const all = { ...done, given: done.inputs.map(resolve) };
    finished.set(draft, all);
    return all;
  };
  const output = (draft: Draft, place: number, like: Node): Node => {
    const { body, given } = finish(draft);
    return node("scan", given, { body, output: place }, like);
  };
  // What was added has the region of the others, so that they stand together where regions are functions.
  const resultOf = (draft: Draft, result: Node) => output(draft, finish(draft).outputOfResult(result), draft.nodes[0]);
  for (const n of graph.nodes) {
    if (isInput(n)) continue;
    const draft = draftOf.get(n);
    if (isScan(n) && draft !== undefined) {
      const end = finish(draft).endOf(n);
      after.set(n, end === null ? output(draft, finish(draft).outputOf(n), n) : end(resolve));
    } else if (isScan(n) && bodyOf(n).length === 0) after.set(n, withoutSteps(n, resolve));
    else if (n.inputs.some((x) => after.has(x))) after.set(n, { ...n, inputs: n.inputs.map(resolve) } as Node);
  }
  const updates = graph.updates.map(({ state, value }) => ({ state, value: resolve(value) }));
  const results = graph.results.map(resolve);
  const nodes = reachable([...results, ...updates.map(({ value }) => value)], graph.nodes.filter(isInput));
  return { nodes, updates, results };
}

/** A result of a loop without steps: the carry is what it was before, and nothing is stacked. */
function withoutSteps(n: NodeOf<"scan">, resolve: (n: Node) => Node): Node {
  const { output } = n.attributes;
  if (output < bodyOf(n).carries) return resolve(n.inputs[output]);
  return node("full", [], { shape: n.shape, dtype: n.dtype, value: 0 }, n);
}

/** The body with its graph simplified. */
function simplified(body: Body, simplify: (graph: Graph) => Graph): Body {
  if (simple.has(body)) return body;
  const { taken, length, reverse } = body;
  const made = new Body({ graph: simplify(body.graph), taken, length, reverse });
  simple.add(made);
  return made;
}
