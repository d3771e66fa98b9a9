// chainrule tune: trains nets with different settings one after another, ends those early that fall behind, and saves the one with the
// lowest validation loss. The test pictures take no part in the choice; the chosen net is tested once, at the end.

import { existsSync } from "node:fs";
import { threadsReady } from "chainrule";
import { findData } from "../data.ts";
import type { Source } from "../data-set.ts";
import { BadInput, GaveUp } from "../failure.ts";
import { Interrupt } from "../interrupt.ts";
import { layoutOf } from "../pictures/layout.ts";
import { surveyPictures } from "../pictures/read.ts";
import { goOnWithoutOutput, isReaderGone, sayWithoutOutput } from "../terminal/output.ts";
import { commandLine, Screen } from "../terminal/screen.ts";
import { chooseThreads } from "../threads.ts";
import { checkpointOf } from "../train/checkpoints.ts";
import { defaults, intend } from "../train/plan.ts";
import { checkOutputs } from "../train/preparing.ts";
import { isSmallSetOfPhotographs } from "../transfer/beginning.ts";
import { Candidates } from "./candidates.ts";
import { type Journal, journalOf, type TrialRecord } from "./journal.ts";
import { defaultTrials, type Search, type TuneOptions } from "./search.ts";
import { maxSide, type Settings, type Space, settingsOf, spaceOf } from "./space.ts";
import { TrialBar, tableHead, tableRow } from "./telling.ts";
import { runTrial } from "./trial.ts";

/** Searches, saves and tests the best net; returns the exit code. */
export async function tune(word: string, options: TuneOptions): Promise<number> {
  const began = performance.now();
  chooseThreads(options.threads);
  goOnWithoutOutput();
  const [screen, interrupt] = [new Screen(options.json ?? false), new Interrupt()];
  try {
    const search = await prepare({ word, options, screen, interrupt, began });
    const candidates = new Candidates(search);
    const journal = await candidates.openJournal(journalOf(search.out));
    await threadsReady();
    const ended = await runTrials(search, candidates, journal);
    if (!ended) return stopped(search, journal);
    return await candidates.finish(journal);
  } catch (error) {
    if (!(error instanceof GaveUp)) throw error;
    screen.say("stopped while the pictures were read; run the same command again to go on");
    return isReaderGone() ? 0 : interrupt.exitCode;
  }
}

type Asked = Pick<Search, "word" | "options" | "screen" | "interrupt" | "began">;

async function prepare(asked: Asked): Promise<Search> {
  const { word, options, screen, interrupt } = asked;
  const source = await findData(word);
  const validation = options.validation ?? defaults.pictures.validation;
  if (validation === 0)
    throw new BadInput(
      "--validation 0: the trials are compared by validation pictures; leave it out, or give a fraction such as 0.1",
    );
  const { seed } = intend({ ...options, validation }, source);
  const out = options.out ?? `${source.name}-tuned.safetensors`;
  await checkOutputs([out, checkpointOf(out)], undefined);
  const natural = options.size ?? (await naturalSize(source, options, { screen, check: () => interrupt.check() }));
  const { kind, directory } = source;
  if (kind === "pictures" && (await isSmallSetOfPhotographs(directory ?? ".")))
    screen.say(
      `the nets of a search begin with nothing; for so few coloured pictures ${commandLine(["train", word])}, which begins with a pretrained net, is mostly better`,
    );
  const space = spaceOf({ kind, model: options.model, size: options.size, natural, seed });
  return { ...asked, source, space, validation, out };
}

async function naturalSize(
  { kind, directory }: Source,
  { skipBroken = false, cache = true }: TuneOptions,
  shown: { readonly screen: Screen; readonly check: () => void },
): Promise<Space["sizes"][number]> {
  if (kind === "idx") return null;
  const reading = { ...shown, size: null, maxSide, skipBroken, cache };
  return (await surveyPictures(layoutOf(directory ?? ".").base, reading)).size;
}

