// Parameters that are optimised alike. A plain list of them is one group; several, as { parameters, lr, weightDecay }, may each
// have a learning rate and a weight decay of their own, and have the optimiser's where they name none.
import { ChainruleError } from "../errors/error.ts";
import { checkNumber } from "../errors/numbers.ts";
import { checkTensor, shown } from "../tensor/arguments.ts";
import { madeAs } from "../tensor/copies.ts";
import { full } from "../tensor/create.ts";
import { describe } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { refuseTracing } from "../tensor/tracing.ts";

/** Parameters with a learning rate and a weight decay of their own, or the optimiser's where they are left out. */
export interface ParameterGroup {
  readonly parameters: readonly Tensor[];
  readonly lr?: number | undefined;
  readonly weightDecay?: number | undefined;
}

/**
 * What optimisers are made of: parameters, or groups of them.
 * @inline
 */
export type Optimized = readonly Tensor[] | readonly ParameterGroup[];

/** A number from 0 that can be set between steps, and a float64 [] that a compiled step reads it from. */
export class LearningRate {
  readonly tensor: Tensor;
  readonly #call: string;
  #value: number;

  constructor(call: string, value: number) {
    checkNumber(call, "lr", value, { from: 0 });
    this.#call = call;
    this.#value = value;
    this.tensor = full([], value, { dtype: "float64" });
  }

  /** As it was set. Throws while compile traces, and so does setting it. */
  get value(): number {
    refuseTracing("lr", "its value would become part of the program; read it outside, between calls");
    return this.#value;
  }
  set value(value: number) {
    refuseTracing("lr", "set it outside, between calls: the program reads it at each");
    checkNumber(this.#call, "lr", value, { from: 0 });
    this.#value = value;
    this.tensor.assign(full([], value, { dtype: "float64" }));
  }

  /** Takes the number from the tensor, which was assigned. */
  reload(): void {
    this.#value = this.tensor.item();
  }
}

/** One of an optimiser's groups. */
export class Group {
  readonly parameters: readonly Tensor[];
  readonly weightDecay: number;
  /** @internal */
  readonly rate: LearningRate;

  /** @internal */
  constructor(parameters: readonly Tensor[], weightDecay: number, rate: LearningRate) {
    this.parameters = parameters;
    this.weightDecay = weightDecay;
    this.rate = rate;
  }

  /** The learning rate as it was set: the group's own, or the optimiser's, and then setting either sets both. */
  get lr(): number {
    return this.rate.value;
  }
  set lr(lr: number) {
    this.rate.value = lr;
  }
}

const known: ReadonlySet<string> = new Set(["parameters", "lr", "weightDecay"] satisfies (keyof ParameterGroup)[]);

const isGroup = (entry: unknown): entry is ParameterGroup =>
  typeof entry === "object" && entry !== null && madeAs(entry) === null && "parameters" in entry;

/** Throws where a group is empty or has other options, and where a parameter is no tensor, no leaf, or listed twice. */
export function groupsOf(call: string, optimized: Optimized, weightDecay: number, rate: LearningRate): Group[] {
  if (!Array.isArray(optimized))
    throw new ChainruleError(
      "type",
      call,
      `takes a list of parameters, as model.parameters() gives, or of groups, not ${shown(optimized)}`,
    );
  const entries: readonly unknown[] = optimized;
  const given = entries.some(isGroup) ? entries : [{ parameters: entries }];
  const groups = given.map((entry, i): Group => {
    if (!isGroup(entry))
      throw new ChainruleError(
        "option",
        call,
        `entry ${i} is no group among groups; pass tensors alone, or { parameters } for each`,
      );
    const strange = Object.keys(entry).filter((key) => !known.has(key));
    if (strange.length > 0) {
      throw new ChainruleError(
        "option",
        call,
        `group ${i} cannot have its own ${strange.join(", ")}, only ${[...known].join(", ")}`,
      );
    }
    if (entry.parameters.length === 0)
      throw new ChainruleError(
        "option",
        call,
        `there are no parameters to optimise${given.length > 1 ? ` in group ${i}` : ""}`,
      );
    const decay = entry.weightDecay ?? weightDecay;
    checkNumber(call, "weightDecay", decay, { from: 0 });
    const own = entry.lr === undefined ? rate : new LearningRate(call, entry.lr);
    return new Group([...entry.parameters], decay, own);
  });
  checkParameters(
    call,
    groups.flatMap(({ parameters }) => parameters),
  );
  return groups;
}

function checkParameters(call: string, parameters: readonly Tensor[]): void {
  for (const [i, parameter] of parameters.entries()) checkTensor(call, `parameter ${i}`, parameter);
  if (new Set(parameters).size !== parameters.length)
    throw new ChainruleError("option", call, `a parameter is listed twice`);
  const result = parameters.find(({ history }) => history !== null);
  if (result)
    throw new ChainruleError(
      "gradient",
      call,
      `${describe(result)} is the result of ${result.history?.name}; only leaves can be optimised`,
    );
}
