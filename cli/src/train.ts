// chainrule train: from a data set to a model file, with progress, checkpoints, the test and the report.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ChainruleError, threadsReady } from "chainrule";
import { normalisation } from "chainrule/data";
import { architectures, type Description, leastSide } from "chainrule/model";
import { checkWritable } from "chainrule/node";
import type { DoneEvent, StoppedEvent } from "chainrule/train";
import { announce, type Outcome, tellEnd } from "./account.ts";
import { Checkpoints, checkpointOf, modelOf, removeLeftovers } from "./checkpoints.ts";
import { findCopies } from "./copy-notes.ts";
import { type Data, findData, loadData } from "./data.ts";
import { checkFits } from "./evaluation.ts";
import { BadInput, GaveUp, reading } from "./failure.ts";
import { Interrupt } from "./interrupt.ts";
import { tryMirroring, withMirroring } from "./mirroring-trial.ts";
import { checkReplaceable, loadModel, saveModel } from "./model-file.ts";
import { goOnWithoutOutput, isReaderGone, sayWithoutOutput } from "./output.ts";
import type { Size } from "./picture-folder.ts";
import { maxSides } from "./picture-size.ts";
import { choosePlan, intend, type Plan, type PlanOptions, resumedPlan } from "./plan.ts";
import { Progress } from "./progress.ts";
import { checkReport, Recorder } from "./recorder.ts";
import { commandLine, Screen } from "./screen.ts";
import { replacedModel, replacedWords, type TestRecord } from "./test-record.ts";
import { test } from "./testing.ts";
import { chooseThreads } from "./threads.ts";
import { begin, type Training } from "./training.ts";

/** The options that were typed; undefined for those that were not. */
export interface TrainOptions extends PlanOptions {
  readonly out?: string;
  readonly resume?: string;
  readonly report?: string;
  readonly checkpoint?: number;
  readonly threads?: number;
  readonly explain?: boolean;
  readonly profile?: boolean;
  readonly json?: boolean;
  /** Whether decoded pictures are kept; true if it was not typed. */
  readonly cache?: boolean;
}

export const defaultCheckpointSeconds = 30;

/** Trains, saves and tests a net; returns the exit code. */
export async function train(word: string, options: TrainOptions): Promise<number> {
  const began = performance.now();
  chooseThreads(options.threads);
  goOnWithoutOutput();
  const screen = new Screen(options.json ?? false);
  const interrupt = new Interrupt();
  const resume = options.resume === undefined ? null : { file: options.resume, saved: await loadModel(options.resume) };
  const begun = resume === null ? null : resumedPlan(resume.file, resume.saved, options);
  const source = await findData(word);
  const intent = begun ?? intend(options, source);
  const out = options.out ?? (resume === null ? `${source.name}-${intent.model}.safetensors` : modelOf(resume.file));
  const checkpoint = checkpointOf(out);
  await checkOutputs([out, checkpoint], options.report);
  const replaced = out === resume?.file ? null : await replacedModel(out);
  if (replaced !== null) screen.say(replacedWords(replaced));

  // The threads start while the pictures are read.
  const ready = threadsReady();
  const data = await loadData(source, {
    screen,
    seed: intent.seed,
    validation: intent.validation,
    cache: options.cache ?? true,
    // A training that goes on reads pictures as large as those that it began with.
    maxSide: Math.max(maxSides[intent.model], ...(resume?.saved.description.input.slice(1) ?? [])),
    size: (begun === null ? options.size : begun.folder?.size) ?? null,
    skipBroken: begun?.folder?.skipBroken ?? options.skipBroken ?? false,
    check: () => interrupt.check(),
    checkSize: (size) => checkSize(intent.model, size),
  }).catch((error: unknown) => {
    if (error instanceof GaveUp) return error;
    throw error;
  });
  if (data instanceof GaveUp) {
    const saved = data.kept ? "what was read is kept: the next run continues there" : "nothing was saved";
    screen.say(`stopped while the pictures were read; ${saved}`);
    return isReaderGone() ? 0 : interrupt.exitCode;
  }
  const chosen =
    begun === null ? choosePlan(intend(options, source), data, options.batchSize) : { plan: begun, undecided: false };
  const description = resume?.saved.description ?? describe(data, chosen.plan);
  if (resume !== null) {
    const problem = checkFits(resume.file, description, data);
    if (problem !== null) throw new BadInput(problem);
  }
  const copies = findCopies(data);
  for (const line of [...data.notes, ...copies.notes]) screen.say(line);
  const decision = chosen.undecided ? await tryMirroring(chosen.plan, { data, description, screen, interrupt }) : null;
  if (chosen.undecided && decision === null) {
    screen.say("stopped before the training began; nothing was saved");
    return isReaderGone() ? 0 : interrupt.exitCode;
  }
  const plan = decision === null ? chosen.plan : withMirroring(chosen.plan, decision);
  const profile = options.profile ?? false;
  const training = begin({ data, description, plan, signal: interrupt.signal, resume, profile });
  const save = (file: string, test?: TestRecord) => saveModel(file, description, training.extras(test));
  const checkpoints = new Checkpoints(checkpoint, {
    seconds: options.checkpoint ?? defaultCheckpointSeconds,
    validated: data.validation !== null,
    write: (file) => save(file),
  });
  if (resume === null && existsSync(checkpoint))
    screen.say(
      `${checkpoint}, the checkpoint of an earlier run, will be replaced; to resume that run: ${commandLine(["train", word, "--resume", checkpoint])}`,
    );
  const recorder = new Recorder();
  const run = { screen, plan, description, data, word, out, interrupt, mirroring: decision, replaced };
  const shown = { explain: options.explain ?? false, profile };
  const end = await follow(training, { ...run, ...shown, checkpoints, recorder, threads: await ready });
  if (end === null) {
    // The reader of the output has gone, as with `| head -1`: the command leaves no file behind.
    if (checkpoints.written) checkpoints.remove();
    return 0;
  }
  await save(out);
  sayWithoutOutput(`the training went on without it, and the model is saved in ${out}`);
  checkpoints.remove();
  tellEnd(run, end);
  if (end.type === "stopped") return interrupt.exitCode;

  const trained = { net: training.net, recorder, copies, replaced, began, page: options.report };
  return test(run, { ...trained, save: (record) => save(out, record) });
}

