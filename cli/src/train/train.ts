// chainrule train: from a data set to a model file, with progress, checkpoints, the test and the report.
import { ChainruleError, threadsReady } from "chainrule";
import type { DoneEvent, StoppedEvent } from "chainrule/train";
import type { TestRecord } from "../evaluate/test-record.ts";
import { BadInput, GaveUp, gaveUp } from "../failure.ts";
import { poolOf } from "../folds/assign.ts";
import { crossValidate, withoutModel } from "../folds/folds.ts";
import { learnWithNets } from "../folds/nets.ts";
import { ReadingPace, totalWords } from "../large/pace.ts";
import { type AnyData, copiesOf } from "../large/streams.ts";
import { saveModel } from "../model-file.ts";
import { rephrased } from "../pictures/read.ts";
import { goOnWithoutOutput, isReaderGone, sayWithoutOutput } from "../terminal/output.ts";
import { chooseThreads } from "../threads.ts";
import { transfer } from "../transfer/transfer.ts";
import { announce, type Outcome, onThreads, tellEnd } from "./account.ts";
import { Checkpoints, checkpointOf, defaultCheckpointSeconds } from "./checkpoints.ts";
import { notDiverged } from "./diverged.ts";
import { type Computing, checkWhole, chooseDevice, gpuFailureWords } from "./gpu.ts";
import type { Job, TrainOptions } from "./job.ts";
import { makePlan, prepare, read, readOrStream, tellGaveUp } from "./preparing.ts";
import { checkXla, joinProcesses, lostWords, type Processes } from "./processes.ts";
import { Progress } from "./progress.ts";
import { Recorder, toldOf } from "./recorder.ts";
import { test } from "./testing.ts";
import { begin, type Training } from "./training.ts";

/** Trains, saves and tests a net; returns the exit code. */
export async function train(word: string, options: TrainOptions): Promise<number> {
  const began = performance.now();
  chooseThreads(options.threads);
  goOnWithoutOutput();
  checkXla(options, options.batchSize, { isWhole: true });
  const computing = await chooseDevice(options);
  const processes = await joinProcesses(options);
  const job = await prepare(word, options);
  if (typeof job === "number") return job;
  const { backbone } = job;
  checkXla(options, undefined, { isWhole: backbone === null });
  checkWhole(options, backbone === null);
  if (backbone !== null) return transfer({ job, backbone, options, began });
  // The threads start while the pictures are read.
  const ready = threadsReady();
  // Cross-validation goes over all pictures many times, so that they have to be in memory.
  const data = await (options.folds === undefined ? readOrStream : read)(job, options);
  if (data instanceof GaveUp) return tellGaveUp(job, data);
  try {
    return await learn({ job, data, options, processes, computing, threads: await ready, began });
  } finally {
    if ("streams" in data) await data.streams.close();
  }
}

interface Learning {
  readonly job: Job;
  readonly data: AnyData;
  readonly options: TrainOptions;
  /** The number of threads that compute. */
  readonly threads: number;
  readonly processes: Processes | null;
  readonly computing: Computing;
  /** The start of the command, in milliseconds of performance.now(). */
  readonly began: number;
}

