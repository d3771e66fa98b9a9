// chainrule predict: a model's answers for any pictures. Each picture is brought into the form of the training pictures (the model file
// says how), as evaluate does. One that cannot be read is reported at the end, after all others have been tried.
import { type FramedPictures, frameBatches } from "chainrule/node";
import { probabilitiesOf } from "../evaluate/whole-batches.ts";
import { BadInput, GaveUp, reading } from "../failure.ts";
import { Interrupt } from "../interrupt.ts";
import { loadModel, type Model } from "../model-file.ts";
import { type Named, namedPictures } from "../pictures/named.ts";
import { goOnWithoutOutput, isReaderGone, sayWithoutOutput } from "../terminal/output.ts";
import { Screen } from "../terminal/screen.ts";
import { chooseThreads } from "../threads.ts";
import { listAnswer, ranked, summarise, tellPrediction } from "./answers.ts";
import { CsvTable } from "./csv.ts";
import type { Output } from "./output.ts";
import { Sorting } from "./sort.ts";

export interface PredictOptions {
  /** The number of likeliest classes that are listed. */
  readonly top?: number;
  /** The table to write. */
  readonly csv?: string;
  /** The folder in which pictures are copied into folders of their classes. */
  readonly sort?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** The number of pictures whose answers appear at the same time. */
const batchSize = 256;

export async function predict(file: string, words: readonly string[], options: PredictOptions): Promise<number> {
  const began = performance.now();
  chooseThreads(options.threads);
  const screen = new Screen(options.json ?? false);
  const interrupt = new Interrupt();
  const model = await loadModel(file);
  const asked = await askedBy(words);
  const outputs = await openOutputs(model, { ...options, asked, words });
  const problems: string[] = [];
  const early = () => outputs.map((output) => output.endEarly()).join("; ");
  try {
    const tried = await answer(model, asked, { screen, interrupt, problems, outputs, top: options.top });
    await finish(outputs, screen, problems);
    if (isReaderGone()) return 0;
    if (problems.length > 0) throw new BadInput(problems.join("\n"));
    screen.event("done", { images: tried, seconds: (performance.now() - began) / 1000, model: file });
    return 0;
  } catch (error) {
    if (error instanceof GaveUp || (interrupt.signal.aborted && error === interrupt.signal.reason)) {
      if (outputs.length > 0) screen.say(early());
      // Without the files that it was to write, the command has not done its work.
      return isReaderGone() ? (outputs.length > 0 ? 2 : 0) : interrupt.exitCode;
    }
    if (error instanceof OutputFailed)
      throw new BadInput([...problems, `${error.message}; ${early()}`].join("\n"), { cause: error });
    throw error;
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

/** The files to write cannot be written, so that the pictures that are left are not tried. */
class OutputFailed extends Error {}

function wordsOfBadInput(error: unknown): string {
  if (error instanceof BadInput) return error.message;
  throw error;
}

interface OutputsWanted extends Pick<PredictOptions, "csv" | "sort" | "top"> {
  readonly asked: readonly Asked[];
  readonly words: readonly string[];
}

/** What is to be written of the answers. Throws BadInput where that cannot be, before any picture is read. */
async function openOutputs(model: Model, { csv, sort, top, asked, words }: OutputsWanted): Promise<readonly Output[]> {
  const { classes } = model.description;
  const outputs: Output[] = [];
  if (csv !== undefined) outputs.push(await CsvTable.open({ file: csv, classes, top, count: asked.length }));
  if (sort !== undefined) outputs.push(await Sorting.open(sort, classes, words));
  if (outputs.length > 0) goOnWithoutOutput();
  return outputs;
}

/** What a word asks for: a picture to recognise, a sentence to say, or an error to report, in the order of the words. */
type Asked =
  | { readonly kind: "picture"; readonly path: string; readonly inFolder: boolean }
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "problem"; readonly image: string; readonly message: string };

async function askedBy(words: readonly string[]): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const word of words) {
    try {
      const { pictures, inFolder, notes }: Named = await namedPictures(word);
      for (const text of notes) asked.push({ kind: "note", text });
      for (const path of pictures) asked.push({ kind: "picture", path, inFolder });
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      asked.push({ kind: "problem", image: word, message: error.message });
    }
  }
  return asked;
}

