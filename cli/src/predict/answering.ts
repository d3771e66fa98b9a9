// Recognises pictures, a batch at a time, and hands each answer on: to the screen, and to the files that are written of the answers.
import { type FramedPictures, frameBatches } from "chainrule/node";
import { probabilitiesOf } from "../evaluate/whole-batches.ts";
import { BadInput, reading } from "../failure.ts";
import type { Interrupt } from "../interrupt.ts";
import type { Model } from "../model-file.ts";
import type { Screen } from "../terminal/screen.ts";
import { listAnswer, ranked, tellPrediction } from "./answers.ts";
import type { Asked } from "./asked.ts";
import type { Output } from "./output.ts";

/** The number of pictures whose answers appear at the same time. */
const batchSize = 256;

/** The files to write cannot be written, so that the pictures that are left are not tried. */
export class OutputFailed extends Error {}

export function wordsOfBadInput(error: unknown): string {
  if (error instanceof BadInput) return error.message;
  throw error;
}

export interface Answering {
  readonly screen: Screen;
  readonly interrupt: Interrupt;
  /** Gets a line for each picture that cannot be read. */
  readonly problems: string[];
  readonly outputs: readonly Output[];
  readonly top: number | undefined;
  readonly tally: Tally;
}

/** Counts what was answered. */
export class Tally {
  /** The pictures of folders, by class. */
  readonly classes = new Map<string, number>();
  /** All pictures that were tried. */
  tried = 0;
}

/** Recognises the pictures, prints each answer in the order of the words as soon as it can. */
export async function answer(model: Model, asked: readonly Asked[], answering: Answering): Promise<void> {
  const { screen, interrupt, tally } = answering;
  const { input, framing } = model.description;
  const files = asked.flatMap((one) => (one.kind === "picture" ? [one.path] : []));
  let at = 0;
  /** Says what comes in front of the next picture. */
  const sayBetween = () => {
    for (let next = asked[at]; next !== undefined && next.kind !== "picture"; next = asked[++at])
      if (next.kind === "note") screen.say(next.text);
      else fail(answering, next.image, { message: next.message, reason: next.message });
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
      tally.tried++;
      if (typeof result === "string") fail(answering, one.path, { message: `${one.path}: ${result}`, reason: result });
      else {
        const best = await tell(model, one, result, answering);
        if (one.inFolder) tally.classes.set(best, (tally.classes.get(best) ?? 0) + 1);
      }
      sayBetween();
    }
    // Lets Node handle a signal such as Ctrl-C, and find out that the reader of the output has gone.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Reports a picture without an answer. */
function fail(answering: Answering, image: string, { message, reason }: Record<"message" | "reason", string>): void {
  report(answering, image, message);
  for (const output of answering.outputs) output.fail(image, reason);
}

function report({ screen, problems }: Answering, image: string, message: string): void {
  problems.push(message);
  screen.event("error", { image, message });
}

/** Says and writes an answer, and returns the likeliest class. */
async function tell(
  { description: { classes } }: Model,
  { path, inFolder }: Asked & { readonly kind: "picture" },
  { probabilities, bytes }: Answer,
  answering: Answering,
): Promise<string> {
  const { screen, outputs, top } = answering;
  const best = tellPrediction(screen, { picture: path, classes, probabilities, top });
  listAnswer(screen, { picture: path, classes, probabilities, top, brief: inFolder });
  if (outputs.length === 0) return best;
  const found = { image: path, inFolder, bytes, probabilities, order: ranked({ probabilities }) };
  for (const output of outputs) {
    const problem = await output.take(found).catch((error) => {
      throw new OutputFailed(wordsOfBadInput(error), { cause: error });
    });
    if (problem !== null) report(answering, path, problem);
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

interface Answer {
  /** Of each class. */
  readonly probabilities: Float32Array;
  /** The picture as the net takes it. */
  readonly bytes: Uint8Array;
}

/** For each picture of the batch, in order, the answer, or the reason why it cannot be read. */
async function answersTo(
  model: Model,
  { bytes, indices, problems }: FramedPictures,
  signal: AbortSignal,
): Promise<(Answer | string)[]> {
  const classes = model.description.classes.length;
  const scores = indices.length > 0 ? await probabilitiesOf(model, bytes, signal) : new Float32Array();
  const size = bytes.length / indices.length;
  const rows = indices.map((index, n) => ({
    index,
    result: {
      probabilities: scores.subarray(n * classes, (n + 1) * classes),
      bytes: bytes.subarray(n * size, (n + 1) * size),
    },
  }));
  const failures = problems.map(({ index, problem }) => ({ index, result: problem }));
  return [...rows, ...failures].sort((a, b) => a.index - b.index).map(({ result }) => result);
}
