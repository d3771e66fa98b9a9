// Numbers that a device gets from the host with each run. What follows from float64 and from the host's states alone, and is small, such as
// the bias correction of Adam, the host computes: devices without float64 need no more than the result. The values of one region, such as the update of a parameter, come in
// one argument for each dtype. So equal layers have equal kernels: each finds its numbers at the same places of an argument of its own.
import { allocate, type DType, type NDArray } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/shape.ts";
import { evaluate } from "./evaluate.ts";
import { argumentsOf, type Graph, input, isInput, type Node, node, reachable, statesOf } from "./graph.ts";
import { isSmall, type Parts } from "./host-updates.ts";

/** The values of a region and a dtype: the argument `index` of the device's graph has them one after the other. */
export interface Pack {
  readonly index: number;
  readonly dtype: DType;
  readonly size: number;
  /** The indices among the results of the host's graph. */
  readonly results: readonly number[];
}

/** What the host computes at each run, and the device's graph, which reads it from arguments that follow its own. */
export interface HostValues {
  readonly device: Graph;
  readonly packs: readonly Pack[];
  /** The graph of the values, whose inputs are states in host memory; null if there are none. */
  readonly host: Graph | null;
  /** The indices of the states that this graph reads. */
  readonly states: readonly number[];
}

/** Separates the values that the host computes from the device's graph. */
export function hostValues({ device, host }: Parts): HostValues {
  const hostStates = new Set(host?.updates.map(({ state }) => state.attributes.index));
  const updated = new Set(device.updates.map(({ state }) => state.attributes.index));
  /** Whether the host can compute a node, and whether it depends on a state: constants stay on the device. */
  const known = new Map<Node, { readonly can: boolean; readonly varies: boolean }>();
  const of = (n: Node) => known.get(n) ?? { can: false, varies: false };
  for (const n of device.nodes) {
    if (n.op === "state") {
      const { index } = n.attributes;
      const can = isSmall(n) && !updated.has(index) && (n.dtype === "float64" || hostStates.has(index));
      known.set(n, { can, varies: true });
    } else
      known.set(n, {
        can: isSmall(n) && n.inputs.every((operand) => of(operand).can),
        varies: n.inputs.some((operand) => of(operand).varies),
      });
  }
  const isHosted = (n: Node) => of(n).can && of(n).varies && n.dtype !== "float64";
  const read = new Set<Node>();
  for (const n of device.nodes)
    if (!of(n).can) for (const operand of n.inputs) if (isHosted(operand)) read.add(operand);
  for (const n of [...device.results, ...device.updates.map(({ value }) => value)]) if (isHosted(n)) read.add(n);
  return read.size === 0 ? { device, packs: [], host: null, states: [] } : separated(device, [...read]);
}

function separated(device: Graph, values: readonly Node[]): HostValues {
  const own = argumentsOf(device);
  const packs: Pack[] = [];
  const replacements = new Map<Node, Node>();
  const added: Node[] = [];
  const groupOf = ({ dtype, region }: Node): string => `${dtype} ${region?.id ?? ""}`;
  for (const group of new Set(values.map(groupOf))) {
    const results = values.flatMap((n, i) => (groupOf(n) === group ? [i] : []));
    const { dtype } = values[results[0]];
    const size = results.reduce((sum, i) => sum + sizeOf(values[i].shape), 0);
    const index = own.length + packs.length;
    const pack = input("argument", index, { dtype, shape: [size] });
    added.push(pack);
    packs.push({ index, dtype, size, results });
    let from = 0;
    for (const i of results) {
      const count = sizeOf(values[i].shape);
      const part = node("slice", [pack], { starts: [from], sizes: [count], steps: [1] });
      replacements.set(values[i], node("reshape", [part], { shape: values[i].shape }));
      from += count;
    }
  }
  const host: Graph = { nodes: reachable(values, statesOf(device)), updates: [], results: values };
  const inputs = [...own, ...added, ...statesOf(device)];
  return {
    device: replaced(device, replacements, inputs),
    packs,
    host,
    states: reachable(values).flatMap((n) => (n.op === "state" ? [n.attributes.index] : [])),
  };
}

/** The graph with replacements for some of its nodes, and these inputs. */
function replaced(graph: Graph, replacements: ReadonlyMap<Node, Node>, inputs: readonly Node[]): Graph {
  const after = new Map<Node, Node>(replacements);
  const of = (n: Node): Node => after.get(n) ?? n;
  for (const n of graph.nodes)
    if (!isInput(n) && !after.has(n) && n.inputs.some((operand) => after.has(operand)))
      after.set(n, { ...n, inputs: n.inputs.map(of) });
  const updates = graph.updates.map(({ state, value }) => ({ state, value: of(value) }));
  const results = graph.results.map(of);
  return { nodes: reachable([...results, ...updates.map(({ value }) => value)], inputs), updates, results };
}

/** The contents of each pack, from the host's states. */
export function packsOf({ host, packs }: HostValues, states: readonly NDArray[]): readonly NDArray[] {
  if (host === null) return [];
  const { results } = evaluate(host, [], states);
  return packs.map(({ dtype, size, results: own }) => {
    const data = allocate(dtype, size);
    let from = 0;
    for (const i of own) {
      data.set(results[i].data, from);
      from += results[i].data.length;
    }
    return { dtype, shape: [size], data };
  });
}