/** Runs the trials that the journal does not have; false where the user stopped them, or the reader of the output has gone. */
async function runTrials(search: Search, candidates: Candidates, journal: Journal): Promise<boolean> {
  const { screen, options, space, interrupt, out, began } = search;
  const trials = options.trials ?? defaultTrials;
  const endMs = options.minutes === undefined ? Number.POSITIVE_INFINITY : began + 60_000 * options.minutes;
  tellStart(search, journal, trials);
  while (journal.trials.length < trials) {
    const trial = journal.trials.length;
    // The first trial ends in any case, so that there is a model.
    const left = journal.best === null ? Number.POSITIVE_INFINITY : endMs - performance.now();
    if (left <= 0) break;
    const signal = Number.isFinite(left)
      ? AbortSignal.any([interrupt.signal, AbortSignal.timeout(Math.ceil(left))])
      : interrupt.signal;
    const record = await oneTrial(search, candidates, { journal, trial, settings: settingsOf(space, trial), signal });
    if (record === null && (interrupt.requested || isReaderGone())) return false;
    if (record === null) break;
    tellTrial(screen, record, journal.best === record);
  }
  if (journal.trials.length < trials)
    screen.say(
      `the time is up after ${journal.trials.length} of ${trials} trials; run the same command again to go on from ${journal.file}`,
    );
  sayWithoutOutput(`the search went on without it, and the best model is saved in ${out}`);
  return true;
}

interface Next {
  readonly journal: Journal;
  readonly trial: number;
  readonly settings: Settings;
  readonly signal: AbortSignal;
}

/** Runs a trial, saves its model if it is the best so far, and adds it to the journal; null where it was stopped. */
async function oneTrial(
  { screen, out }: Search,
  candidates: Candidates,
  { journal, trial, settings, signal }: Next,
): Promise<TrialRecord | null> {
  const began = performance.now();
  const candidate = await candidates.of(settings);
  const bar = new TrialBar(screen, trial, settings);
  const others = journal.trials.map(({ losses }) => losses);
  const checkpoint = checkpointOf(out);
  try {
    const result = await runTrial({ ...candidate, checkpoint, others, signal, show: (event) => bar.show(event) });
    if (result === null) return null;
    const { losses, best, end, save } = result;
    // The model is saved first: a search that is killed in between runs this trial again, with the same result.
    if (end !== "diverged" && best !== null && best.loss < (journal.best?.best?.loss ?? Number.POSITIVE_INFINITY))
      await save(out);
    const usable = end === "diverged" ? null : best;
    const record = { trial, settings, losses, best: usable, end, seconds: (performance.now() - began) / 1000 };
    journal.add(record);
    candidates.removeCheckpoint();
    return record;
  } finally {
    bar.stop();
  }
}

function tellStart(
  { screen, space, options, validation, out, source }: Search,
  journal: Journal,
  trials: number,
): void {
  const { models, sizes, seed } = space;
  const done = journal.trials.length;
  const searched = [
    models.length > 1 ? `the net (${models.join(", ")})` : null,
    sizes.length > 1 ? `the size (${sizes.map((size) => size?.join("x")).join(", ")})` : null,
    "the learning rate",
  ].filter((part) => part !== null);
  screen.say(
    `${trials} trials, which differ in ${searched.join(", ")}; a trial ends early where its validation loss is behind the median of the others`,
  );
  if (done > 0)
    screen.say(`${done === 1 ? "one of them is" : `${done} of them are`} in ${journal.file}, and not run again`);
  if (done > 0 || existsSync(checkpointOf(out))) screen.event("resumed", { journal: journal.file, trials: done });
  screen.event("start", {
    data: source.name,
    ...{ trials, minutes: options.minutes ?? null, models, sizes, seed, validation, out, journal: journal.file },
  });
  screen.say(tableHead());
  let best = Number.POSITIVE_INFINITY;
  for (const record of journal.trials) {
    const isBest = record.best !== null && record.best.loss < best;
    if (isBest && record.best !== null) best = record.best.loss;
    screen.say(tableRow(record, isBest));
  }
}

function tellTrial(screen: Screen, record: TrialRecord, isBest: boolean): void {
  screen.say(tableRow(record, isBest));
  screen.event("trial", { ...record, isBest });
}

function stopped({ screen, interrupt, out }: Search, journal: Journal): number {
  if (isReaderGone()) return 0;
  const done = journal.trials.length;
  screen.say(
    `stopped in trial ${done + 1}; ${done === 0 ? "" : `the best of the ${done} before is saved in ${out}, `}run the same command again to go on`,
  );
  screen.event("interrupted", { trials: done, journal: journal.file, model: done === 0 ? null : out });
  return interrupt.exitCode;
}
