// chainrule predict: a model's answers for any pictures. Each picture is brought into the form of the training pictures (the model file
// says how), as evaluate does. One that cannot be read is reported at the end, after all others have been tried; with --watch, at once.
import { statSync } from "node:fs";
import { findPictures } from "chainrule/node";
import { BadInput, GaveUp, reading } from "../failure.ts";
import { Interrupt } from "../interrupt.ts";
import { loadModel, type Model } from "../model-file.ts";
import { linkNotes, passedOverNotes } from "../pictures/notes.ts";
import { goOnWithoutOutput, isReaderGone, sayWithoutOutput } from "../terminal/output.ts";
import { Screen } from "../terminal/screen.ts";
import { chooseThreads } from "../threads.ts";
import { Why } from "../why/why.ts";
import { shortList } from "../wording.ts";
import { type Answering, answer, OutputFailed, Tally, wordsOfBadInput } from "./answering.ts";
import { summarise } from "./answers.ts";
import { type Asked, askedBy } from "./asked.ts";
import { CsvTable } from "./csv.ts";
import type { Output } from "./output.ts";
import { Sorting } from "./sort.ts";
import { comingPictures } from "./watcher.ts";

export interface PredictOptions {
  /** The number of likeliest classes that are listed. */
  readonly top?: number;
  /** The table to write. */
  readonly csv?: string;
  /** The folder in which pictures are copied into folders of their classes. */
  readonly sort?: string;
  /** The folder into which it draws where the net looked; true: beside the pictures. */
  readonly why?: string | true;
  /** Whether it waits for pictures that come into the folders. */
  readonly watch?: boolean;
  readonly threads?: number;
  readonly json?: boolean;
}

export async function predict(file: string, words: readonly string[], options: PredictOptions): Promise<number> {
  const began = performance.now();
  chooseThreads(options.threads);
  const screen = new Screen(options.json ?? false);
  const interrupt = new Interrupt();
  const model = await loadModel(file);
  const asked = options.watch ? await watched(words) : await askedBy(words);
  const outputs = await openOutputs(model, { ...options, asked, words, file, screen });
  const problems: string[] = [];
  const answering = { screen, interrupt, problems, outputs, top: options.top, tally: new Tally() };
  try {
    if (options.watch) await watch(model, words, asked, answering);
    else await answer(model, asked, answering);
    summarise(screen, answering.tally.classes);
    await finish(outputs, screen, problems);
    if (isReaderGone()) return 0;
    if (problems.length > 0) throw new BadInput(problems.join("\n"));
    const seconds = (performance.now() - began) / 1000;
    screen.event("done", { images: answering.tally.tried, seconds, model: file });
    return options.watch ? interrupt.exitCode : 0;
  } catch (error) {
    return endEarly(error, answering);
  }
}

/** The exit code of a command that ends before all pictures were tried; throws the error where it is not a request to stop. */
function endEarly(error: unknown, { screen, interrupt, outputs, problems }: Answering): number {
  const written = outputs.map((output) => output.endEarly()).join("; ");
  if (isStop(error, interrupt)) {
    if (outputs.length > 0) screen.say(written);
    // Without the files that it was to write, the command has not done its work.
    return isReaderGone() ? (outputs.length > 0 ? 2 : 0) : interrupt.exitCode;
  }
  if (error instanceof OutputFailed)
    throw new BadInput([...problems, `${error.message}; ${written}`].join("\n"), { cause: error });
  throw error;
}

const isStop = (error: unknown, { signal }: Interrupt) =>
  error instanceof GaveUp || (signal.aborted && error === signal.reason);

/** What is to be said of the folders before they are watched. */
async function watched(words: readonly string[]): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const word of words) {
    if (!statSync(word, { throwIfNoEntry: false })?.isDirectory())
      throw new BadInput(`${word}: is not a folder, and --watch waits for pictures in folders; give a folder`);
    const { passedOver, links } = await reading(() => findPictures(word));
    for (const text of [...linkNotes(links), ...passedOverNotes(passedOver)]) asked.push({ kind: "note", text });
  }
  return asked;
}

/** Answers for the pictures in the folders and for those that come, until the user stops it. */
async function watch(
  model: Model,
  folders: readonly string[],
  notes: readonly Asked[],
  answering: Answering,
): Promise<void> {
  const { screen, interrupt, problems } = answering;
  const sayProblems = () => {
    for (const problem of problems.splice(0)) screen.say(problem);
  };
  await answer(model, notes, answering);
  screen.say(`watching ${shortList(folders, 3)}; Ctrl-C ends it`);
  screen.event("watching", { folders });
  try {
    for await (const files of comingPictures(folders, { signal: interrupt.signal })) {
      await answer(
        model,
        files.map((path) => ({ kind: "picture", path, inFolder: true })),
        answering,
      );
      sayProblems();
    }
  } catch (error) {
    if (!(error instanceof BadInput) && !isStop(error, interrupt)) throw error;
    sayProblems();
    // A folder can no longer be read. What was answered until then is written as well.
    if (error instanceof BadInput) problems.push(error.message);
  }
}

async function finish(outputs: readonly Output[], screen: Screen, problems: string[]): Promise<void> {
  const written: string[] = [];
  for (const output of outputs)
    await output.finish(screen).then(
      (words) => written.push(words),
      (error) => problems.push(wordsOfBadInput(error)),
    );
  if (written.length === 0) return;
  sayWithoutOutput(written.join("; "));
  screen.say(written.join("\n"));
}

interface OutputsWanted extends Pick<PredictOptions, "csv" | "sort" | "why" | "top"> {
  readonly file: string;
  readonly screen: Screen;
  readonly asked: readonly Asked[];
  readonly words: readonly string[];
}

/** What is to be written of the answers. Throws BadInput where that cannot be, before any picture is read. */
async function openOutputs(model: Model, wanted: OutputsWanted): Promise<readonly Output[]> {
  const { csv, sort, why, top, asked, words, file, screen } = wanted;
  const { classes } = model.description;
  const outputs: Output[] = [];
  if (csv !== undefined) outputs.push(await CsvTable.open({ file: csv, classes, top, count: asked.length }));
  if (sort !== undefined) outputs.push(await Sorting.open(sort, classes, words));
  const images = asked.flatMap((one) => (one.kind === "picture" ? [one.path] : []));
  if (why !== undefined) outputs.push(await Why.open({ into: why, top: top ?? 1, model, file, images, screen }));
  if (outputs.length > 0) goOnWithoutOutput();
  return outputs;
}
