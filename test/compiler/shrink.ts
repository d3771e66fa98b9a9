// Shrinks a graph that fails. First outputs are removed; then nodes are replaced by arguments with the nodes' values, by constants, or by
// their own inputs. A change is kept if the graph still fails.
import { evaluate } from "../../src/compiler/evaluate.ts";
import {
  type Graph,
  type InputOf,
  input,
  isInput,
  type Node,
  node,
  outputsOf,
  reachable,
  rewrite,
  type Update,
} from "../../src/compiler/graph.ts";
import type { NDArray } from "../../src/tensor/dtype.ts";
import { sameShape } from "../../src/tensor/shape.ts";
import type { Trial } from "./random-growth.ts";

type Contents = ReadonlyMap<Node, NDArray>;

function contentsOf({ graph, args, states }: Trial): Contents {
  const of = ({ op, attributes }: InputOf) => (op === "argument" ? args : states)[attributes.index];
  return new Map(graph.nodes.filter(isInput).map((n) => [n, of(n)]));
}

/** The graph with only the nodes that its outputs need, its arguments and states numbered again. */
function tidy(graph: Graph, contents: Contents): Trial {
  const needed = reachable([...outputsOf(graph), ...graph.updates.map(({ state }) => state)]);
  const args = needed.filter((n) => n.op === "argument");
  const states = needed.filter((n) => n.op === "state");
  const newStates = new Map(states.map((n, i) => [n, input("state", i, n)]));
  const renamed = new Map<Node, Node>([...args.map((n, i) => [n, input("argument", i, n)] as const), ...newStates]);
  const of = (n: Node): NDArray => {
    const found = contents.get(n);
    if (found === undefined) throw new Error("internal: an input without contents");
    return found;
  };
  const inputs = [...args, ...states];
  const all = { ...graph, nodes: [...inputs, ...needed.filter((n) => !isInput(n))] };
  const { nodes, results, updates } = rewrite(all, (n) => renamed.get(n) ?? n);
  const moved = updates.map(({ state, value }) => ({ state: newStates.get(state) ?? state, value }));
  const order = ({ state }: Update) => state.attributes.index;
  const first = inputs.flatMap((n) => renamed.get(n) ?? []);
  return {
    graph: {
      nodes: [...first, ...nodes.filter((n) => !isInput(n))],
      results,
      updates: moved.sort((a, b) => order(a) - order(b)),
    },
    args: args.map(of),
    states: states.map(of),
  };
}

const exchange = (trial: Trial, old: Node, other: Node, contents = contentsOf(trial)): Trial =>
  tidy(
    rewrite(trial.graph, (n) => (n === old ? other : n)),
    contents,
  );

/** The value of each node, as results of one evaluation. */
function valuesOf({ graph, args, states }: Trial): Contents {
  const { results } = evaluate({ ...graph, results: graph.nodes }, args, states);
  return new Map(graph.nodes.map((n, i) => [n, results[i]]));
}

/** Gives the changed trials to try at one position of the graph. Positions stand for nodes, since every change makes new nodes. */
type Attempt = (trial: Trial, place: number) => Trial[];

const fewerOutputs: Attempt = (trial, place) => {
  const { graph } = trial;
  const contents = contentsOf(trial);
  const only = graph.nodes[place];
  return [
    ...(isInput(only) ? [] : [tidy({ nodes: graph.nodes, results: [only], updates: [] }, contents)]),
    ...(place < graph.results.length ? [tidy({ ...graph, results: graph.results.toSpliced(place, 1) }, contents)] : []),
    ...(place < graph.updates.length ? [tidy({ ...graph, updates: graph.updates.toSpliced(place, 1) }, contents)] : []),
  ];
};

const toArgument: Attempt = (trial, place) => {
  const n = trial.graph.nodes[place];
  const value = valuesOf(trial).get(n);
  if (isInput(n) || value === undefined) return [];
  const argument = input("argument", trial.args.length, n);
  return [exchange(trial, n, argument, new Map([...contentsOf(trial), [argument, value]]))];
};

const toConstant: Attempt = (trial, place) => {
  const n = trial.graph.nodes[place];
  const isFixed = n.op === "full" || trial.graph.updates.some(({ state }) => state === n);
  return isFixed ? [] : [exchange(trial, n, node("full", [], { shape: n.shape, dtype: n.dtype, value: 1 }))];
};

const toItsInput: Attempt = (trial, place) => {
  const n = trial.graph.nodes[place];
  const alike = n.inputs.filter(({ dtype, shape }) => dtype === n.dtype && sameShape(shape, n.shape));
  return alike.map((other) => exchange(trial, n, other));
};

/** The size of a trial: the number of ops counts most, then that of inputs, then that of constants. */
const weight = ({ graph }: Trial): number =>
  graph.nodes.reduce((sum, n) => sum + (n.op === "full" ? 4 : isInput(n) ? 5 : 9), 0) +
  graph.results.length +
  graph.updates.length;

/** The smallest trial found that still fails. A candidate on which `fails` throws is not used. */
export function shrink(trial: Trial, fails: (trial: Trial) => boolean, tries = 2000): Trial {
  const stillFails = (candidate: Trial): boolean => {
    try {
      return fails(candidate);
    } catch {
      return false;
    }
  };
  for (let progress = true; progress; ) {
    progress = false;
    for (const attempt of [fewerOutputs, toItsInput, toArgument, toConstant]) {
      for (let place = 0; place < trial.graph.nodes.length && tries > 0; place++) {
        for (const candidate of attempt(trial, place)) {
          tries--;
          if (weight(candidate) < weight(trial) && stillFails(candidate)) {
            trial = candidate;
            progress = true;
            place--;
            break;
          }
        }
      }
    }
  }
  return trial;
}
