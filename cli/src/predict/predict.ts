// chainrule predict: a model's answers for any pictures. Each picture is brought into the form of the training pictures (the model file
// says how), as evaluate does. One that cannot be read is reported at the end, after all others have been tried.
import { type FramedPictures, frameBatches } from "chainrule/node";
import { probabilitiesOf } from "../evaluate/whole-batches.ts";
import { BadInput, GaveUp, reading } from "../failure.ts";
import { Interrupt } from "../interrupt.ts";
import { loadModel, type Model } from "../model-file.ts";
import { type Named, namedPictures } from "../pictures/named.ts";
import { isReaderGone } from "../terminal/output.ts";
import { Screen } from "../terminal/screen.ts";
import { chooseThreads } from "../threads.ts";
import { listAnswer, summarise, tellPrediction } from "./answers.ts";

export interface PredictOptions {
  /** The number of likeliest classes that are listed. */
  readonly top?: number;
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
  try {
    const { problems, tried } = await answer(model, await askedBy(words), { screen, interrupt, top: options.top });
    if (isReaderGone()) return 0;
    if (interrupt.requested) return interrupt.exitCode;
    if (problems.length > 0) throw new BadInput(problems.join("\n"));
    screen.event("done", { images: tried, seconds: (performance.now() - began) / 1000, model: file });
    return 0;
  } catch (error) {
    if (error instanceof GaveUp || (interrupt.signal.aborted && error === interrupt.signal.reason))
      return isReaderGone() ? 0 : interrupt.exitCode;
    throw error;
  }
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
  readonly top: number | undefined;
}

/** Recognises the pictures, and prints each answer in the order of the words as soon as it can. */
async function answer(model: Model, asked: readonly Asked[], { screen, interrupt, top }: Answering) {
  const { input, framing, classes } = model.description;
  const files = asked.flatMap((one) => (one.kind === "picture" ? [one.path] : []));
  const counts = new Map<string, number>();
  const problems: string[] = [];
  const failed = (image: string, message: string) => {
    problems.push(message);
    screen.event("error", { image, message });
  };
  let [at, tried] = [0, 0];
  /** Says what comes in front of the next picture. */
  const sayBetween = () => {
    for (let next = asked[at]; next !== undefined && next.kind !== "picture"; next = asked[++at])
      if (next.kind === "note") screen.say(next.text);
      else failed(next.image, next.message);
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
      if (typeof result === "string") failed(one.path, `${one.path}: ${result}`);
      else {
        const best = tellPrediction(screen, { picture: one.path, classes, probabilities: result, top });
        listAnswer(screen, { picture: one.path, classes, probabilities: result, top, brief: one.inFolder });
        if (one.inFolder) counts.set(best, (counts.get(best) ?? 0) + 1);
      }
      sayBetween();
    }
    // Lets Node handle a signal such as Ctrl-C, and find out that the reader of the output has gone.
    await new Promise((resolve) => setImmediate(resolve));
  }
  summarise(screen, counts);
  return { problems, tried };
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
