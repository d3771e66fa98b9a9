// The names of a function's inputs and states. A state has the name of its owner's state dict; owners beside a single model are told apart by
// a prefix.
import { Module, type Tensor } from "chainrule";
import { labelOf, type TracedFunction, tensorNames } from "chainrule/compiler";
import type { StateOwner } from "./manifest.ts";
import type { InputNames } from "./write.ts";

export interface StateName {
  readonly name: string;
  readonly owner: StateOwner;
}

const isStateOwner = (kind: string): kind is "optimizer" | "average" | "random" =>
  kind === "optimizer" || kind === "average" || kind === "random";

/** The modules that the function read, without those inside others of them. */
function modelsOf(owners: readonly object[]): Module[] {
  const modules = owners.filter((owner) => owner instanceof Module);
  const inside = new Set(modules.flatMap((module) => module.modules().slice(1)));
  return modules.filter((module) => !inside.has(module));
}

/** The tensors of these models by name; the first model that holds a tensor names it. */
function tensorsOf(models: readonly Module[]): ReadonlyMap<Tensor, string> {
  const named = new Map<Tensor, string>();
  for (const [i, model] of models.entries()) {
    const prefix = models.length === 1 ? "" : `model${i}.`;
    for (const [tensor, name] of tensorNames(model)) if (!named.has(tensor)) named.set(tensor, `${prefix}${name}`);
  }
  return named;
}

/** One name for each of these tensors from outside, all different. */
export function namesOf(outside: readonly Tensor[], { owners }: TracedFunction): StateName[] {
  const tensors = tensorsOf(modelsOf(owners));
  const labelled = new Map<string, object[]>();
  const taken = new Set<string>();
  return outside.map((state) => {
    const own = tensors.get(state);
    const label = labelOf(state);
    let [wanted, owner]: [string, StateOwner] = ["state", null];
    if (own !== undefined) [wanted, owner] = [own, "module"];
    else if (label !== null && isStateOwner(label.kind)) {
      const known = labelled.get(label.kind) ?? [];
      if (!known.includes(label.owner)) labelled.set(label.kind, [...known, label.owner]);
      const place = labelled.get(label.kind)?.indexOf(label.owner) ?? 0;
      [wanted, owner] = [`${label.kind}${place === 0 ? "" : place + 1}.${label.name}`, label.kind];
    }
    return { name: unused(wanted, taken), owner };
  });
}

/** Inputs by their places in the call, and the grads of these. */
export const inputNames = (traced: TracedFunction): string[] =>
  traced.arguments.map(({ place, isGradient }) => (isGradient ? `${place}.grad` : place));

/** The name, or the name with the first number that makes it a new one. */
export function unused(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}.${i}`;
  taken.add(name);
  return name;
}

/**
 * The names in the text: letters, digits and . _ $ -, beginning with a letter, as MLIR takes them after a %. Inputs are called arg0, arg1,
 * ..., or arg1.images; a state whose name begins with a digit gets "model." before it.
 */
export function identifiers(inputs: readonly string[], states: readonly string[]): InputNames {
  const taken = new Set<string>();
  const named = (prefix: string) => (name: string) => {
    const plain = name.replace(/[^A-Za-z0-9_.$-]/g, "_");
    return unused(/^[A-Za-z]/.test(plain) ? plain : `${prefix}${plain}`, taken);
  };
  return { arguments: inputs.map(named("arg")), states: states.map(named("model.")) };
}
