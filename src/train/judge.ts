// Validation on data of any kind: computes the means of the loss and of all named numbers, each batch once, in order, in evaluation mode.
// Random numbers, such as those of a variational autoencoder, are the same at each validation, so that epochs can be compared.

import { breathe } from "../compiler/breathe.ts";
import { compile } from "../compiler/compile.ts";
import { ChainruleError } from "../errors/error.ts";
import type { Module } from "../nn/module.ts";
import { noGrad } from "../tensor/mode.ts";
import { backendOf, type Placement } from "./device.ts";
import { inMode } from "./modes.ts";
import type { Means } from "./position.ts";
import { RandomStream } from "./random-stream.ts";
import type { AbortSignalLike } from "./signal.ts";
import { added, type Computed, count, type Metrics, meansOf, tally } from "./tally.ts";
import type { Course } from "./task.ts";

export interface Judge {
  readonly call: string;
  readonly module: Module;
  /** What computes the numbers of a batch, once its device is open. */
  readonly program: () => Promise<(batch: unknown) => Computed>;
}

interface Judging {
  readonly module: Module;
  /** Calls the user's loss. */
  readonly loss: (batch: unknown) => unknown;
  readonly metrics: Metrics;
  /** Where the program runs; null: the loss is not compiled. */
  readonly placement: Placement | null;
}

export function judgeOf(call: string, { module, loss, metrics, placement }: Judging): Judge {
  const compute = (batch: unknown): Computed => noGrad(() => tally(call, loss(batch), batch, metrics));
  if (placement === null) return { call, module, program: () => Promise.resolve(compute) };
  const { threads, device } = placement;
  let compiled: Promise<(batch: unknown) => Computed> | null = null;
  const program = () => {
    compiled ??= backendOf(call, device).then((backend) => compile(compute, { threads, backend }));
    return compiled;
  };
  return { call, module, program };
}

export interface Judged {
  readonly means: Means;
  readonly examples: number;
}

/** Computes the means over all batches. Throws if there are no examples, and throws the signal's reason when that is aborted. */
export async function judge(
  { call, module, program: opened }: Judge,
  course: Course,
  { seed = 0, signal }: { readonly seed?: number | undefined; readonly signal?: AbortSignalLike | undefined },
): Promise<Judged> {
  const random = new RandomStream(seed, "validation");
  const program = await opened();
  let [sums, examples]: [ReadonlyMap<string, number>, number] = [new Map(), 0];
  for await (const batch of course.from(0)) {
    await breathe();
    signal?.throwIfAborted();
    const counted = await count(
      inMode(module, false, () => random.run(() => program(batch))),
      batch,
    );
    sums = added(sums, counted.sums);
    examples += counted.examples;
  }
  if (examples === 0) throw new ChainruleError("data", call, "there are no examples to evaluate");
  return { means: meansOf(sums, examples), examples };
}
