// Parameter groups. A plain list of parameters is one group. Groups written as { parameters, lr, weightDecay } may each have a learning
// rate, a weight decay and flags of their own; those that they leave out are the optimiser's.
import { ChainruleError } from "../errors/error.ts";
import { checkNumber } from "../errors/numbers.ts";
import { checkTensor, shown } from "../tensor/arguments.ts";
import { isTensor, madeAs } from "../tensor/copies.ts";
import { full } from "../tensor/create.ts";
import { describe, isFloating } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { refuseTracing } from "../tensor/tracing.ts";

/** Parameters, and the settings for them, which are the optimiser's if left out. A group can have those that its optimiser has. */
export interface ParameterGroup {
  readonly parameters: readonly Tensor[];
  readonly lr?: number | Tensor | undefined;
  readonly weightDecay?: number | undefined;
  readonly maximize?: boolean | undefined;
  readonly amsgrad?: boolean | undefined;
}

/** The settings that groups may have of their own, with the optimiser's values; one that it does not know is left out. */
export interface GroupDefaults {
  readonly weightDecay?: number | undefined;
  readonly maximize?: boolean | undefined;
  readonly amsgrad?: boolean | undefined;
}

/**
 * The first argument of an optimiser: parameters, or groups of parameters.
 * @inline
 */
export type Optimized = readonly Tensor[] | readonly ParameterGroup[];

/** The user's tensor as a learning rate. Throws unless it is floating, has one element, and is from 0. */
function checkedRate(call: string, lr: Tensor): Tensor {
  if (lr.ndim !== 0 || !isFloating(lr.dtype))
    throw new ChainruleError("option", call, `an lr that is a tensor is 0-d and floating, not ${describe(lr)}`);
  checkNumber(call, "lr", lr.item(), { from: 0 });
  return lr;
}

/**
 * A learning rate, from 0: a number that can be set between steps, and a tensor, float64 [] or the user's own, from which steps read it. A
 * tensor of the user's is read in each step, so that assigning to it sets the rate.
 */
export class LearningRate {
  readonly tensor: Tensor;
  readonly #call: string;
  /** The number as it was set; null where the tensor alone has it. */
  #value: number | null;

  constructor(call: string, value: number | Tensor) {
    this.#call = call;
    if (isTensor(value)) {
      this.#value = null;
      this.tensor = checkedRate(call, value);
    } else {
      checkNumber(call, "lr", value, { from: 0 });
      this.#value = value;
      this.tensor = full([], value, { dtype: "float64" });
    }
  }

  /** The learning rate as it was set. Reading and setting it throws while compile traces. */
  get value(): number {
    refuseTracing("lr", "its value would become part of the program; read it outside, between calls");
    return this.#value ?? this.tensor.item();
  }
  set value(value: number) {
    refuseTracing("lr", "set it outside, between calls: the program reads it at each call");
    checkNumber(this.#call, "lr", value, { from: 0 });
    if (this.#value !== null) this.#value = value;
    this.tensor.assign(full([], value, { dtype: this.tensor.dtype }));
  }

  /** Sets the number from the tensor, after that was assigned. */
  reload(): void {
    if (this.#value !== null) this.#value = this.tensor.item();
  }
}

/** One of an optimiser's groups. */
export class Group {
  readonly parameters: readonly Tensor[];
  readonly weightDecay: number;
  /** Whether the group climbs. */
  readonly maximize: boolean;
  /** Whether the group divides by the largest mean square so far. */
  readonly amsgrad: boolean;
  /** @internal */
  readonly rate: LearningRate;

  /** @internal */
  constructor(parameters: readonly Tensor[], settings: GroupDefaults, rate: LearningRate) {
    this.parameters = parameters;
    this.weightDecay = settings.weightDecay ?? 0;
    this.maximize = settings.maximize ?? false;
    this.amsgrad = settings.amsgrad ?? false;
    this.rate = rate;
  }

  /** The learning rate as it was set: the group's own, or the optimiser's; then setting one sets the other too. */
  get lr(): number {
    return this.rate.value;
  }
  set lr(lr: number) {
    this.rate.value = lr;
  }
}

/** The settings of a group with the optimiser's in the place of those that it leaves out. */
function settingsOf(call: string, group: ParameterGroup, defaults: GroupDefaults): GroupDefaults {
  const weightDecay = group.weightDecay ?? defaults.weightDecay ?? 0;
  checkNumber(call, "weightDecay", weightDecay, { from: 0 });
  return {
    weightDecay,
    maximize: group.maximize ?? defaults.maximize,
    amsgrad: group.amsgrad ?? defaults.amsgrad,
  };
}

const isGroup = (entry: unknown): entry is ParameterGroup =>
  typeof entry === "object" && entry !== null && madeAs(entry) === null && "parameters" in entry;

/** Makes the groups. Throws if a group is empty or has an unknown option, or if a parameter is no tensor, no leaf, or listed twice. */
export function groupsOf(call: string, optimized: Optimized, defaults: GroupDefaults, rate: LearningRate): Group[] {
  const groupKeys: ReadonlySet<string> = new Set(["parameters", "lr", ...Object.keys(defaults)]);
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
        `entry ${i} is no group, but other entries are; pass tensors alone, or { parameters } for each`,
      );
    const unknownKeys = Object.keys(entry).filter((key) => !groupKeys.has(key));
    if (unknownKeys.length > 0) {
      throw new ChainruleError(
        "option",
        call,
        `group ${i} cannot have its own ${unknownKeys.join(", ")}, only ${[...groupKeys].join(", ")}`,
      );
    }
    if (entry.parameters.length === 0)
      throw new ChainruleError(
        "option",
        call,
        `there are no parameters to optimise${given.length > 1 ? ` in group ${i}` : ""}`,
      );
    const settings = settingsOf(call, entry, defaults);
    const groupRate = entry.lr === undefined ? rate : new LearningRate(call, entry.lr);
    return new Group([...entry.parameters], settings, groupRate);
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
