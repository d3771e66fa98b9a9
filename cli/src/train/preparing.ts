// Everything before the first step of a training: the options, the files, the pictures, and what is decided from them.

import { existsSync } from "node:fs";
import { totalmem } from "node:os";
import { resolve } from "node:path";
import { type Dataset, normalisation } from "chainrule/data";
import { architectures, type Description, leastSide } from "chainrule/model";
import { checkWritable } from "chainrule/node";
import { findData, loadData, loadOrStream } from "../data.ts";
import type { Data, Pictures, Source } from "../data-set.ts";
import { checkFits } from "../evaluate/evaluation.ts";
import { replacedModel, replacedWords } from "../evaluate/test-record.ts";
import { BadInput, GaveUp, gaveUp, reading } from "../failure.ts";
import { checkFolds, checkMemory } from "../folds/options.ts";
import { Interrupt } from "../interrupt.ts";
import type { Budget } from "../large/budget.ts";
import type { AnyData, Sample } from "../large/streams.ts";
import { checkReplaceable, loadModel } from "../model-file.ts";
import { type Copies, findCopies } from "../pictures/copy-notes.ts";
import { layoutOf } from "../pictures/layout.ts";
import { maxSides } from "../pictures/max-sides.ts";
import type { Loading, Size } from "../pictures/options.ts";
import { shapeOf } from "../pictures/shape.ts";
import { isReaderGone } from "../terminal/output.ts";
import { Screen } from "../terminal/screen.ts";
import { chooseBeginning, resumedBeginning } from "../transfer/beginning.ts";
import { checkTuning, savedTuning, tuningDefaults } from "../transfer/tuning-plan.ts";
import { checkpointOf, modelOf, removeLeftovers } from "./checkpoints.ts";
import { type Job, resumeCommand, type TrainOptions } from "./job.ts";
import type { Decision } from "./mirroring.ts";
import { tryMirroring, withMirroring } from "./mirroring-trial.ts";
import { choosePlan, defaults, intend, type Plan, resumedPlan } from "./plan.ts";
import { checkReport } from "./recorder.ts";

/** The job; the exit code where fetching its net was stopped. */
export async function prepare(word: string, options: TrainOptions): Promise<Job | number> {
  const screen = new Screen(options.json ?? false);
  const interrupt = new Interrupt();
  checkFolds(options);
  const { resume: file } = options;
  const saved = file === undefined ? null : await loadModel(file);
  const record = file === undefined || saved === null ? null : savedTuning(file, saved);
  if (options.finetune) checkTuning(options);
  const tuning = file === undefined || saved === null || record === null ? null : { file, saved, record };
  const resume =
    file === undefined || saved === null || tuning !== null
      ? null
      : { file, saved, plan: resumedPlan(file, saved, options) };
  const source = await findData(word);
  const planned = resume?.plan ?? intend(options, source);
  const fetching = { screen, signal: interrupt.signal };
  const beginning = await (tuning === null
    ? chooseBeginning(source, options, fetching)
    : resumedBeginning(tuning, options)
  ).catch(gaveUp);
  if (beginning instanceof GaveUp) {
    screen.say("stopped while the net was fetched; nothing was saved");
    return isReaderGone() ? 0 : interrupt.exitCode;
  }
  const { backbone, note } = beginning;
  const intent =
    tuning !== null
      ? { ...planned, seed: tuning.record.seed, validation: tuning.record.validation }
      : backbone === null
        ? planned
        : { ...planned, validation: validationOf(source, options) };
  const name = backbone === null ? intent.model : backbone.name;
  const goesOn = resume ?? tuning;
  const out = options.out ?? (goesOn === null ? `${source.name}-${name}.safetensors` : modelOf(goesOn.file));
  const isSaved = options.final !== false;
  if (isSaved) await checkOutputs([out, checkpointOf(out)], options.report);
  const replaced = out === file || !isSaved ? null : await replacedModel(out);
  const resumeBy = (from: string) => resumeCommand(word, options, from);
  return { word, resumeBy, screen, interrupt, source, resume, tuning, intent, backbone, note, out, replaced };
}

/**
 * Beside a backbone no pictures are set aside for validation, but those in a folder of their own are used: there is no best epoch to find,
 * except in fine-tuning.
 */
function validationOf({ directory }: Source, { validation, finetune }: TrainOptions): number {
  if (finetune) return validation ?? tuningDefaults.validation;
  return validation ?? (layoutOf(directory ?? ".").validation === null ? 0 : defaults.pictures.validation);
}

/** The pictures, in memory or streamed; GaveUp where the user stopped the reading, or the reader of the output has gone. */
export async function readOrStream(job: Job, options: TrainOptions): Promise<AnyData | GaveUp> {
  const { resume, source } = job;
  if (job.backbone !== null && options.cacheLimit !== undefined)
    throw new BadInput("--cache-limit: with a pretrained net only features are kept; leave --cache-limit out");
  const budget: Budget = {
    ...{ memory: options.memory, cacheLimit: options.cacheLimit },
    shards: resume === null ? undefined : (resume.plan.folder?.shards ?? null),
    channels: resume !== null ? channelsOf(resume.saved.description) : job.backbone !== null ? 3 : undefined,
    // For features each picture is decoded once.
    keeps: job.backbone === null,
  };
  return loadOrStream(source, { ...loading(job, options), budget }).catch(gaveUp);
}