async function checkOutputs(models: readonly string[], page: string | undefined): Promise<void> {
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
function checkSize(model: Plan["model"], [height, width]: Size): void {
  const minSide = leastSide[model];
  if (Math.min(height, width) < minSide)
    throw new BadInput(
      `--model ${model}: needs pictures of at least ${minSide}×${minSide}, but these are ${width}×${height}; use --model mlp`,
    );
}

function describe({ train, framing }: Data, { model, seed }: Plan): Description {
  const [, channels, height, width] = train.images.shape;
  return {
    architecture: architectures[model]([channels, height, width], train.classes.length),
    input: [channels, height, width],
    classes: train.classes,
    normalisation: normalisation(train),
    framing,
    seed,
  };
}

interface Following extends Outcome {
  readonly checkpoints: Checkpoints;
  readonly recorder: Recorder;
  readonly explain: boolean;
  readonly profile: boolean;
  /** The number of threads that compute. */
  readonly threads: number;
}

/** Runs the training to its end and returns its last event; null where the reader of the output has gone. */
async function follow({ run }: Training, following: Following): Promise<DoneEvent | StoppedEvent | null> {
  const { screen, plan, checkpoints, recorder } = following;
  const progress = new Progress(screen);
  let explained = !following.explain;
  let behind = 0;
  try {
    for await (const event of run) {
      if (event.type === "start") {
        announce(following, event, following.threads);
        behind = event.done.steps;
      }
      if (event.type === "step" && !explained) screen.say(`\n${run.explain()}\n`);
      if (event.type === "step") explained = true;
      progress.show(event);
      if (event.type === "step" && event.step === run.profiled) {
        progress.stop();
        screen.say(`\nwhere the time of a step goes, on one thread, after ${event.step - behind - 1} steps:`);
        screen.say(`${run.profile()}\n`);
      }
      if (event.type === "done" && following.profile && run.profiled === null)
        screen.say("--profile: the training ended before a step was profiled");
      recorder.see(event);
      if (event.type === "done" || event.type === "stopped") return event;
      if (isReaderGone()) return null;
      await checkpoints.see(event);
    }
    throw new Error("internal: the run ended without a done event");
  } catch (error) {
    if (!(error instanceof ChainruleError) || error.code !== "diverged") throw error;
    if (checkpoints.written) checkpoints.remove();
    const { loss, epoch, batch } = error.details;
    throw new BadInput(
      `the loss became ${loss} in epoch ${epoch}, batch ${batch}: --lr ${plan.lr} is too high; nothing was saved: train again with a lower one`,
      { cause: error },
    );
  } finally {
    progress.stop();
  }
}
