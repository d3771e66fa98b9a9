// The numbers of a batch: its loss, and further numbers by name. A named number of shape [] is the mean over the batch; one of shape [B, ...]
// has numbers for each example. Both are averaged over the examples of an epoch.
import { leavesOf } from "../data/nesting.ts";
import { ChainruleError } from "../errors/error.ts";
import { describe } from "../tensor/dtype.ts";
import { noGrad } from "../tensor/mode.ts";
import { Tensor } from "../tensor/tensor.ts";

/** The result of a loss function: the loss, or a record of the loss, other numbers by name, and `outputs` for metrics. */
export type Result = Tensor | { readonly loss: Tensor; readonly outputs?: unknown };

/** The names of the numbers of a result, except "loss". */
export type NamesOf<R> = R extends Tensor ? never : Exclude<keyof R & string, "loss" | "outputs">;

/** The first argument of metrics: the outputs of a result. */
export type OutputsOf<R> = R extends { readonly outputs: infer O } ? O : undefined;

type Metric = (outputs: never, batch: never) => Tensor;

/** Metrics by name. */
export type Metrics = Readonly<Record<string, Metric>>;

/** A number with a name, as a tensor []. */
interface Named {
  readonly value: Tensor;
  /** Number of elements of each example in the sum `value`; null if `value` is the batch's mean. */
  readonly each: number | null;
}

export interface Computed {
  readonly loss: Tensor;
  readonly named: ReadonlyMap<string, Named>;
}

/** Names of events' own properties. */
const reservedNames: ReadonlySet<string> = new Set([
  "type",
  "epoch",
  "step",
  "seconds",
  "best",
  "batch",
  "loss",
  "outputs",
  "mean",
  "lr",
  "examples",
  "evaluation",
  "examplesPerSecond",
  "epochSeconds",
  "improved",
  "validation",
  "validationSeconds",
  "__proto__",
]);

/** Throws if an event cannot have a number with this name. */
export function checkMetricName(call: string, name: string): void {
  if (reservedNames.has(name))
    throw new ChainruleError("option", call, `a metric cannot be called "${name}", which events reserve; rename it`);
}

/** The number of examples in a batch: the first dim of its first tensor. */
export function examplesOf(batch: unknown): number {
  const [first] = leavesOf(batch);
  return first?.value.shape[0] ?? 1;
}

/** The loss in the result of a user's function. Throws unless it is one number. */
export function lossOf(call: string, result: unknown): Tensor {
  const loss =
    result instanceof Tensor
      ? result
      : typeof result === "object" && result !== null && "loss" in result
        ? result.loss
        : null;
  if (!(loss instanceof Tensor))
    throw new ChainruleError(
      "type",
      call,
      `the loss must be a tensor, or a record { loss, ... }; it is ${nameOf(result)}`,
    );
  if (loss.size !== 1)
    throw new ChainruleError("shape", call, `the loss is ${describe(loss)}, not one number; reduce it with mean()`);
  return loss;
}

const nameOf = (value: unknown): string =>
  typeof value === "object" && value !== null ? `{ ${Object.keys(value).join(", ")} }` : String(value);

/** Collects loss, named numbers and metrics. Throws if one of them is neither one number nor has numbers for each example. */
export function tally(call: string, result: unknown, batch: unknown, metrics: Metrics): Computed {
  const loss = lossOf(call, result).detach();
  return noGrad(() => {
    const named = new Map<string, Named>();
    const examples = examplesOf(batch);
    const add = (name: string, value: unknown): void => {
      checkMetricName(call, name);
      if (named.has(name)) throw new ChainruleError("option", call, `two numbers have the name "${name}"; rename one`);
      named.set(name, namedOf(call, name, value, examples));
    };
    const beside: [string, unknown][] = result instanceof Tensor ? [] : Object.entries(result as object);
    for (const [name, value] of beside) if (name !== "loss" && name !== "outputs") add(name, value);
    const outputs = beside.find(([name]) => name === "outputs")?.[1];
    for (const [name, metric] of Object.entries(metrics)) add(name, metric(outputs as never, batch as never));
    return { loss, named };
  });
}

function namedOf(call: string, name: string, value: unknown, examples: number): Named {
  if (!(value instanceof Tensor))
    throw new ChainruleError("type", call, `${name} must be a tensor; put values for metrics into outputs`);
  if (value.ndim === 0) return { value: value.detach(), each: null };
  if (value.shape[0] !== examples)
    throw new ChainruleError(
      "shape",
      call,
      `${name} is ${describe(value)}; it must be one number, or have a row for each of the ${examples} examples`,
    );
  return { value: value.detach().sum(), each: value.size / examples };
}

/** The numbers of a batch, read from their tensors. */
export interface Counted {
  readonly examples: number;
  /** Means over the batch. */
  readonly loss: number;
  readonly means: ReadonlyMap<string, number>;
  /** Sums over its examples, with "loss". */
  readonly sums: ReadonlyMap<string, number>;
}

export async function count({ loss, named }: Computed, batch: unknown): Promise<Counted> {
  const examples = examplesOf(batch);
  const entries = [...named];
  const [[value], ...others] = await Promise.all([loss.read(), ...entries.map(([, { value }]) => value.read())]);
  const sums = new Map([["loss", value * examples]]);
  const means = new Map<string, number>();
  for (const [i, [name, { each }]] of entries.entries()) {
    const [number] = others[i];
    sums.set(name, each === null ? number * examples : number / each);
    means.set(name, each === null ? number : number / each / examples);
  }
  return { examples, loss: value, means, sums };
}

/** Adds the sums of a batch to those of the others. */
export function added(
  before: ReadonlyMap<string, number>,
  sums: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  return new Map([...sums].map(([name, sum]) => [name, (before.get(name) ?? 0) + sum]));
}

/** { loss, accuracy, ... }: the means, from sums over `examples` examples. */
export const meansOf = (
  sums: ReadonlyMap<string, number>,
  examples: number,
): { readonly loss: number } & Readonly<Record<string, number>> =>
  Object.fromEntries([...sums].map(([name, sum]) => [name, sum / examples])) as { loss: number };
