// Learns classes from the features of the pretrained net, as `chainrule train` does for small sets of photographs.
import type { Sequential } from "chainrule";
import { type Description, withClassifier } from "chainrule/model";
import { fitClassifier } from "chainrule/train";
import type { Judged } from "../messages.ts";
import { judgedOf, type Labelled } from "./judge.ts";
import { type Likeness, likenessOf } from "./likeness.ts";
import type { Pretrained } from "./pretrained.ts";

export interface Learned {
  readonly description: Description;
  readonly net: Sequential;
  readonly judged: Judged | null;
  readonly likeness: Likeness;
}

export interface Course {
  /** Called between steps with the part that is done, from 0 to 1; throws to end the work. */
  readonly progressed: (part: number) => void;
  readonly seed: number;
}

/** `features`: those of each picture, in the order of the labels. */
export async function learnFromFeatures(
  { backbone }: Pick<Pretrained, "backbone">,
  { features, ...labelled }: Labelled & { readonly features: readonly Float32Array[] },
  { progressed, seed }: Course,
): Promise<Learned> {
  const { labels, classes } = labelled;
  const size = features[0].length;
  const rows = new Float32Array(features.length * size);
  for (const [n, row] of features.entries()) rows.set(row, n * size);
  const { weight, bias, choice, unseen } = await fitClassifier(rows, labels, {
    classes: classes.length,
    seed,
    onProgress: progressed,
  });
  const { description, net } = withClassifier(backbone, { weight, bias }, { classes, seed });
  return {
    description,
    net,
    judged: judgedOf(labelled, unseen, choice.folds),
    likeness: await likenessOf(features, "features"),
  };
}
