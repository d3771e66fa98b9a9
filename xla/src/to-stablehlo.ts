// toStableHLO: a function of tensors, such as a training step, as the text of a StableHLO module and a manifest.
import { ChainruleError, type Tensor } from "chainrule";
import { type ResultRole, shardingOf, type TensorRole, type TracedFunction, traceFunction } from "chainrule/compiler";
import { batchDimOf, batchOf, type Manifest, type ManifestArgument, type ManifestResult } from "./manifest.ts";
import { identifiers, inputNames, namesOf, type StateName, unused } from "./names.ts";
import { write } from "./write.ts";

export interface StableHLO {
  /** The module in MLIR's syntax, with a public function main. */
  readonly text: string;
  readonly manifest: Manifest;
  /** The tensors that the manifest's arguments of the kind "state" stand for, in their order. */
  readonly states: readonly Tensor[];
}

/**
 * Writes a function as a StableHLO module, for arguments like these: tensors, also in lists and records, by shape and dtype, all others by
 * value. The function is traced as compile traces it and nothing is computed. Tensors from outside that it uses are states: arguments of
 * main, whose new contents are results. Main computes the whole batch on one device; nothing in it says how the batch is divided.
 *
 * Indices out of range are no error in the module, as they are in chainrule: gather reads the nearest element, and a sum leaves the element
 * out. Results have no history.
 */
export function toStableHLO(f: (...args: never[]) => unknown, ...examples: readonly unknown[]): StableHLO {
  if (typeof f !== "function")
    throw new ChainruleError("type", "toStableHLO", `takes a function and examples of its arguments, not ${typeof f}`);
  const traced = traceFunction(f, examples);
  const inputs = inputNames(traced);
  const named = namesOfOutside(traced);
  const states = traced.states.map((state) => nameIn(named, state));
  const manifest = manifestOf(traced, inputs, named);
  const text = write(
    traced.graph,
    identifiers(
      inputs,
      states.map(({ name }) => name),
    ),
  );
  return { text, manifest, states: traced.states };
}

type Names = ReadonlyMap<Tensor, StateName>;

/** The names of the states, then those of other tensors from outside whose grad the function sets. */
function namesOfOutside(traced: TracedFunction): Names {
  const roles = [...traced.results.flatMap((role) => (role.kind === "gradient" ? [role.of] : [])), ...traced.cleared];
  const others = roles.flatMap((role) => ("outside" in role ? [role.outside] : []));
  const tensors = [...new Set([...traced.states, ...others])];
  const names = namesOf(tensors, traced);
  return new Map(tensors.map((tensor, i) => [tensor, names[i]]));
}

function nameIn(names: Names, tensor: Tensor): StateName {
  const name = names.get(tensor);
  if (name === undefined) throw new ChainruleError("internal", "internal", "a tensor of the trace has no name");
  return name;
}

function manifestOf(traced: TracedFunction, inputs: readonly string[], names: Names): Manifest {
  const { graph } = traced;
  const states = traced.states.map((state) => nameIn(names, state));
  const batch = batchOf(traced.arguments.map(({ tensor }) => tensor));
  const donated = new Map(
    graph.updates.map(({ state }, i) => [state.attributes.index, graph.results.length + i] as const),
  );
  const fromCall = traced.arguments.map(({ tensor }, i): ManifestArgument => {
    const { dtype, shape } = tensor;
    return {
      name: inputs[i],
      kind: "input",
      dtype,
      shape,
      batch: batchDimOf(tensor, batch),
      sharding: null,
      owner: null,
      donatedTo: null,
    };
  });
  const fromOutside = traced.states.map((state, i): ManifestArgument => {
    const [{ dtype, shape }, { name, owner }] = [state, states[i]];
    const sharding = shardingOf(state);
    return { name, kind: "state", dtype, shape, batch: null, sharding, owner, donatedTo: donated.get(i) ?? null };
  });
  const nameOf = (role: TensorRole): string =>
    "argument" in role ? inputs[role.argument] : nameIn(names, role.outside).name;
  const taken = new Set<string>();
  const results = graph.results.map((node, i): ManifestResult => {
    const { kind, name } = describeRole(traced.results[i], nameOf);
    const { dtype, shape } = node;
    return {
      name: unused(name, taken),
      kind,
      dtype,
      shape,
      batch: kind === "gradient" ? null : batchDimOf(node, batch),
      sharding: null,
    };
  });
  const updates = graph.updates.map(({ state, value: { dtype, shape } }): ManifestResult => {
    const { name } = states[state.attributes.index];
    const sharding = shardingOf(traced.states[state.attributes.index]);
    return { name: unused(name, taken), kind: "state", dtype, shape, batch: null, sharding };
  });
  return {
    format: "chainrule-xla",
    version: 1,
    batch,
    arguments: [...fromCall, ...fromOutside],
    results: [...results, ...updates],
    random: randomOf(states),
    cleared: traced.cleared.map(nameOf),
  };
}

function describeRole(role: ResultRole, nameOf: (role: TensorRole) => string): Pick<ManifestResult, "kind" | "name"> {
  switch (role.kind) {
    case "returned":
      return { kind: "result", name: role.place === "" ? "result" : `result.${role.place}` };
    case "gradient":
      return { kind: "gradient", name: `${nameOf(role.of)}.grad` };
    case "assigned":
      return { kind: "input", name: nameOf({ argument: role.argument }) };
    case "property":
      return { kind: "property", name: `${role.owner.constructor.name}.${role.key}` };
    default:
      return role satisfies never;
  }
}

function randomOf(states: readonly StateName[]): Manifest["random"] {
  const names = states.flatMap(({ name, owner }) => (owner === "random" ? [name] : []));
  const [key, counter] = ["random.key", "random.counter"];
  return names.includes(key) && names.includes(counter) ? { key, counter } : null;
}