/** Trains, saves and tests; returns the exit code. */
async function learn({ job, data, options, processes, computing: where, threads, began }: Learning): Promise<number> {
  const { word, resumeBy, screen, interrupt, out } = job;
  const planned = await makePlan(job, data, options).catch(gaveUp);
  if (planned instanceof GaveUp)
    return tellGaveUp(job, new GaveUp({ isResumable: "streams" in data && data.streams.isCached }));
  if (planned === null) return stoppedEarly(job);
  const { plan, description, mirroring } = planned;
  if (options.folds !== undefined && !("streams" in data)) {
    const pool = poolOf(data);
    const learn = learnWithNets({ screen, interrupt, data, description, plan, pool });
    if (mirroring !== null) screen.say(mirroring.words);
    const stopped = await crossValidate({ screen, pool, folds: options.folds, seed: plan.seed, learn }).catch(gaveUp);
    if (stopped instanceof GaveUp) return stoppedEarly(job);
    if (options.final === false) return withoutModel(screen, began);
  }
  const profile = options.profile ?? false;
  checkXla(options, plan.batchSize, { isWhole: true });
  const { resume } = job;
  const { signal } = interrupt;
  const training = begin({ data, description, plan, signal, resume, profile, processes, device: where.device });
  const save = async (file: string, test?: TestRecord) => saveModel(file, description, await training.extras(test));
  if (processes?.leads === false) {
    let stopped = false;
    for await (const event of training.run) stopped ||= event.type === "stopped";
    await processes.end({ stopped });
    return stopped ? interrupt.exitCode : 0;
  }
  const checkpoints = new Checkpoints(checkpointOf(out), {
    isPossible: () => training.run.canCheckpoint,
    seconds: options.checkpoint ?? defaultCheckpointSeconds,
    validated: data.validation !== null,
    write: (file) => save(file),
  });
  const recorder = new Recorder();
  const streams = "streams" in data ? data.streams : null;
  const pace = streams === null ? null : new ReadingPace(() => streams.reading);
  const run = { screen, plan, description, data, word, resumeBy, out, interrupt, mirroring, replaced: job.replaced };
  const shown = { explain: options.explain ?? false, profile };
  const computing = {
    computer: processes?.words ?? computerWords(where, threads),
    device: where.device,
    together: processes?.share !== undefined,
  };
  const end = await follow(training, { ...run, ...shown, ...computing, checkpoints, recorder, pace, threads });
  if (end === null) {
    // The reader of the output has gone, as with `| head -1`: the command leaves no file behind.
    if (checkpoints.written) checkpoints.remove();
    await processes?.end({ stopped: true });
    return 0;
  }
  await processes?.end({ stopped: end.type === "stopped" });
  await save(out);
  sayWithoutOutput(`the training went on without it, and the model is saved in ${out}`);
  checkpoints.remove();
  if (pace !== null && pace.total.pictures > 0) screen.say(totalWords(pace.total));
  tellEnd(run, end);
  if (end.type === "stopped") return interrupt.exitCode;

  const told = toldOf(plan, pace?.total ?? null);
  const copies = () =>
    "streams" in data ? copiesOf(data, { screen, check: () => interrupt.check() }) : Promise.resolve(planned.copies);
  const trained = { net: training.net, recorder, told, copies, replaced: job.replaced, began, page: options.report };
  return test(run, { ...trained, save: (record) => save(out, record) });
}

function computerWords({ device, words }: Computing, threads: number): string {
  if (words === null) return onThreads(threads);
  return device === "webgpu" ? words : `${onThreads(threads)} (${words})`;
}

function stoppedEarly({ screen, interrupt }: Job): number {
  screen.say("stopped before the training began; nothing was saved");
  return isReaderGone() ? 0 : interrupt.exitCode;
}

interface Following extends Outcome {
  readonly checkpoints: Checkpoints;
  readonly recorder: Recorder;
  /** Of streamed pictures; null for pictures in memory. */
  readonly pace: ReadingPace | null;
  readonly explain: boolean;
  readonly profile: boolean;
  readonly threads: number;
  /** What computes the steps, in words, and whether several processes do. */
  readonly computer: string;
  readonly device: Computing["device"];
  readonly together: boolean;
}

/** Runs the training to its end and returns its last event; null where the reader of the output has gone. */
async function follow({ run }: Training, following: Following): Promise<DoneEvent | StoppedEvent | null> {
  const { screen, checkpoints, recorder, pace } = following;
  const progress = new Progress(screen, pace);
  let explained = !following.explain;
  let stepsBefore = 0;
  try {
    for await (const event of run) {
      if (event.type === "start") {
        announce(following, event, following);
        stepsBefore = event.done.steps;
      }
      if (event.type === "step" && !explained) screen.say(`\n${run.explain()}\n`);
      if (event.type === "step") explained = true;
      if (event.type === "step") pace?.see(event);
      progress.show(event);
      if (event.type !== "step") pace?.see(event);
      if (event.type === "step" && event.step === run.profiled) {
        progress.stop();
        const place = following.device === "webgpu" ? "on the GPU" : "on one thread";
        screen.say(`\nwhere the time of a step goes, ${place}, after ${event.step - stepsBefore - 1} steps:`);
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
    throw inWords(error, following);
  } finally {
    progress.stop();
  }
}

/** The error of a run as the user is told of it. */
function inWords(error: unknown, following: Following): unknown {
  const { plan, checkpoints } = following;
  const told = notDiverged(error, plan);
  if (following.together && error instanceof ChainruleError && error.code === "device")
    return new BadInput(lostWords(following, error.words), { cause: error });
  if (told !== error && checkpoints.written) checkpoints.remove();
  if (following.device === "webgpu" && error instanceof ChainruleError) {
    const words = gpuFailureWords(error, checkpoints);
    if (words !== null) return new BadInput(words, { cause: error });
  }
  // A streamed picture that cannot be read, or a thread that failed.
  if (!(error instanceof ChainruleError) || (error.code !== "file" && error.code !== "device")) return told;
  return rephrased(new BadInput(error.place === null ? error.words : error.message, { cause: error }));
}
