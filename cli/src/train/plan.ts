// The options of a training: those that were typed, the defaults of the kind of data, or those that a resumed file was begun with.
import type { Augmentation } from "chainrule/data";
import { type ArchitectureName, architectureNames } from "chainrule/model";
import type { Data, Pictures, Source } from "../data-set.ts";
import { BadInput } from "../failure.ts";
import type { Extras, Model } from "../model-file.ts";
import { type FolderRecord, isFolderRecord } from "../pictures/options.ts";
import { shapeOf } from "../pictures/shape.ts";
import { isCount, isRecord } from "../records.ts";
import { counted } from "../wording.ts";
import { type ChangeOptions, changeNames, checkChanges, chooseChanges, typed } from "./augmentation.ts";
import { modelOf } from "./checkpoints.ts";

export interface Plan {
  readonly model: ArchitectureName;
  readonly epochs: number;
  readonly batchSize: number;
  /** The learning rate of the first step; it falls linearly to 0 at the end of the last epoch. */
  readonly lr: number;
  readonly seed: number;
  /** The fraction of the pictures that is set aside for validation, 0 for none. */
  readonly validation: number;
  /** Training ends after this many epochs without a lower validation loss; null: it never ends early. */
  readonly patience: number | null;
  readonly augment: Augmentation | null;
  readonly folder: FolderRecord | null;
}

/** The options that were typed; undefined for those that were not. */
export interface PlanOptions extends ChangeOptions {
  readonly model?: ArchitectureName;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly lr?: number;
  readonly seed?: number;
  readonly validation?: number;
  readonly patience?: number;
  readonly size?: readonly [height: number, width: number];
  readonly skipBroken?: boolean;
  /** Bytes: decoded pictures that take more are streamed. */
  readonly memory?: number;
  /** Bytes: streamed pictures that take more are not kept. */
  readonly cacheLimit?: number;
}

export const defaults = {
  idx: { model: "cnn", epochs: 4, lr: 0.003, seed: 0, validation: 0, patience: null, augment: false },
  pictures: { model: "conv-bn", epochs: 20, lr: 0.003, seed: 0, validation: 0.1, patience: 5, augment: true },
} as const;

/** The options that are known before any picture is read. */
export interface Intent extends Omit<Plan, "batchSize" | "augment" | "folder"> {
  readonly changes: ChangeOptions;
  /** Whether pictures are changed where no option says it. */
  readonly augment: boolean;
}

export function intend(options: PlanOptions, { kind, name }: Source): Intent {
  const defaultOptions = defaults[kind];
  for (const [flag, given] of [
    ["--size", options.size],
    ["--skip-broken", options.skipBroken],
    ["--memory", options.memory],
    ["--cache-limit", options.cacheLimit],
  ] as const)
    if (given !== undefined && kind === "idx")
      throw new BadInput(`${flag}: is for folders of pictures; ${name} is none, so leave ${flag} out`);
  checkChanges(options);
  const validation = options.validation ?? defaultOptions.validation;
  if (options.patience !== undefined && validation === 0)
    throw new BadInput(
      `--patience ${options.patience}: needs pictures to judge epochs by; add --validation 0.1, which sets a tenth of them aside`,
    );
  return {
    model: options.model ?? defaultOptions.model,
    epochs: options.epochs ?? defaultOptions.epochs,
    lr: options.lr ?? defaultOptions.lr,
    seed: options.seed ?? defaultOptions.seed,
    validation,
    patience: validation === 0 ? null : (options.patience ?? defaultOptions.patience),
    changes: options,
    augment: defaultOptions.augment,
  };
}

/** A plan, and whether its pictures are mirrored is still to be decided. */
export interface Chosen {
  readonly plan: Plan;
  readonly undecided: boolean;
}

export function choosePlan(intent: Intent, { train, folder }: Data<Pictures>, batchSize: number | undefined): Chosen {
  const { model, epochs, lr, seed, validation, patience } = intent;
  const defaultBatchSize = folder === null || train.labels.size >= 2000 ? 64 : train.labels.size >= 500 ? 32 : 16;
  const { augment, undecided } = chooseChanges(intent.changes, intent.augment, shapeOf(train));
  // The order of the properties is that of savedPlan: a training that was resumed writes the same bytes.
  const plan: Plan = {
    model,
    epochs,
    batchSize: batchSize ?? defaultBatchSize,
    lr,
    seed,
    validation,
    patience,
    augment,
    folder,
  };
  return { plan, undecided };
}

