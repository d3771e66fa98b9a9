// The classifier of a pretrained net: the features of the pictures, the fit to them, and the whole net with both.
import type { Sequential } from "chainrule";
import { type Description, withClassifier } from "chainrule/model";
import type { Data } from "../data-set.ts";
import { poolOf } from "../folds/assign.ts";
import { joinedExamples, learnFromFeatures } from "../folds/features.ts";
import { crossValidate } from "../folds/folds.ts";
import { endUse, placeOf } from "../pictures/cache-folder.ts";
import type { Job, TrainOptions } from "../train/job.ts";
import { tellHead } from "./account.ts";
import type { Backbone } from "./backbone.ts";
import { featuresOf } from "./features.ts";
import { fitHead, type Head } from "./head.ts";

export interface Learning {
  readonly job: Job;
  readonly backbone: Backbone;
  readonly data: Data;
  readonly options: TrainOptions;
  /** What the validation pictures are for: the choice of the penalty, nothing, or to be learned from as well. */
  readonly validation: "choice" | "unused" | "learned";
}

/** The classifier; null where none is wanted after a cross-validation. Throws GaveUp where the user stopped the work. */
export async function learn({ job, backbone, data, options, validation: use }: Learning): Promise<Head | null> {
  const { screen, interrupt, intent, source } = job;
  const { train, validation } = data;
  const check = () => interrupt.check();
  const parts = validation === null || use === "unused" ? [train] : [train, validation];
  const count = parts.reduce((sum, { labels }) => sum + labels.size, 0);
  const wanted = { directory: source.directory ?? ".", bytes: 4096 * count, extension: ".features" } as const;
  const place = (options.cache ?? true) ? placeOf({ ...wanted, form: backbone.fingerprint }) : null;
  const file = place?.file ?? null;
  try {
    const [learned, judged] = await featuresOf({ backbone, parts, cache: file, screen, check });
    const classes = train.classes.length;
    const { seed } = intent;
    const { folds } = options;
    if (folds !== undefined) {
      const learner = learnFromFeatures({ examples: joinedExamples(learned, judged), classes, seed, check });
      await crossValidate({ screen, pool: poolOf(data), folds, seed, learn: learner });
      if (options.final === false) return null;
    }
    const began = performance.now();
    const joins = use === "learned";
    const examples = joins ? joinedExamples(learned, judged) : learned;
    const head = await fitHead(examples, { classes, seed, validation: joins ? null : (judged ?? null), check });
    tellHead(screen, head, (performance.now() - began) / 1000);
    return head;
  } finally {
    if (file !== null) endUse(file);
  }
}

/** The whole net, from pictures to logits, and its description. */
export function wholeOf(
  classes: readonly string[],
  { backbone, head, seed }: { readonly backbone: Backbone; readonly head: Head; readonly seed: number },
): { readonly description: Description; readonly net: Sequential } {
  return withClassifier(backbone, head, { classes, seed });
}
