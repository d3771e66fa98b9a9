// The verifier of graphs: a table of rules that a valid graph keeps. Tests, and development, check each graph between passes. A rule
// returns the text of the nodes that break it.
import { internal } from "../errors/error.ts";
import { describe } from "../tensor/dtype.ts";
import { opOf } from "../tensor/ops.ts";
import { sameShape } from "../tensor/shape.ts";
import { printAttribute } from "./attribute-text.ts";
import { argumentsOf, type Graph, isInput, type Node, outputsOf, type Region, statesOf } from "./graph.ts";
import { namesOf, printNode, regionsOf } from "./graph-text.ts";
import { bodyOf, isScan } from "./loops/body.ts";

type Rule = (graph: Graph) => readonly string[];

const isType = ({ shape }: Node): boolean => shape.every((n) => Number.isInteger(n) && n >= 0);

/** A rule that holds for each node. */
const each =
  (holds: (n: Node, graph: Graph) => boolean): Rule =>
  (graph) => {
    const names = namesOf(graph);
    return graph.nodes.filter((n) => !holds(n, graph)).map((n) => printNode(n, names));
  };

function typeHolds(n: Node): boolean {
  if (isInput(n)) return n.inputs.length === 0 && isType(n);
  try {
    const { shape, dtype } = opOf(n.op).type(n.inputs, n.attributes);
    return isType(n) && n.dtype === dtype && sameShape(n.shape, shape);
  } catch {
    return false;
  }
}

function isPrintable(attributes: object): boolean {
  try {
    return printAttribute(attributes) !== "";
  } catch {
    return false;
  }
}

const isPrintableRegion = (region: Region | null): boolean =>
  region === null || (/^[A-Za-z_$][\w$-]*$/.test(region.name) && isPrintable(region.attributes));

export const rules: Readonly<Record<string, Rule>> = {
  "a node stands in the list once": (graph) => {
    const names = namesOf(graph);
    return graph.nodes.filter((n, place) => names.get(n) !== `%${place}`).map((n) => printNode(n, names));
  },
  "an input stands in the list, before its user": (graph) => {
    const names = namesOf(graph);
    const before = new Set<Node>();
    const wrong: string[] = [];
    for (const n of graph.nodes) {
      if (!n.inputs.every((x) => before.has(x))) wrong.push(printNode(n, names));
      before.add(n);
    }
    return wrong;
  },
  "a type is what the op's shape rule says": each(typeHolds),
  "attributes and regions can be printed": ({ nodes }) => {
    const wrong = nodes.filter(({ attributes, region }) => !isPrintable(attributes) || !isPrintableRegion(region));
    return wrong.map((n) => `${n.op} : ${describe(n)}`);
  },
  "arguments and states come first": (graph) => {
    const names = namesOf(graph);
    const first = graph.nodes.findIndex((n) => !isInput(n));
    return graph.nodes.filter((n, place) => isInput(n) && first >= 0 && place > first).map((n) => printNode(n, names));
  },
  "arguments and states are counted from 0": (graph) => {
    const names = namesOf(graph);
    return [argumentsOf(graph), statesOf(graph)].flatMap((nodes) =>
      nodes.filter(({ attributes }, place) => attributes.index !== place).map((n) => printNode(n, names)),
    );
  },
  "each update is of a state of the graph, one per state, in the order of the states": (graph) => {
    const names = namesOf(graph);
    const states = statesOf(graph);
    const places = graph.updates.map(({ state }) => states.indexOf(state));
    return graph.updates
      .filter((_, i) => places[i] < 0 || (i > 0 && places[i] <= places[i - 1]))
      .map(({ state }) => printNode(state, names));
  },
  "a state keeps its type": (graph) => {
    const names = namesOf(graph);
    return graph.updates
      .filter(({ state, value }) => state.dtype !== value.dtype || !sameShape(state.shape, value.shape))
      .map(({ state, value }) => `${printNode(value, names)} becomes ${describe(state)}`);
  },
  "results and new contents are nodes of the graph": (graph) => {
    const names = namesOf(graph);
    return outputsOf(graph)
      .filter((n) => !names.has(n))
      .map((n) => printNode(n, names));
  },
  "regions have ids of their own": (graph) => {
    const byId = new Map<number, Region>();
    return regionsOf(graph).flatMap((region) => {
      const first = byId.get(region.id);
      byId.set(region.id, region);
      return first === undefined ? [] : [`region ${region.id} ${region.name}`];
    });
  },
  "attributes fit the inputs": (graph) => {
    const names = namesOf(graph);
    return graph.nodes.flatMap((n) => {
      const flaw = isInput(n) ? null : (opOf(n.op).flaw?.(n.inputs, n.attributes) ?? null);
      return flaw === null ? [] : [`${printNode(n, names)}: ${flaw}`];
    });
  },
  "the body of a loop is a valid graph": flawsOfBodies,
};

/** The bodies of loops keep the rules as well; a loop that is several nodes is checked once. */
function flawsOfBodies({ nodes }: Graph): readonly string[] {
  const bodies = new Set(nodes.filter(isScan).map(bodyOf));
  return [...bodies].flatMap(({ graph }) =>
    Object.entries(rules).flatMap(([name, rule]) => rule(graph).map((violation) => `${name}, but: ${violation}`)),
  );
}

/** Throws an internal error where a graph breaks a rule, which is a mistake of the pass that made the graph. */
export function verify(graph: Graph): void {
  for (const [name, rule] of Object.entries(rules)) {
    const [violation] = rule(graph);
    if (violation !== undefined) throw internal(`${name}, but: ${violation}`);
  }
}