/** The options that a file was trained with, and the new values of those that may change. Throws BadInput about any other change. */
export function resumedPlan(file: string, saved: Model & Extras, options: PlanOptions): Plan {
  const plan = savedPlan(file, saved);
  const { training } = saved;
  checkChanges(options);
  for (const [flag, given, begun] of [
    ["--model", options.model, plan.model],
    ["--batch-size", options.batchSize, plan.batchSize],
    ["--lr", options.lr, plan.lr],
    ["--seed", options.seed, plan.seed],
    ["--validation", options.validation, plan.validation],
    ["--size", options.size?.join("x"), plan.folder?.size?.join("x") ?? saved.description.input.slice(1).join("x")],
  ] as const) {
    if (given !== undefined && given !== begun)
      throw new BadInput(
        `${flag} ${given}: ${file} was begun with ${flag} ${begun}; leave ${flag} out to go on, or --resume to begin anew`,
      );
  }
  for (const [positive, negative, given, begun] of [
    ["--augment", "--no-augment", options.augment, plan.augment !== null],
    ["--skip-broken", "", options.skipBroken, plan.folder?.skipBroken ?? false],
  ] as const) {
    const flag = given ? positive : negative;
    if (given !== undefined && given !== begun)
      throw new BadInput(
        `${flag}: ${file} was begun ${begun ? "with" : "without"} ${positive}; leave ${flag} out to go on, or --resume to begin anew`,
      );
  }
  for (const name of changeNames) {
    const begun = plan.augment?.[name] ?? (name === "flip" ? false : 0);
    if (options[name] !== undefined && options[name] !== begun)
      throw new BadInput(
        `${typed(name, options)}: ${file} was begun with ${typed(name, { [name]: begun })}; leave --${name} out to go on, or --resume to begin anew`,
      );
  }
  if (options.patience !== undefined && plan.validation === 0)
    throw new BadInput(
      `--patience ${options.patience}: ${file} was begun without --validation; leave --patience out to go on`,
    );
  if (options.memory !== undefined)
    throw new BadInput(
      `--memory: a training that goes on reads its pictures as it began; leave --memory out to go on, or --resume to begin anew`,
    );
  const epochs = options.epochs ?? plan.epochs;
  const patience = options.patience ?? plan.patience;
  const reached = isRecord(training) ? Number(training.epoch) : 0;
  // A checkpoint may come from the last moment of a training, before the model was saved: there is nothing left to train, and that is fine.
  if (modelOf(file) !== file) return { ...plan, epochs, patience };
  if (epochs <= reached)
    throw new BadInput(
      `--resume ${file}: was already trained to the end of epoch ${reached}; give --epochs ${reached + 1} or more to go on`,
    );
  const waited = reached - bestEpoch(training);
  if (patience !== null && waited >= patience)
    throw new BadInput(
      `--resume ${file}: stopped early, after ${counted(waited, "epoch")} without a lower validation loss; give --patience ${waited + 1} or more to go on`,
    );
  return { ...plan, epochs, patience };
}

/** The best epoch of the saved position; infinite where it has none. */
function bestEpoch(training: unknown): number {
  if (!isRecord(training) || !isRecord(training.best) || !isRecord(training.best.loss)) return Number.POSITIVE_INFINITY;
  return Number(training.best.loss.epoch);
}

function savedPlan(file: string, { training, description }: Extras & Model): Plan {
  if (isRecord(training) && typeof training.from === "string")
    throw new BadInput(
      `--resume ${file}: is a classifier on the features of ${training.from}, which is fitted in seconds; leave --resume out to fit it anew, with all pictures`,
    );
  if (!isRecord(training) || !isCount(training.epoch)) throw cannotResume(file);
  if (training.stage === undefined)
    throw new BadInput(
      `--resume ${file}: was saved by an older chainrule, whose trainings cannot be resumed; train again, or use the file with evaluate and predict`,
    );
  const { epochs, batchSize, lr, validation, patience, augment, folder } = training;
  const model = architectureNames.find((name) => name === training.model);
  const numbers = isCount(epochs) && isCount(batchSize) && batchSize > 0 && typeof lr === "number" && lr > 0;
  if (model === undefined || !numbers || typeof validation !== "number" || !(validation >= 0 && validation < 1))
    throw cannotResume(file);
  if (!isPatience(patience) || !isAugmentation(augment) || !isFolderRecord(folder)) throw cannotResume(file);
  return { model, epochs, batchSize, lr, seed: description.seed, validation, patience, augment, folder };
}

export function cannotResume(file: string): BadInput {
  return new BadInput(
    `--resume ${file}: has no record of its training; only files that chainrule train wrote can be resumed`,
  );
}

export const isPatience = (value: unknown): value is number | null => value === null || (isCount(value) && value > 0);

export function isAugmentation(value: unknown): value is Augmentation | null {
  if (value === null) return true;
  return (
    isRecord(value) && Object.values(value).every((amount) => Number.isFinite(amount) || typeof amount === "boolean")
  );
}
