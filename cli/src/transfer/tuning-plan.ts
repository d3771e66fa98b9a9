// The options of fine-tuning, which trains the last blocks of a pretrained net and its classifier further: those that were typed, the defaults,
// or those that a resumed file was begun with.
import type { Augmentation } from "chainrule/data";
import { BadInput } from "../failure.ts";
import type { Extras, Model } from "../model-file.ts";
import { type FolderRecord, isFolderRecord } from "../pictures/options.ts";
import { isCount, isRecord } from "../records.ts";
import { type ChangeOptions, changeNames, checkChanges, chooseChanges, typed } from "../train/augmentation.ts";
import { cannotResume, isAugmentation, isPatience, type PlanOptions } from "../train/plan.ts";
import { type Choice, isChoice } from "./head.ts";

export interface TuningPlan {
  readonly epochs: number;
  readonly batchSize: number;
  /** The largest learning rate: it rises for a tenth of the steps, and falls linearly to 0 at the end of the last epoch. */
  readonly lr: number;
  /** Fine-tuning ends after this many epochs without a lower validation loss. */
  readonly patience: number;
  readonly augment: Augmentation | null;
}

/** The classifier with which fine-tuning began. */
export interface Before {
  readonly choice: Choice;
  /** On the validation pictures. */
  readonly loss: number;
  readonly accuracy: number;
}

/** What a file records of a fine-tuning that was interrupted. */
export interface SavedTuning {
  readonly plan: TuningPlan;
  readonly before: Before;
  readonly from: { readonly name: string; readonly origin: string; readonly fingerprint: string };
  readonly seed: number;
  readonly validation: number;
  readonly folder: FolderRecord | null;
}

/** The names of the tensors that a checkpoint has of the net before fine-tuning begin with this. */
export const beforePrefix = "before.";

/**
 * At this rate the test loss of docs/backbones.md's photographs fell from 0.47 to 0.43, and at ten times as much it rose to 0.74. Few runs were
 * made, so other sets may want another one.
 */
export const tuningDefaults = { epochs: 8, batchSize: 16, lr: 0.00003, patience: 3, validation: 0.1 } as const;

/** Throws BadInput where options of fine-tuning do not go together; called before anything is read. */
export function checkTuning(options: PlanOptions): void {
  checkChanges(options);
  if (options.validation === 0)
    throw new BadInput(
      "--validation 0: --finetune needs pictures to judge by whether it helps; leave --validation out",
    );
}

/** The plan for pictures of this shape, [N, C, H, W]. Pictures are mirrored only where --flip says so. */
export function chooseTuning(options: PlanOptions, shape: readonly number[]): TuningPlan {
  const changes: ChangeOptions = { ...options, flip: options.flip ?? false };
  return {
    epochs: options.epochs ?? tuningDefaults.epochs,
    batchSize: options.batchSize ?? tuningDefaults.batchSize,
    lr: options.lr ?? tuningDefaults.lr,
    patience: options.patience ?? tuningDefaults.patience,
    augment: chooseChanges(changes, true, shape).augment,
  };
}

/** The fine-tuning that a file was saved in the middle of; null where it is no such file. Throws BadInput where it has ended, or is damaged. */
export function savedTuning(file: string, { training, description }: Extras & Model): SavedTuning | null {
  if (!isRecord(training) || training.finetune === undefined) return null;
  const { finetune: plan, before, from, origin, backbone, validation, folder } = training;
  if (training.position === undefined)
    throw new BadInput(`--resume ${file}: was fine-tuned to its end; leave --resume out to begin anew`);
  const names = [from, origin, backbone];
  if (!isPlan(plan) || !isBefore(before) || !isFolderRecord(folder) || typeof validation !== "number")
    throw cannotResume(file);
  const [name, at, fingerprint] = names.map((one) => (typeof one === "string" ? one : null));
  if (name === null || at === null || fingerprint === null) throw cannotResume(file);
  return { plan, before, from: { name, origin: at, fingerprint }, seed: description.seed, validation, folder };
}

/** The plan with which a file's fine-tuning goes on; --epochs and --patience may change. Throws BadInput about any other change. */
export function resumedTuning(
  file: string,
  { plan, seed, validation, folder }: SavedTuning,
  options: PlanOptions,
): TuningPlan {
  for (const [flag, given, begun] of [
    ["--batch-size", options.batchSize, plan.batchSize],
    ["--lr", options.lr, plan.lr],
    ["--seed", options.seed, seed],
    ["--validation", options.validation, validation],
  ] as const)
    if (given !== undefined && given !== begun) throw begunWith(file, `${flag} ${given}`, `${flag} ${begun}`, flag);
  for (const [positive, negative, given, begun] of [
    ["--augment", "--no-augment", options.augment, plan.augment !== null],
    ["--skip-broken", "no --skip-broken", options.skipBroken, folder?.skipBroken ?? false],
  ] as const)
    if (given !== undefined && given !== begun)
      throw begunWith(file, given ? positive : negative, begun ? positive : negative, given ? positive : negative);
  for (const name of changeNames) {
    const begun = plan.augment?.[name] ?? (name === "flip" ? false : 0);
    if (options[name] !== undefined && options[name] !== begun)
      throw begunWith(file, typed(name, options), typed(name, { [name]: begun }), `--${name}`);
  }
  return { ...plan, epochs: options.epochs ?? plan.epochs, patience: options.patience ?? plan.patience };
}

const begunWith = (file: string, given: string | null, begun: string | null, flag: string) =>
  new BadInput(`${given}: ${file} was begun with ${begun}; leave ${flag} out to go on, or --resume to begin anew`);

function isPlan(value: unknown): value is TuningPlan {
  if (!isRecord(value)) return false;
  const { epochs, batchSize, lr, patience, augment } = value;
  const counts = [epochs, batchSize, patience].every((n) => isCount(n) && n > 0);
  return counts && typeof lr === "number" && lr > 0 && isPatience(patience) && isAugmentation(augment);
}

const isBefore = (value: unknown): value is Before =>
  isRecord(value) && typeof value.loss === "number" && typeof value.accuracy === "number" && isChoice(value.choice);