const channelsOf = ({ input: [channels] }: Description): 1 | 3 => (channels === 1 ? 1 : 3);

/** The pictures in memory; GaveUp as readOrStream gives it. Throws BadInput where they were to be streamed. */
export async function read(job: Job, options: TrainOptions): Promise<Data | GaveUp> {
  const typed = options.memory !== undefined ? "--memory" : options.cacheLimit !== undefined ? "--cache-limit" : null;
  const tunes = options.finetune || job.tuning !== null;
  const reader = tunes ? "--finetune" : options.folds === undefined ? "a pretrained net" : "--folds";
  if (typed !== null) throw new BadInput(`${typed}: ${reader} needs all pictures in memory; leave ${typed} out`);
  return loadData(job.source, loading(job, options)).catch(gaveUp);
}

function loading({ intent, backbone, note, resume, tuning, screen, interrupt }: Job, options: TrainOptions): Loading {
  const folder = resume === null ? options : resume.plan.folder;
  if (note !== null) screen.say(note);
  return {
    screen,
    seed: intent.seed,
    validation: intent.validation,
    cache: options.cache ?? true,
    // A training that goes on reads pictures as large as those that it began with.
    maxSide: Math.max(maxSides[intent.model], ...(resume?.saved.description.input.slice(1) ?? [])),
    size: backbone?.input.size ?? folder?.size ?? null,
    skipBroken: (resume?.plan ?? tuning?.record)?.folder?.skipBroken ?? options.skipBroken ?? false,
    check: () => interrupt.check(),
    checkSize: (size) => (backbone === null ? checkSize(intent.model, size) : undefined),
    checkBytes: (bytes) => (options.folds === undefined ? undefined : checkMemory(options.folds, bytes, totalmem())),
  };
}

/** Says that the reading was stopped; returns the exit code. */
export function tellGaveUp({ screen, interrupt }: Job, { isResumable }: GaveUp): number {
  const saved = isResumable ? "what was read is kept: the next run continues there" : "nothing was saved";
  screen.say(`stopped while the pictures were read; ${saved}`);
  return isReaderGone() ? 0 : interrupt.exitCode;
}

export interface Planned {
  readonly plan: Plan;
  readonly description: Description;
  readonly mirroring: Decision | null;
  readonly copies: Copies;
}

/** Says what the pictures are, and decides what their number and their form leave open; null where that was stopped. */
export async function makePlan(job: Job, data: AnyData, options: TrainOptions): Promise<Planned | null> {
  const { screen, interrupt, source, resume, out, replaced } = job;
  const { plan, undecided } =
    resume === null
      ? choosePlan(intend(options, source), data, options.batchSize)
      : { plan: resume.plan, undecided: false };
  const description = resume?.saved.description ?? describe(data, plan, (await inMemory(data, job)).train);
  if (resume !== null) {
    const problem = checkFits(resume.file, description, data);
    if (problem !== null) throw new BadInput(problem);
  }
  // Streamed pictures are compared when they were read.
  const copies = "streams" in data ? { test: [], notes: [] } : findCopies(data);
  for (const line of [...data.notes, ...copies.notes]) screen.say(line);
  if (replaced !== null) screen.say(replacedWords(replaced));
  const checkpoint = checkpointOf(out);
  if (resume === null && options.final !== false && existsSync(checkpoint))
    screen.say(
      `${checkpoint}, the checkpoint of an earlier run, will be replaced; to resume that run: ${job.resumeBy(checkpoint)}`,
    );
  if (!undecided) return { plan, description, mirroring: null, copies };
  const mirroring = await tryMirroring(plan, { ...(await inMemory(data, job)), description, screen, interrupt });
  return mirroring === null ? null : { plan: withMirroring(plan, mirroring), description, mirroring, copies };
}

/** Throws BadInput where these models could not be written, or would replace other files. */
export async function checkOutputs(models: readonly string[], page: string | undefined): Promise<void> {
  for (const file of models) {
    await reading(() => checkWritable(file));
    await checkReplaceable(file, existsSync(file));
    removeLeftovers(file);
  }
  if (page === undefined) return;
  if (models.some((file) => resolve(file) === resolve(page)))
    throw new BadInput(`--report ${page}: is the file of the model; give another name`);
  await checkReport(page);
}

/** Throws BadInput where the net needs larger pictures. */
export function checkSize(model: Plan["model"], [height, width]: Size): void {
  const minSide = leastSide[model];
  if (Math.min(height, width) < minSide)
    throw new BadInput(
      `--model ${model}: needs pictures of at least ${minSide}×${minSide}, but these are ${width}×${height}; use --model mlp`,
    );
}

/** The training and validation pictures, or of streamed ones a sample. */
const inMemory = async (data: AnyData, { screen, interrupt }: Job): Promise<Sample> =>
  "streams" in data ? data.streams.sample(screen, () => interrupt.check()) : data;

/** The net of a plan for these pictures, normalised by those of the sample. */
export function describe(
  { train, framing }: Pick<Data<Pictures>, "train" | "framing">,
  { model, seed }: Plan,
  sample: Dataset,
): Description {
  const [, channels, height, width] = shapeOf(train);
  return {
    architecture: architectures[model]([channels, height, width], train.classes.length),
    input: [channels, height, width],
    classes: train.classes,
    normalisation: normalisation(sample),
    framing,
    seed,
  };
}