interface Answering {
  readonly screen: Screen;
  readonly interrupt: Interrupt;
  /** Gets a line for each picture that cannot be read. */
  readonly problems: string[];
  readonly outputs: readonly Output[];
  readonly top: number | undefined;
}

/** Recognises the pictures, prints each answer in the order of the words as soon as it can, and returns how many were tried. */
async function answer(model: Model, asked: readonly Asked[], answering: Answering): Promise<number> {
  const { screen, interrupt } = answering;
  const { input, framing } = model.description;
  const files = asked.flatMap((one) => (one.kind === "picture" ? [one.path] : []));
  const counts = new Map<string, number>();
  let [at, tried] = [0, 0];
  /** Says what comes in front of the next picture. */
  const sayBetween = () => {
    for (let next = asked[at]; next !== undefined && next.kind !== "picture"; next = asked[++at])
      if (next.kind === "note") screen.say(next.text);
      else fail(answering, next.image, next.message);
  };
  sayBetween();
  const shape = [input[0], input[1], input[2]] as const;
  const batches = frameBatches(files, { shape, framing, batchSize, onProgress: () => interrupt.check() });
  for await (const batch of inWords(batches)) {
    const found = await answersTo(model, batch, interrupt.signal);
    for (const result of found) {
      interrupt.check();
      const one = asked[at++];
      if (one?.kind !== "picture") throw new Error("internal: the answers are not those of the pictures");
      tried++;
      if (typeof result === "string") fail(answering, one.path, `${one.path}: ${result}`);
      else {
        const best = await tell(model, one, result, answering);
        if (one.inFolder) counts.set(best, (counts.get(best) ?? 0) + 1);
      }
      sayBetween();
    }
    // Lets Node handle a signal such as Ctrl-C, and find out that the reader of the output has gone.
    await new Promise((resolve) => setImmediate(resolve));
  }
  summarise(screen, counts);
  return tried;
}

/** Reports a picture without an answer; the message begins with its name. */
function fail({ screen, problems, outputs }: Answering, image: string, message: string): void {
  problems.push(message);
  screen.event("error", { image, message });
  const start = `${image}: `;
  for (const output of outputs) output.fail(image, message.startsWith(start) ? message.slice(start.length) : message);
}

/** Says and writes an answer, and returns the likeliest class. */
async function tell(
  { description: { classes } }: Model,
  { path, inFolder }: Asked & { readonly kind: "picture" },
  probabilities: Float32Array,
  { screen, problems, outputs, top }: Answering,
): Promise<string> {
  const best = tellPrediction(screen, { picture: path, classes, probabilities, top });
  listAnswer(screen, { picture: path, classes, probabilities, top, brief: inFolder });
  if (outputs.length === 0) return best;
  const found = { image: path, probabilities, order: ranked({ probabilities }) };
  for (const output of outputs) {
    const problem = await output.take(found).catch((error) => {
      throw new OutputFailed(wordsOfBadInput(error), { cause: error });
    });
    if (problem === null) continue;
    problems.push(problem);
    screen.event("error", { image: path, message: problem });
  }
  return best;
}

/** The batches; a library error about the user's files or model becomes BadInput. */
async function* inWords(batches: AsyncGenerator<FramedPictures>): AsyncGenerator<FramedPictures> {
  try {
    for (;;) {
      const next = await reading(() => batches.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await batches.return(undefined);
  }
}

/** For each picture of the batch, in order, the probability of each class, or the reason why it cannot be read. */
async function answersTo(
  model: Model,
  { bytes, indices, problems }: FramedPictures,
  signal: AbortSignal,
): Promise<(Float32Array | string)[]> {
  const classes = model.description.classes.length;
  const scores = indices.length > 0 ? await probabilitiesOf(model, bytes, signal) : new Float32Array();
  const rows = indices.map((index, n) => ({ index, result: scores.subarray(n * classes, (n + 1) * classes) }));
  const failures = problems.map(({ index, problem }) => ({ index, result: problem }));
  return [...rows, ...failures].sort((a, b) => a.index - b.index).map(({ result }) => result);
}
