// The options --folds and --no-final, and what they do not go together with.
import { BadInput } from "../failure.ts";
import { amount } from "../pictures/cache-folder.ts";

export interface FoldOptions {
  /** The number of folds of a cross-validation before the training. */
  readonly folds?: number;
  /** Whether a model is trained with all pictures after that; true unless --no-final was typed. */
  readonly final?: boolean;
  /** Whether a pretrained net is trained further. */
  readonly finetune?: boolean;
  readonly resume?: string;
  readonly out?: string;
  readonly report?: string;
}

/** Throws BadInput where the options contradict each other. */
export function checkFolds({ folds, final = true, finetune, resume, out, report }: FoldOptions): void {
  if (folds === undefined) {
    if (!final)
      throw new BadInput("--no-final: is for --folds, which it leaves without a model; leave it out, or add --folds 5");
    return;
  }
  if (resume !== undefined)
    throw new BadInput(
      `--folds ${folds}: is for a new training, and ${resume} goes on with an old one; leave --folds or --resume out`,
    );
  if (finetune)
    throw new BadInput(
      `--folds ${folds}: asks about a classifier on the features, and not about a net that --finetune trains further; leave one of them out`,
    );
  for (const [flag, value] of [
    ["--out", out],
    ["--report", report],
  ] as const)
    if (!final && value !== undefined)
      throw new BadInput(
        `--no-final: no model is trained, so there is nothing for ${flag} ${value}; leave one of them out`,
      );
}

/** The pictures, those of the pool, and those of a fold in two steps: so many times they are in memory. */
const copies = 4;

/** Throws BadInput where pictures that take so many bytes, decoded, are too many for a cross-validation in this memory. */
export function checkMemory(folds: number, bytes: number, memory: number): void {
  if (copies * bytes <= memory) return;
  throw new BadInput(
    `--folds ${folds}: the pictures take ${amount(bytes)}, decoded, and a cross-validation needs ${copies} times that in memory, of which there are ${amount(memory)}; give a smaller --size, or a part of the pictures`,
  );
}
