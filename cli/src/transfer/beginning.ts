// Decides with what a training begins: with a pretrained net, whose features a small set of photographs is learned from in seconds, or with
// nothing, a net of random weights. --from says it; without it, small sets of coloured pictures begin with the installed net.
import { framePictures, type ImageSurvey, surveyImageFolder } from "chainrule/node";
import type { Source } from "../data-set.ts";
import { BadInput } from "../failure.ts";
import type { Fetching } from "../hub/hub.ts";
import { layoutOf } from "../pictures/layout.ts";
import { changeNames } from "../train/augmentation.ts";
import type { Job, TrainOptions } from "../train/job.ts";
import { type Backbone, installedBackbone, namedBackbone, nothing, savedBackbone } from "./backbone.ts";

export interface Beginning {
  /** null: the training begins with nothing. */
  readonly backbone: Backbone | null;
  /** A sentence for people; null where there is nothing to say. */
  readonly note: string | null;
}

/** Sets of this many pictures or more begin with nothing: a net of their own has enough to learn from. */
export const enoughPictures = 2000;
/** Smaller pictures, on their longer side, have too little in them for a net that was trained on 224 pixels. */
const leastSide = 32;
/** The number of pictures, evenly spread, in which colours are looked for, and the side to which they are reduced. */
const sampleSize = 24;
const sampleSide = 32;
/** The part of the sample that has colours in a set of coloured pictures: some photographs are black and white, and so are many drawings. */
const leastColoured = 0.25;

const fromNothing: Beginning = { backbone: null, note: null };

/** Throws BadInput where --from, the data and the other options do not go together, and GaveUp where fetching a net was stopped. */
export async function chooseBeginning(
  source: Source,
  options: TrainOptions,
  fetching: Omit<Fetching, "offline">,
): Promise<Beginning> {
  const { from, resume, finetune = false } = options;
  if (finetune) checkFinetune(source, options);
  if (from === nothing) return fromNothing;
  const flags = stepwise(options);
  if (from !== undefined) {
    if (source.kind === "idx")
      throw new BadInput(`--from ${from}: is for folders of pictures; ${source.name} is none, so leave --from out`);
    if (resume !== undefined)
      throw new BadInput(
        `--from ${from}: ${resume} goes on with its own net; leave --from out to go on, or --resume to begin anew`,
      );
    if (flags.length > 0) refuse(flags[0], `--from ${from}`);
    return { backbone: await namedBackbone(from, { ...fetching, offline: options.offline ?? false }), note: null };
  }
  if (finetune)
    return flags.length > 0 ? refuse(flags[0], "--finetune") : { backbone: await installedBackbone(), note: null };
  if (source.kind === "idx" || resume !== undefined || !(await isSmallSetOfPhotographs(source.directory ?? ".")))
    return fromNothing;
  if (flags.length > 0)
    return {
      backbone: null,
      note: `begins with a net of random weights, which is what ${flags[0]} is for; without ${flags[0]}, training on so few pictures begins with a pretrained net`,
    };
  const backbone = await installedBackbone();
  const note = `few pictures, so it begins with ${backbone.name}, trained on 1.3 million photographs of ImageNet; --from ${nothing} begins with nothing`;
  return { backbone, note };
}

function refuse(flag: string, instead: string): never {
  throw new BadInput(
    `${flag}: is for a net that begins with nothing; leave it out, or give --from ${nothing} instead of ${instead}`,
  );
}

function checkFinetune({ kind, name }: Source, { from, resume, folds }: TrainOptions): void {
  if (folds !== undefined)
    throw new BadInput("--finetune: is not tried by --folds, which judges classifiers; leave one of them out");
  if (from === nothing)
    throw new BadInput(
      `--finetune: trains a pretrained net further, but --from ${nothing} begins with none; leave one of them out`,
    );
  if (kind === "idx")
    throw new BadInput(`--finetune: is for folders of pictures; ${name} is none, so leave --finetune out`);
  if (resume !== undefined)
    throw new BadInput(
      `--finetune: ${resume} goes on as it was begun; leave --finetune out to go on, or --resume to begin anew`,
    );
}

/** The net of a fine-tuning that goes on, as it was before. Throws BadInput about options that it cannot have. */
export async function resumedBeginning(
  { file, saved, record }: NonNullable<Job["tuning"]>,
  options: TrainOptions,
): Promise<Beginning> {
  const { from, finetune } = options;
  const typed = [
    ...(from === undefined ? [] : ["--from"]),
    ...(finetune === undefined ? [] : ["--finetune"]),
    ...stepwise({ ...options, finetune: true }),
  ];
  if (typed.length > 0)
    throw new BadInput(
      `${typed[0]}: ${file} goes on with its own net; leave ${typed[0]} out to go on, or --resume to begin anew`,
    );
  return { backbone: savedBackbone(file, saved, record), note: null };
}

/** The options that were typed and that only a net has which learns step by step, as flags; fine-tuning has some of them. */
function stepwise(options: TrainOptions): string[] {
  const { model, epochs, batchSize, lr, patience, augment, size, checkpoint, explain, profile, finetune } = options;
  const always = [
    ["--model", model],
    ["--size", size],
    ["--explain", explain],
    ["--profile", profile],
  ] as const;
  const typed = [
    ...always,
    ["--epochs", epochs],
    ["--batch-size", batchSize],
    ["--lr", lr],
    ["--patience", patience],
    [augment === false ? "--no-augment" : "--augment", augment],
    ...changeNames.map((name) => [options[name] === false ? `--no-${name}` : `--${name}`, options[name]] as const),
    ["--checkpoint", checkpoint],
  ] as const;
  return (finetune ? always : typed).flatMap(([flag, value]) => (value === undefined ? [] : [flag]));
}

/** Whether training on this folder begins with the installed net. False also where it cannot be read: reading it says why. */
export async function isSmallSetOfPhotographs(directory: string): Promise<boolean> {
  let survey: ImageSurvey;
  try {
    survey = await surveyImageFolder(layoutOf(directory).base, {});
  } catch {
    return false;
  }
  const { files, sizes } = survey;
  if (files.length >= enoughPictures || files.length < 2) return false;
  const large = sizes.filter((sides) => sides !== null && Math.max(...sides) >= leastSide);
  if (large.length < files.length / 2) return false;
  const step = Math.ceil(files.length / sampleSize);
  const { bytes, indices } = await framePictures(
    files.filter((_, n) => n % step === 0).map(({ path }) => path),
    { shape: [3, sampleSide, sampleSide], framing: "plain" },
  );
  const plane = sampleSide * sampleSide;
  const coloured = indices.filter((_, n) => isColoured(bytes.subarray(3 * n * plane, 3 * (n + 1) * plane)));
  return coloured.length > 0 && coloured.length >= leastColoured * indices.length;
}

/** Whether the planes of a picture [3, …] differ at some pixel. */
function isColoured(planes: Uint8Array): boolean {
  const plane = planes.length / 3;
  for (let i = 0; i < plane; i++)
    if (planes[i] !== planes[plane + i] || planes[i] !== planes[2 * plane + i]) return true;
  return false;
}
