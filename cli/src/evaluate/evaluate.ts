// chainrule evaluate: runs the test of chainrule train on a saved model.
import { findData, loadIdx } from "../data.ts";
import type { Source } from "../data-set.ts";
import { BadInput, GaveUp } from "../failure.ts";
import { Interrupt } from "../interrupt.ts";
import { type Extras, loadModel, type Model } from "../model-file.ts";
import { copiesWords } from "../pictures/copy-notes.ts";
import { shownOf } from "../pictures/excerpt.ts";
import { isFolderRecord } from "../pictures/options.ts";
import { fingerprintOf } from "../pictures/shape.ts";
import { loadTestPictures, type TestPictures } from "../pictures/test-pictures.ts";
import { checkTable } from "../predict/csv.ts";
import { isRecord } from "../records.ts";
import { isReaderGone } from "../terminal/output.ts";
import { Screen } from "../terminal/screen.ts";
import { chooseThreads } from "../threads.ts";
import { counted } from "../wording.ts";
import { writeAnswers } from "./answers.ts";
import { checkFits, judge } from "./evaluation.ts";
import { checkTop } from "./metrics.ts";
import { tellTest } from "./result.ts";
import { testRecordOf } from "./test-record.ts";

/** Mistakes that are listed where --mistakes is left out. */
export const defaultMistakes = 10;

export interface EvaluateOptions {
  readonly mistakes?: number;
  /** Whether all figures are shown, and the table of the classes. */
  readonly metrics?: boolean;
  /** The k of top-k accuracy. */
  readonly top?: number;
  /** The table of the answers to write. */
  readonly csv?: string;
  readonly skipBroken?: boolean;
  /** Whether decoded pictures are kept; true if it was not typed. */
  readonly cache?: boolean;
  readonly threads?: number;
  readonly json?: boolean;
}

export async function evaluateCommand(file: string, word: string, options: EvaluateOptions): Promise<number> {
  const began = performance.now();
  chooseThreads(options.threads);
  const screen = new Screen(options.json ?? false);
  const interrupt = new Interrupt();
  const model = await loadModel(file);
  checkTop(options.top, model.description.classes.length);
  if (options.csv !== undefined) await checkTable(options.csv);
  const source = await findData(word);
  if (source.kind === "idx" && options.skipBroken)
    throw new BadInput(`--skip-broken: is for folders of pictures; ${word} is none, so leave --skip-broken out`);
  const found = await (source.kind === "idx"
    ? readIdx(source)
    : readFolder(source, { model, screen, interrupt, options })
  ).catch((error: unknown) => {
    if (error instanceof GaveUp) return null;
    throw error;
  });
  if (found === null) return isReaderGone() ? 0 : interrupt.exitCode;
  const { data: test, source: pictures, notes, doubt, files } = found;
  const problem = checkFits(file, model.description, { name: source.name, test });
  if (problem !== null) throw new BadInput(problem);
  for (const note of notes) screen.say(note);
  const record = testRecordOf(model.training);
  const isSameTest = record !== null && record.fingerprint === fingerprintOf(test);
  if (doubt !== null && !isSameTest) screen.say(doubt);
  screen.say(`${file} is tested on ${counted(test.labels.size, "picture")}: ${pictures}`);
  const evaluation = await judge(model, test, interrupt.signal);
  if (isReaderGone()) return 0;
  if (evaluation === null) return interrupt.exitCode;
  const pictured = await shownOf(test, evaluation);
  await found.close?.();
  const told = { screen, test: pictured, files, description: model.description, inWords: source.kind === "pictures" };
  tellTest(
    {
      ...told,
      notes: isSameTest ? [copiesWords(record)] : [],
      shown: options.mistakes ?? defaultMistakes,
      listed: options.mistakes,
      metrics: options.metrics ?? false,
      top: options.top,
    },
    evaluation,
  );
  if (options.csv !== undefined)
    screen.say(await writeAnswers(options.csv, { screen, test, files, evaluation, top: options.top }));
  const seconds = (performance.now() - began) / 1000;
  screen.event("done", { testAccuracy: evaluation.accuracy, seconds, model: file });
  return 0;
}

async function readIdx(source: Source): Promise<TestPictures> {
  const { test, notes } = await loadIdx(source);
  return { data: test, files: null, notes, source: `the test pictures of ${source.name}`, doubt: null };
}

interface Asked {
  readonly model: Model & Extras;
  readonly screen: Screen;
  readonly interrupt: Interrupt;
  readonly options: EvaluateOptions;
}

async function readFolder(source: Source, { model, screen, interrupt, options }: Asked): Promise<TestPictures> {
  const { input, classes, framing, seed } = model.description;
  const saved = isRecord(model.training) ? model.training.folder : null;
  const record = isFolderRecord(saved) ? saved : null;
  return loadTestPictures(
    source,
    { input, classes, framing, record, seed },
    {
      screen,
      skipBroken: options.skipBroken ?? record?.skipBroken ?? false,
      cache: options.cache ?? true,
      check: () => interrupt.check(),
    },
  );
}
